"""Before the run: a dry run reports wrong names and misspelt options of our keywords, with file and line."""

import json

from tests.support.robot_run import run_aigc

LOCATORS = """page: desk
targets:
  prompt: {gold: prompt}
  row: {gold: "row-{id}"}
"""
RULES = "rules: {poster: {size: <= 5 MB}}\n"
SUITE = r"""*** Settings ***
Library    AIGCLibrary    locators=desk.yaml

*** Test Cases ***
Right
    Load Validation Rules    ${CURDIR}/rules.yaml
    Click Target    desk.prompt    timeout=3 s
    Click Target    row(7)
    Click Target    desk.row    id=${7}
    Fill Target    prompt    style=noir
    Click Target    ${TEST_NAME}
    Check Locators    desk    prompt
    Validate File    x.png    poster
    Validate File    x.png    rules={"size": "<= 1 MB"}
    SLO Should Be Met    locator.gold_hit_rate
    Run Keyword And Expect Error    *    Click Target    desk.nothing
    Submit Task    image    provider=fal    prompt=a cat

Wrong
    Click Target    desk.promt
    Click Target    row
    Click Target    row    idd=7
    Used By A Keyword
    Run Keyword If    True    Get Target Text    desk.promp    ==    a
    Validate File    x.png    postr
    SLO Should Be Met    locator.gold_hit_rat
    Wait For Task    image:1    timout=3 s
    Submit Task    image    provider=fall    prompt=a cat

*** Keywords ***
Used By A Keyword
    Plan Data    nosuch
"""
CHINESE = """*** Settings ***
Library    AIGCLibrary    locators=desk.yaml    language=zh-CN

*** Test Cases ***
错
    点击目标    desk.promt
"""


def test_wrong_names_and_options_are_reported_with_their_place_and_nothing_is_kept(tmp_path):
    for name, text in {"desk.yaml": LOCATORS, "rules.yaml": RULES, "a.robot": SUITE, "b.robot": CHINESE}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run_aigc(tmp_path, "check", "suites", ".", "--json", AIGC_LANGUAGE="en")
    assert done.returncode == 1, done.stderr
    found = [(one["file"], one["line"], one["message"]) for one in json.loads(done.stdout)["problems"]]
    expected = [
        ("a.robot", 20, "no target 'desk.promt'"),
        ("a.robot", 21, "needs a value for 'id'"),
        ("a.robot", 22, "'idd' was given. Did you mean 'id'"),
        ("a.robot", 32, "no template 'nosuch'"),
        ("a.robot", 24, "Did you mean 'desk.prompt'"),
        ("a.robot", 25, "no rule set 'postr'. Did you mean 'poster'"),
        ("a.robot", 26, "Did you mean 'locator.gold_hit_rate'"),
        ("a.robot", 27, "Did you mean 'timeout'"),
        ("a.robot", 28, "no provider 'fall'. Did you mean 'fal'"),
        ("b.robot", 6, "desk.promt"),
    ]
    for (file, line, message), (in_file, at, words) in zip(found, expected, strict=True):
        assert (file, line) == (in_file, at), message
        assert words in message
    assert not (tmp_path / "results").exists()


def test_broken_files_of_the_settings_are_reported_once_whether_or_not_a_call_names_what_is_in_them(tmp_path):
    files = {
        "aigc.yaml": "rules: [rules.yaml]\nproviders: [ours.yaml]\n",
        "rules.yaml": "version: 1\nrules: {poster: {sise: <= 5 MB}}\n",
        "ours.yaml": "version: 1\nproviders: {ours: {submit: {path: /a, id: body.id, idd: x}}}\n",
        "a.robot": "*** Settings ***\nLibrary    AIGCLibrary    config=aigc.yaml\n\n*** Test Cases ***\n"
        "One\n    Validate File    ${TEST_NAME}    ${TEST_NAME}\n    Wait For Task    image:1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run_aigc(tmp_path, "check", "suites", ".", "--json", AIGC_LANGUAGE="en")
    assert done.returncode == 1, done.stderr
    (found,) = (one["message"] for one in json.loads(done.stdout)["problems"])
    assert "unknown key 'sise'. Did you mean 'size'?" in found
    assert "unknown key 'idd'. Did you mean 'id'" in found


def test_a_test_that_fails_without_a_call_is_reported_with_its_place(tmp_path):
    (tmp_path / "a.robot").write_text(
        "*** Settings ***\nTest Timeout    5 分钟\n\n"
        "*** Test Cases ***\nOne\n    Log    x\nTwo\n    [Timeout]    NONE\n    Log    y\n",
        encoding="utf-8",
    )
    (tmp_path / "b.robot").write_text(
        "*** Settings ***\nSuite Setup    No Such Keyword\n\n"
        "*** Test Cases ***\nThree\n    Log    x\nFour\n    Log    x\n",
        encoding="utf-8",
    )
    done = run_aigc(tmp_path, "check", "suites", ".", "--json", AIGC_LANGUAGE="en")
    assert done.returncode == 1, done.stderr
    found = [(one["file"], one["line"], one["keyword"]) for one in json.loads(done.stdout)["problems"]]
    assert found == [("a.robot", 5, "One"), ("b.robot", 2, "No Such Keyword")]
    assert "5 分钟" in json.loads(done.stdout)["problems"][0]["message"]


def test_an_import_that_fails_is_reported_with_its_place_and_what_follows_from_it_is_not(tmp_path):
    (tmp_path / "a.robot").write_text(
        "*** Settings ***\nLibrary    AIGCLibrary    provider=fal\n\n"
        "*** Test Cases ***\nOne\n    Wait For Task    image:1\n    Log    ${nosuch\n",
        encoding="utf-8",
    )
    (tmp_path / "b.robot").write_text("*** Test Cases ***\nTwo\n    Wait For Task    image:1\n", encoding="utf-8")
    done = run_aigc(tmp_path, "check", "suites", ".", "--json", AIGC_LANGUAGE="en")
    assert done.returncode == 1, done.stderr
    (first, second) = json.loads(done.stdout)["problems"]
    assert (first["file"], first["line"]) == ("a.robot", 2)
    assert "Did you mean 'providers'?" in first["message"]
    assert (second["file"], second["line"], second["keyword"]) == ("b.robot", 3, "Wait For Task")
