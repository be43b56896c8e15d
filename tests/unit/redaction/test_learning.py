"""Which values are learned from names, which are not, and why."""

import pytest

from AIGCLibrary.redaction.names import is_secret_name
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK

SECRETS = [
    "Pa$$w0rd!2026",
    "tok{curly}value",
    "quo\"te'd-token",
    "with blank in it",
    "密码很长很长的",
    "пароль-секрет",
    "${a}rest-of-it",
    "back\\slash\\t",
    "a<b>&c;d%20",
    "[br]ack(et)s",
    "=equals=#hash",
    "swordfish",
]


@pytest.mark.parametrize("value", SECRETS)
@pytest.mark.parametrize("name", ["DB_PASSWORD", "${API TOKEN}", "密码", "X-Api-Key"])
def test_value_is_learned_whatever_signs_it_holds(name, value):
    redactor = Redactor()
    redactor.add_named({name: value})
    assert redactor.text(f"it is {value}, indeed") == f"it is {MASK}, indeed"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("${TOKEN}", "placeholder"),
        ("%{API_TOKEN}", "placeholder"),
        ("@{TOKENS}", "placeholder"),
        ("&{creds}[token]", "placeholder"),
        ("text=Accept all", "selector"),
        ("css=.login > input", "selector"),
        ("#password-field", "selector"),
        ("[data-testid=login]", "selector"),
        ("//input[@name='token']", "selector"),
        ("https://auth.example.com/realms/qa", "address"),
        ("cl100k_base", "tokenizer"),
        ("1234567", "number"),
        ("Accept all", "common word"),
        ("required", "common word"),
        ("X-Api-Key", "header name"),
        ("abc", "short"),
        ("/run/secrets/token", "path"),
        ("max_tokens=4096 were used, 20 too many", "setting"),
        ("x-ratelimit-remaining-tokens: 123456789", "setting"),
        ("token_type=bearer is used", "setting"),
        ("The token has 4096 characters.", "sentence"),
    ],
)
def test_value_that_is_no_secret_by_its_form_is_not_learned(value, reason):
    redactor = Redactor()
    redactor.add_named({"TOKEN": value})
    assert redactor.text(f"it is {value}") == f"it is {value}"
    assert [(one.name, one.masked, one.reason, one.length) for one in redactor.findings] == [
        ("TOKEN", False, reason, len(value))
    ]


@pytest.mark.parametrize(
    "value", ["https://hooks.example.com/3fa94bc81d20e7aa", "https://u:pw@host/x", "https://h/x?t=1234abcd5678"]
)
def test_address_with_credentials_is_learned(value):
    redactor = Redactor()
    redactor.add_named({"SECRET_URL": value})
    assert [one.masked for one in redactor.findings] == [True]


@pytest.mark.parametrize(
    "name",
    [
        "token_selector", "TOKENIZER", "password_field", "tokenType", "cookie_banner", "secretary", "密码输入框",
        "token_name", "cookie_domain", "api_key_header", "signature_version", "secret_file", "cookie consent",
        "has_token", "show_password", "is_secret", "signatureRequired", "requires_auth", "no_auth", "bypass", "compass",
    ],
)  # fmt: skip
def test_name_that_is_about_a_secret_is_none(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens", "maxOutputTokens", "MAX_NEW_TOKENS", "max_token", "total_tokens", "prompt_tokens",
        "completion_tokens", "num_beam_tokens", "cached_tokens", "remaining tokens", "tokens_used", "tokens_left",
        "tokens_per_second", "token_budget", "token_count", "outputTokenCount", "password_min_length",
        "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "--max-tokens", "令牌数", "最大令牌数",
    ],
)  # fmt: skip
def test_name_of_a_count_is_none(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "token", "accessToken", "DB_PASSWORD_2", "client_secret", "密码", "api-key", "API KEY", "MY AUTH", "tokens",
        "reset_token", "next_token", "input_token", "new_password", "USER_PASS", "dbpass", "NO_PASSWORD", "secret_prod",
        "passcode", "subscription-key", "AccountKey", "signing_key", "X-Auth-Key", "auth_tokens", "session_tokens",
    ],
)  # fmt: skip
def test_name_of_a_secret_is_one(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "argument",
    [
        "max_tokens=4096 were used, 20 too many", "tokens=4096 of 8192 were used", "max_tokens=four thousand, not more",
        "secret_santa=Bob and Ann", "password=This field may not be blank.", "token=The token has expired.",
        "remaining_tokens=10000000000", "secret_level=the door is open",
    ],
)  # fmt: skip
def test_argument_that_is_a_count_or_a_sentence_stays_wherever_it_is(argument):
    redactor = Redactor()
    name, _, value = argument.partition("=")
    redactor.add_named({name: value})
    assert redactor.text(f"it is {value}, indeed") == f"it is {value}, indeed"
    assert redactor.data({name: value, "list": [{name: [value]}]}) == {name: value, "list": [{name: [value]}]}
    assert redactor.text(f"{{'{name}': '{value}'}}") == f"{{'{name}': '{value}'}}"


