"""Recovery as a tester meets it: in a real run, in its log and its store."""

import random
import sqlite3
import string

import pytest

SUITE = """
*** Settings ***
Library    AIGCLibrary
Library    RequestsLibrary
Library    Collections

*** Test Cases ***
Text Differs
    Should Be Equal    Generate Video    generate video

Unknown Failure
    Fail    the moon was not full

Own Suggestion
    Add Suggestion    Ask the render farm.    cause=No GPU was free.
    Fail    no picture came

Handled Failure
    Run Keyword And Expect Error    *    Check Plugin Health    no_such_plugin
    Run Keyword And Return Status    Check Plugin Health    no_such_plugin

Suggestions Are Available To The Test
    Run Keyword And Ignore Error    Check Plugin Health    async_tsk
    Get Fix Suggestions    contains    anything

Dead Product
    Create Session    s    http://127.0.0.1:9    max_retries=0
    GET On Session    s    /api
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    from tests.support.robot_run import run_robot

    return run_robot(tmp_path_factory.mktemp("run"), SUITE)


def test_every_failed_test_has_a_cause_a_fix_and_its_line(finished):
    failed = [test for test in finished.tests.values() if test.failed]
    assert len(failed) == 5
    for test in failed:
        assert "Fix suggestions" in test.metadata
        assert "→" in test.message
        assert test.metadata["Cause"]
    rows = stored(finished, "select test, place, cause_class from suggestion")
    assert {test for test, *_ in rows} == {test.full_name for test in failed}
    assert all(place and place.startswith("suite.robot:") for _, place, _ in rows)


def test_suggestion_stands_in_the_log(finished):
    assert "aigc-fix" in (finished.directory / "results" / "output.xml").read_text(encoding="utf-8")


def test_own_suggestion_comes_first(finished):
    assert "No GPU was free. → Ask the render farm." in finished.tests["Own Suggestion"].message
    assert finished.tests["Own Suggestion"].metadata["Fix suggestions"].startswith("Ask the render farm. (likely)")


def test_handled_failure_changes_nothing(finished):
    assert finished.tests["Handled Failure"].passed
    assert "Fix suggestions" not in finished.tests["Handled Failure"].metadata


def test_cause_of_a_dead_product_is_reported(finished):
    assert finished.tests["Dead Product"].metadata["Cause"] == "api.unreachable"


def stored(finished, query):
    with sqlite3.connect(finished.directory / "results" / "aigc.db") as connection:
        return connection.execute(query).fetchall()


BROKEN_SETUP = """
*** Settings ***
Library    AIGCLibrary
Suite Setup    Prepare

*** Test Cases ***
First
    Log    1

Second
    Log    2

Third
    Log    3

*** Keywords ***
Prepare
    {step}
"""


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("Get SLO Status    task_sucess_rate", "'"),
        ("Should Be Equal    Generate    generate", "compare with ignore_case=True"),
        ("Fail    the moon was not full", "failing keyword 'BuiltIn.Fail'"),
    ],
)
def test_all_tests_under_a_broken_setup_get_its_suggestion(robot, step, said):
    done = robot(BROKEN_SETUP.format(step=step))
    reported = {test.metadata["Fix suggestions"] for test in done.tests.values()}
    assert len(done.tests) == 3
    assert len(reported) == 1
    assert said in reported.pop()
    query = "select count(distinct test) from suggestion where position = 0 group by group_key"
    assert stored(done, query) == [(3,)]
    assert {place for (place,) in stored(done, "select place from suggestion")} <= {"suite.robot:4", "suite.robot:18"}


LANGUAGE = """
*** Settings ***
Library    AIGCLibrary    language={language}

*** Test Cases ***
{language} Fails
    Fail    the moon was not full
"""


def test_each_suite_is_reported_in_its_own_language(tmp_path, robot):
    (tmp_path / "b.robot").write_text(LANGUAGE.format(language="en"), encoding="utf-8")
    done = robot(LANGUAGE.format(language="zh-CN"), "b.robot")
    assert "没有匹配的已知原因" in done.tests["zh-CN Fails"].message
    assert "失败的关键字" in done.tests["zh-CN Fails"].metadata["修复建议"]
    assert "No known cause fits" in done.tests["en Fails"].message
    assert "failing keyword" in done.tests["en Fails"].metadata["Fix suggestions"]


SECRETS = """
*** Settings ***
Library    AIGCLibrary    config=aigc.yaml
Library    RequestsLibrary

*** Variables ***
{variables}

*** Test Cases ***
Secrets Everywhere
{steps}
    Log Variables    INFO
    Fail    It failed with {named}
"""


def test_seeded_secrets_are_in_no_output(tmp_path, robot):
    rng = random.Random(7)
    secrets = ["".join(rng.choice(string.ascii_letters + string.digits) for _ in range(24)) for _ in range(60)]
    named, patterned, placed = secrets[:20], [f"CUST{one}" for one in secrets[20:30]], secrets[30:]
    (tmp_path / "aigc.yaml").write_text("redact: ['CUST\\w+']\n", encoding="utf-8")
    (tmp_path / "values.txt").write_text("\n".join(named), encoding="utf-8")
    variables = "\n".join(f"${{TOKEN {n}}}    %{{SEED_TOKEN_{n}}}" for n in range(20))
    steps = [f"    Log    value ${{TOKEN {n}}}" for n in range(20)]
    steps += [f"    Log    variable %{{SEED_TOKEN_{n}}}" for n in range(20)]
    steps += [
        f"    Run Keyword And Ignore Error    Track Task    video    id    session=x://u:%{{PLACED_{n}}}@h/?token=%{{PLACED_{n}}}"
        for n in range(5)
    ]
    steps += [f"    Add Suggestion    Use password=%{{PLACED_{n}}} now.    cause=%{{PATTERN_{n}}}" for n in range(5)]
    env = {f"SEED_TOKEN_{n}": value for n, value in enumerate(named)}
    env |= {f"PATTERN_{n}": value for n, value in enumerate(patterned)}
    env |= {f"PLACED_{n}": value for n, value in enumerate(placed)}
    text = SECRETS.format(variables=variables, steps="\n".join(steps), named="${TOKEN 1} and token=%{PLACED_9}")
    done = robot(text, env=env)
    assert done.tests["Secrets Everywhere"].failed
    results = done.directory / "results"
    kept = [path for path in results.iterdir() if path.is_file()]
    outputs = {path.name: path.read_bytes().decode("utf-8", "replace") for path in kept} | {"console": done.console}
    assert "aigc.db" in outputs
    for value in named:
        leaks = [name for name, content in outputs.items() if value in content]
        assert leaks == [], leaks
    ours = outputs["aigc.db"] + done.tests["Secrets Everywhere"].metadata["Fix suggestions"]
    assert not [value for value in (*patterned, *placed) if value in ours]
