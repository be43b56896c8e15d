"""Several suites of one run import the library with files and options of their own."""

import pytest

from tests.support.robot_run import run_robot

SUITE = """\
*** Settings ***
Library    AIGCLibrary    rules={own}.yaml    templates={own}/templates    providers={own}/p.yaml
...    environments={own}/env.yaml    slo={own}/slo.yaml    locators={own}/loc.yaml    language={language}

*** Test Cases ***
Own Files Hold {own}
    Validate File    clip.json    rules={own}set
    Plan Data    {own}template    environment={name}
    Use Environment    {name}
    Get SLO Status    own.{own}
    Use Environment    {name}

Only Provider Of The Import {own}
    Submit Task    image    session=nowhere

Shared {own}
    Validate File    clip.json    rules=shared
"""
SUITE_C = """\
*** Settings ***
Library    AIGCLibrary    store=sqlite:///other.db    language=en

*** Test Cases ***
Never Runs
    Log    x
"""
SUITE_0 = """\
*** Settings ***
Library    AIGCLibrary    store=sqlite:///results/aigc.db

*** Test Cases ***
First
    No Operation
"""
FILES = {
    "{own}.yaml": "rules:\n  {own}set: {{ type: application/json }}\n  shared: {{ size: '< {size} kB' }}\n",
    "{own}/p.yaml": """\
version: 1
providers:
  {own}product:
    submit: {{ path: /jobs, json: {{ "*": "{{inputs}}" }}, id: body.id }}
    status: {{ path: "/jobs/{{id}}", state: body.state }}
    states: {{ done: completed }}
""",
    "{own}/templates/{own}template.yaml": """\
version: 1
nodes:
  thing: {{ create: {{ post: /things, json: {{ title: "{own}" }} }} }}
""",
    "{own}/env.yaml": "default: {name}\nenvironments:\n  {name}: {{ base_url: 'http://127.0.0.1:9/{own}' }}\n",
    "{own}/slo.yaml": "slo: {{ own: {{ {own}: {{ min: 0.5, unit: '1' }} }} }}\n",
    "{own}/loc.yaml": "targets:\n  go: {{ gold: {own}-go }}\n",
    "suites/{own}.robot": SUITE,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imports")
    (folder / "clip.json").write_text("{}")
    for values in (
        {"own": "a", "size": 100, "name": "alpha", "language": "en"},
        {"own": "b", "size": 200, "name": "beta", "language": "zh-CN"},
    ):
        for path, text in FILES.items():
            file = folder / path.format(**values)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.format(**values), encoding="utf-8")
    (folder / "suites" / "0.robot").write_text(SUITE_0)
    suites = [f"suites/{name}.robot" for name in ("0", "a", "b")]
    return run_robot(folder, SUITE_C, "--listener", "AIGCLibrary.Listener", *suites, name="suites/c.robot")


@pytest.mark.parametrize("own", ["a", "b"])
def test_the_files_of_each_import_hold_in_its_suite(run, own):
    assert run.tests[f"Own Files Hold {own}"].message == ""


@pytest.mark.parametrize("own", ["a", "b"])
def test_the_only_provider_of_an_import_is_the_default_of_its_suite(run, own):
    wanted = {"a": "There is no session 'nowhere'", "b": "没有名为“nowhere”的会话"}
    assert run.tests[f"Only Provider Of The Import {own}"].message.startswith(wanted[own])


def test_each_suite_has_the_language_of_its_import(run):
    assert "Create Session" in run.tests["Only Provider Of The Import a"].body[0].messages[0].message
    assert "会话" in run.tests["Only Provider Of The Import b"].body[0].messages[0].message


def test_a_name_that_two_suites_define_differently_is_an_error_that_names_both_files(run):
    assert run.tests["Shared a"].status == "PASS"
    message = run.tests["Shared b"].message
    assert message.startswith("规则“shared”在 a.yaml 第 3 行 和 b.yaml 第 3 行 中的定义不同")


def test_what_holds_for_the_run_cannot_be_changed_by_a_later_suite(run):
    assert "store='sqlite:///other.db' of this import differs from 'sqlite:///results/aigc.db'" in run.console