@pytest.mark.parametrize(
    "argument",
    [
        "passphrase=correct horse battery staple", "password=the cat and the hat", "secret=my dog is seven years old",
        "token=The token 7f3cab91 has expired", "password=password-123456", "secret_prod=swordfish",
        "secret_word=swordfish and 7f3cab91d", "api_key=is not set: swordfish",
    ],
)  # fmt: skip
def test_secret_of_words_is_learned(argument):
    redactor = Redactor()
    name, _, value = argument.partition("=")
    redactor.add_named({name: value})
    assert redactor.text(f"it is {value}, indeed") == f"it is {MASK}, indeed"


@pytest.mark.parametrize("name", ["FAL_KEY", "HIGGSFIELD KEY", "${PIAPI_KEY}", "PRODUCT_KEY_2"])
def test_key_of_the_environment_is_learned_when_it_looks_like_one(name):
    redactor = Redactor()
    redactor.add_named({name: "0f3a77de-91c2-4d5e-8a5b:6e1f0a9b"})
    assert redactor.text("sent 0f3a77de-91c2-4d5e-8a5b:6e1f0a9b") == f"sent {MASK}"


@pytest.mark.parametrize("text", ["FAL_KEY={}", 'export FAL_KEY="{}"', "PIAPI_KEY: {}", '{{"FAL_KEY": "{}"}}'])
def test_key_of_the_environment_is_masked_at_its_place(text):
    assert Redactor().text(text.format("0f3a77de-91c2-4d5e-8a5b:6e1f0a9b")) == text.format(MASK)
    assert Redactor().text(text.format("opening-scene")) == text.format("opening-scene")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SCENE_KEY", "opening-scene"), ("CACHE_KEY", "0f3a77de91c24d5e8a5b6e1f0a9b"), ("PRIMARY_KEY", "id1234567890"),
        ("scene_key", "0f3a77de91c24d5e8a5b6e1f0a9b"), ("PUBLIC_KEY", "0f3a77de91c24d5e8a5b6e1f0a9b"), ("KEY", "Enter"),
    ],
)  # fmt: skip
def test_key_that_opens_nothing_is_none(name, value):
    redactor = Redactor()
    redactor.add_named({name: value})
    assert redactor.text(f"it is {value}") == f"it is {value}"


@pytest.mark.parametrize(
    "name",
    ["X-Auth-Key", "x-key", "Ocp-Apim-Subscription-Key", "X-Token", "X-Auth", "Authorization", "Proxy-Authorization"],
)
def test_header_that_signs_in_is_masked_and_learned(name):
    redactor = Redactor()
    assert redactor.headers({name: "a1b2c3d4-secret"}) == {name: MASK}
    redactor.add_headers({name: "a1b2c3d4-secret"})
    assert redactor.text("sent a1b2c3d4-secret") == f"sent {MASK}"
    assert redactor.text(f"{name}: f9e8d7c6b5a4f9e8") == f"{name}: {MASK}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-ratelimit-remaining-tokens", "149984"), ("x-ratelimit-reset-tokens", "6m0s"), ("X-Max-Tokens", "4096"),
        ("Idempotency-Key", "7f3c2b1a-0001-4d5e"), ("X-Idempotency-Key", "7f3c2b1a-0001-4d5e"),
        ("X-Cache-Key", "scenes/1/2/3"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ],
)  # fmt: skip
def test_header_that_counts_or_identifies_stays(name, value):
    redactor = Redactor()
    redactor.add_headers({name: value})
    assert redactor.headers({name: value}) == {name: value}
    assert redactor.text(f"{name}: {value}") == f"{name}: {value}"


def test_secrets_within_collections_and_json_are_learned():
    redactor = Redactor()
    redactor.add_named(
        {"creds": {"user": "Robert", "tokens": [{"value": "first{}one"}], "deep": [{"password": b"by$tes1"}]}}
    )
    redactor.add_json('{"data": {"access_token": "answer$1"}, "user": "Robert"}')
    assert redactor.text("first{}one by$tes1 answer$1 Robert") == f"{MASK} {MASK} {MASK} Robert"


def test_headers_of_a_session_are_learned_whatever_signs_they_hold():
    redactor = Redactor()
    redactor.add_headers({"Authorization": "Bearer a$b{c}d9", "X-Api-Key": "k$$ey{1}"})
    assert redactor.text("sent a$b{c}d9 and k$$ey{1}") == f"sent {MASK} and {MASK}"


def test_findings_name_what_is_masked_and_never_the_value():
    redactor = Redactor()
    redactor.add_named({"DB_PASSWORD": "Pa$$w0rd!2026"})
    assert "Pa$$" not in repr(redactor.findings)
    assert [(one.name, one.masked, one.length) for one in redactor.findings] == [("DB_PASSWORD", True, 13)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /v1?key=a1b2c3d4e5", f"GET /v1?key={MASK}"),
        ("GET /v1?x=1&sig=a1b2c3d4e5", f"GET /v1?x=1&sig={MASK}"),
        ("GET /v1?sort_key=created_at", "GET /v1?sort_key=created_at"),
        ("GET /v1?cache_key=7f3cab91", "GET /v1?cache_key=7f3cab91"),
        ("GET /v1?max_tokens=40000000", "GET /v1?max_tokens=40000000"),
    ],
)
def test_short_names_are_secret_in_a_query(text, shown):
    assert Redactor().text(text) == shown
