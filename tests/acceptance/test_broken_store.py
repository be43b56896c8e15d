"""A store that cannot be used changes no verdict, and is reported in one line."""

import pytest

SUITE = """
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    providers={root}/resources/providers    budget=100 credits

*** Test Cases ***
Task
    ${{h}} =    Create Dictionary    Authorization=Bearer studio-demo-token
    Create Session    s    {url}    headers=${{h}}
    ${{t}} =    Submit Task    image    prompt=a    session=s
    Wait For Task    ${{t}}    timeout=1 min

Data
    Prepare Data    image_generation_only    prompt=x    session=s

Measured
    Record Metric    q.a    5
    Get Metric    q.a    ==    5    statistic=mean
    Get SLO Status    async_task.completion_rate
    Get Task Costs
"""


@pytest.mark.parametrize("kind", ["text", "refused"])
def test_all_tests_pass_with_one_warning(robot, studio, tmp_path, kind):
    from tests.support.robot_run import ROOT

    (tmp_path / "text.db").write_text("hello")
    store = {
        "text": f"sqlite:///{(tmp_path / 'text.db').as_posix()}",
        "refused": "postgresql+psycopg://nobody@127.0.0.1:1/none",
    }[kind]
    suite = SUITE.format(root=ROOT.as_posix(), url=f"{studio.url}/api/v1")
    run = robot(suite, "--listener", "AIGCLibrary.Listener", env={"AIGC_STORE": store})
    assert {name: test.message for name, test in run.tests.items() if test.status != "PASS"} == {}
    assert run.console.count("[ WARN ]") == 1
    assert "Traceback" not in run.console
    assert "rows could not be written" in run.console
