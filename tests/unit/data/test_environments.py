import pytest

from AIGCLibrary.data.environments import Environments
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml import load_schema

FILE = """
version: 1
environments:
  base:
    abstract: true
    headers: {Accept: application/json}
    limits: {concurrency: 4}
    vars: {genre: drama}
  dev:
    extends: base
    base_url: "%{PRODUCT_URL=http://127.0.0.1:8000}/api"
    auth: {bearer: "%{PRODUCT_TOKEN}"}
  staging:
    extends: dev
    base_url: https://staging.example.com/api
    auth: {basic: [tester, "%{PRODUCT_TOKEN}"]}
    limits: {rate: 5}
    vars: {genre: comedy}
    templates: {family: {children: 9}}
    tls: {ca: certs/ca.pem}
  prod: {extends: staging, protected: true, auth: {header: {X-Api-Key: "%{PRODUCT_TOKEN}"}}}
"""


@pytest.fixture
def environments(write):
    def read(text=FILE, **environ):
        return Environments(write(text, "environments.yaml"), environ={"PRODUCT_TOKEN": "s3cret-token", **environ})

    return read


def test_an_environment_inherits_what_it_does_not_say(environments):
    dev, staging = environments().get("dev"), environments().get("staging")
    assert dev.connection.base_url == "http://127.0.0.1:8000/api"
    assert dev.connection.headers == {"Accept": "application/json", "Authorization": "Bearer s3cret-token"}
    assert (staging.concurrency, staging.rate) == (4, 5)
    assert staging.connection.headers["Authorization"].startswith("Basic ")
    assert str(staging.connection.verify).endswith("certs/ca.pem")
    assert staging.for_template("family") == {"genre": "comedy", "children": 9}
    assert environments().get("prod").connection.headers["X-Api-Key"] == "s3cret-token"


@pytest.mark.parametrize(
    ("default", "says"),
    [
        ("stagin", r"line 1 at 'default': there is no environment 'stagin'\. Did you mean 'staging'\?"),
        ("base", r"line 1 at 'default': environment 'base' is abstract\. Available: 'dev'"),
    ],
)
def test_a_default_that_cannot_be_used_is_reported_although_another_environment_is_in_use(environments, default, says):
    read = environments(f"default: {default}" + FILE)
    for ask in (read.names, lambda: read.get("dev"), lambda: read.default):
        with pytest.raises(ConfigError, match=says) as caught:
            ask()
        assert "AIGC402" in str(caught.value)


def test_environment_variables_win_over_defaults(environments):
    assert environments(PRODUCT_URL="http://here").get("dev").connection.base_url == "http://here/api"


def test_secrets_are_known_and_not_shown(environments):
    for name in ("dev", "staging", "prod"):
        environment = environments().get(name)
        assert "s3cret-token" in environment.secrets
        assert "s3cret" not in repr(environment)


@pytest.mark.parametrize(
    ("old", "new", "name", "reported"),
    [
        ("", "", "stagin", "no environment 'stagin'.*Did you mean 'staging'"),
        ("", "", "base", "'base' is abstract"),
        ("extends: dev", "extends: dve", "staging", "line 14.*'dve' is not known. Did you mean 'dev'"),
        ("extends: base", "extends: prod", "dev", "'dev' depends on itself: dev → prod → staging → dev"),
        ("https://staging.example.com/api", "staging/api", "staging", "line 15.*is not an absolute URL"),
        ("%{PRODUCT_TOKEN}", "%{OTHER}", "dev", "line 12.*'OTHER' is not set"),
        ("protected", "protectd", "prod", "line 21.*unknown key 'protectd'. Did you mean 'protected'"),
    ],
)
def test_a_mistake_is_reported_with_its_line(environments, old, new, name, reported):
    with pytest.raises(ConfigError, match=reported):
        environments(FILE.replace(old, new)).get(name)


def test_a_protected_environment_is_written_only_when_named_twice(environments):
    prod = environments().get("prod")
    prod.allow_writing("prod", "writing")
    for confirm in (None, "staging"):
        with pytest.raises(ConfigError, match=r"'prod' is protected: writing was refused"):
            prod.allow_writing(confirm, "writing")


def test_without_a_file_a_base_url_is_enough(tmp_path):
    environments = Environments(directory=tmp_path)
    assert environments.get("x", {"base_url": "http://x"}).connection.base_url == "http://x"
    with pytest.raises(ConfigError, match="no environments file is configured"):
        environments.get("x")


def test_preparing_in_a_protected_environment_is_refused(make_engine, product, write, family):
    write(
        f"environments:\n  prod: {{base_url: '{product.url}', protected: true, vars: {{children: 1}}}}\n",
        "environments.yaml",
    )
    engine = make_engine(environments=())
    engine.data.load(write(family))
    with pytest.raises(ConfigError, match="'prod' is protected: preparing 'family' was refused"):
        engine.loop.run(engine.data.prepare("family", environment="prod"))
    assert product.requests.total() == 0
    engine.loop.run(engine.data.prepare("family", environment="prod", confirm="prod"))
    assert product.count == 3
    engine.data.use("prod", confirm="prod")
    engine.loop.run(engine.data.prepare("family"))
    assert product.count == 6


def test_a_variable_that_is_not_set_is_to_be_set_not_corrected_in_the_file(environments):
    with pytest.raises(ConfigError) as reported:
        environments(FILE.replace("%{PRODUCT_TOKEN}", "%{OTHER}")).get("dev")
    assert "export OTHER=" in str(reported.value.hint)
    assert "%{OTHER=…}" in reported.value.hint.render("zh")


def test_auth_of_environments_takes_what_provider_files_take():
    """One mechanism, two files: a key added to one belongs in both."""
    ours = load_schema("environments")["$defs"]["environment"]["properties"]["auth"]["properties"]
    theirs = load_schema("provider")["$defs"]["auth"]["properties"]
    assert set(ours) - {"bearer", "basic"} == set(theirs) - {"key_env"}
    assert ours["signer"]["enum"] == theirs["signer"]["enum"]
