"""On another page, tab or dialog than a target's own, nothing that only looks like it is used."""

from tests.support.browser import new_browser

WORK = """<!doctype html><title>Work</title><h1 data-testid="desk">Work</h1>
<form onsubmit="return false"><textarea data-testid="textbox" aria-label="Scene"></textarea>
<button type="submit" onclick="document.title='started'">Generate</button></form>"""
LOGIN = """<!doctype html><title>Sign in</title><form onsubmit="return false"><input name="user" data-testid="textbox">
<button type="submit" onclick="document.title='entered'">Sign in</button></form>"""
TABS = """<!doctype html><title>Tabs</title><div role="tablist"><button role="tab" aria-selected="false">Image</button>
<button role="tab" aria-selected="true">Video</button></div>
<button class="go" onclick="document.title='started'">Render</button>"""
LOCATORS = """targets:
  desk: {gold: desk}
  scene: {gold: textbox}
  start: {gold: start, silver: {role: button, name: Generate}, bronze: "form button[type=submit]"}
"""
DECLARED = """page: {tab: Image}
targets:
  render: {silver: {role: button, name: Render}}
"""
SUITE = f"""*** Settings ***
Library    Browser    timeout=30 s
Library    AIGCLibrary    locators=locators    timeout=10 s    language=en
Suite Setup    Start

*** Keywords ***
Start
    {new_browser()}

Show
    [Arguments]    ${{page}}
    New Page    file://${{EXECDIR}}/${{page}}.html

*** Test Cases ***
Never Seen
    Show    login
    Click Target    work.start    timeout=1 s
    [Teardown]    Get Title    ==    Sign in

At Home
    Show    work
    Fill Target    work.scene    a cat
    Click Target    work.start
    Get Title    ==    started

Seen Elsewhere
    Show    login
    Fill Target    work.scene    a cat    timeout=1 s

Another Tab
    Show    tabs
    Click Target    tab.render    timeout=1 s
    [Teardown]    Get Title    ==    Tabs
"""


def test_what_fits_another_page_or_tab_is_not_used_and_the_failure_names_both(robot, tmp_path):
    for name, text in {"work": WORK, "login": LOGIN, "tabs": TABS}.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    (tmp_path / "locators").mkdir()
    for name, text in {"work": LOCATORS, "tab": DECLARED}.items():
        (tmp_path / "locators" / f"{name}.yaml").write_text(text, encoding="utf-8")
    run = robot(SUITE)
    at_home, reported = run.tests["At Home"], {name: test.message for name, test in run.tests.items()}
    assert at_home.passed, at_home.message
    for name, words in {
        "Never Seen": "no other target of work.yaml",
        "Seen Elsewhere": "work.html",
        "Another Tab": "tab 'Video' is open, and the target belongs to another tab: Image",
    }.items():
        assert not run.tests[name].passed, name
        assert "eardown" not in reported[name], reported[name]
        assert words in reported[name] + str(run.tests[name].metadata), reported[name]
