"""Bad input gives one clear sentence with the remedy, and no traceback."""

import pytest

LIBRARIES = """
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    {arguments}

*** Test Cases ***
Bad
    {steps}
"""


def suite(steps, arguments=""):
    return LIBRARIES.format(arguments=arguments, steps="\n    ".join(steps))


def session(url, token="studio-demo-token"):
    return f'Create Session    studio    {url}/api/v1    headers={{"Authorization": "Bearer {token}"}}'


@pytest.fixture
def provider(tmp_path):
    from tests.support.robot_run import ROOT

    return f"providers={ROOT / 'resources' / 'providers' / 'studio.yaml'}"


def failure(run):
    message = run.tests["Bad"].message
    assert "Traceback" not in run.console
    assert "Traceback" not in message
    return message


def test_a_studio_that_does_not_answer(robot, provider):
    run = robot(suite([session("http://127.0.0.1:9"), "Submit Task    image    prompt=x"], provider))
    message = failure(run)
    assert "http://127.0.0.1:9" in message
    assert "could not be reached" in message
    assert "connection refused" in message


def test_a_wrong_token_says_where_to_look(robot, provider, studio):
    run = robot(suite([session(studio.url, "wrong-token"), "Submit Task    image    prompt=x"], provider))
    message = failure(run)
    assert "401" in message
    assert "token" in message
    assert "wrong-token" not in (run.directory / "results" / "aigc.db").read_bytes().decode("latin-1")


def test_malformed_yaml_names_file_and_line(robot, tmp_path):
    (tmp_path / "bad.yaml").write_text("version: 1\ntargets:\n  a: [gold\n  b: x\n", encoding="utf-8")
    message = failure(robot(suite(["Load Locators    bad.yaml"])))
    assert "bad.yaml, line 4" in message


def test_an_unknown_key_names_its_line_and_the_near_one(robot, tmp_path):
    (tmp_path / "bad.yaml").write_text("version: 1\ntargets:\n  a:\n    golden: x\n", encoding="utf-8")
    message = failure(robot(suite(["Load Locators    bad.yaml"])))
    assert "line 4" in message
    assert "gold" in message


def test_an_unknown_target_names_the_near_one(robot, tmp_path):
    (tmp_path / "studio.yaml").write_text("version: 1\ntargets:\n  prompt: {gold: p}\n", encoding="utf-8")
    run = robot(suite(["Load Locators    studio.yaml", "Click Target    studio.promt"]))
    assert "Did you mean 'studio.prompt'?" in failure(run)


def test_a_file_that_is_not_there_is_named_before_it_is_uploaded(robot, tmp_path):
    (tmp_path / "studio.yaml").write_text("version: 1\ntargets:\n  file: {gold: p}\n", encoding="utf-8")
    run = robot(suite(["Load Locators    studio.yaml", "Upload To Target    studio.file    none.png"]))
    assert failure(run).startswith("File 'none.png' does not exist.")


def test_no_browser_library_is_said(robot, tmp_path):
    (tmp_path / "studio.yaml").write_text("version: 1\ntargets:\n  prompt: {gold: p}\n", encoding="utf-8")
    run = robot(suite(["Load Locators    studio.yaml", "Click Target    studio.prompt"]))
    assert "Browser" in failure(run)


def test_an_unknown_template_names_the_near_one(robot, studio):
    run = robot(suite([session(studio.url), "Prepare Data    full_video_creatoin    session=studio"]))
    assert "full_video_creation" in failure(run)


def test_no_session_at_all(robot):
    assert "There is no session" in failure(robot(suite(["Prepare Data    character_creation"])))


def test_an_unknown_handle(robot, provider):
    assert "image:nowhere" in failure(robot(suite(["Wait For Task    image:nowhere"], provider)))


def test_a_store_that_cannot_be_written_does_not_change_the_verdict(robot, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    run = robot(
        "*** Settings ***\nLibrary    AIGCLibrary\n*** Test Cases ***\nGood\n    Record Metric    x    1\n",
        env={"AIGC_STORE": "sqlite:///file/aigc.db"},
    )
    assert run.code == 0, run.console
    assert "store" in run.console


def test_misspelled_options_and_choices_are_reported_with_what_was_meant(robot):
    steps = [
        (
            "Run Keyword And Expect Error    *no argument 'time_out'*Did you mean 'timeout'*"
            "    Wait For Task    video:1    time_out=30 s"
        ),
        "Process File    x.zip    keep_temp=allways",
    ]
    run = robot(suite(steps))
    message = failure(run)
    assert "Write keep_temp=always" in message
    assert "'always', 'never', 'on_failure'" in message
    assert "number" not in message


@pytest.mark.parametrize(
    ("step", "wrong", "meant"),
    [
        ("Process Task Files    image:1    rule=image", "rule", "rules"),
        ("Retry Task    image:1    forse=${True}", "forse", "force"),
        ("Get Task Costs    units=USD", "units", "unit"),
    ],
)
def test_an_option_that_robot_refuses_by_itself_is_reported_with_the_name_that_was_meant(robot, step, wrong, meant):
    run = robot(suite([step]))
    assert f"There is no '{wrong}'. → Write '{meant}'." in failure(run)
    assert f"but has no argument '{wrong}'. Did you mean '{meant}'?" in run.log


def test_a_call_that_names_nothing_like_an_option_is_left_to_robot(robot):
    message = failure(robot(suite(["Cancel Task    image:1    a=b"])))
    assert "expected 1 argument, got 2" in message
    assert "There is no" not in message
