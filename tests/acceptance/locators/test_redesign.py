"""The studio is redesigned twice: its suite passes with healing; without it every lost target is reported correctly."""

import re

import pytest

from tests.support.browser import EXECUTABLE, IS_ROOT
from tests.support.robot_run import ROOT

TOKEN = "studio-demo-token"  # the studio's published one
TARGETS = {
    "login": {"username": "#username", "password": "#password", "submit": "main form button"},
    "scripts": {"title": "input[name=title]", "create_button": "form:has(input[name=title]) button"},
    "generate": {
        **{name: f"#{name}" for name in ("prompt", "kind", "style", "duration", "resolution", "priority")},
        "reference_image": "#reference",
        "generate_button": "main form button.primary:visible",
    },
}
"""Targets by page, each with the element that it is in all three designs."""
NAVIGATION = ("home", "scripts", "generate", "tasks", "library")
KEYWORDS = f"""*** Settings ***
Resource    {(ROOT / "keywords" / "studio_ui.resource").as_posix()}
Suite Setup    Open Page
Suite Teardown    Close Studio
Test Template    Target Is Known Or Reported

*** Keywords ***
Open Page
    New Browser    chromium    headless=True    executablePath=${{BROWSER_PATH}}    args=${{BROWSER_ARGS}}
    New Page    ${{STUDIO_URL}}

Sign In
    Fill Text    \\#username    ${{STUDIO_USER}}
    Fill Text    \\#password    ${{STUDIO_PASSWORD}}
    Click    main form button

Show
    [Arguments]    ${{path}}
    Go To    ${{STUDIO_URL}}${{path}}
    Wait For Load State    networkidle

Target Is Known Or Reported
    [Documentation]    A target that is found is the right element; of one that is lost the suggestion is.
    [Arguments]    ${{target}}    ${{truth}}
    TRY
        ${{selector}} =    Locate Target    ${{target}}    state=attached    timeout=800 ms
    EXCEPT
        ${{fixes}} =    Get Fix Suggestions
        Log    LOST ${{TEST NAME}} ${{fixes}}    console=True
        ${{selector}} =    Evaluate    __import__('re').search(r'→ Use (.+) for it[.]', $fixes[0])[1]
    END
    ${{here}} =    Evaluate JavaScript    ${{selector}}    (e) => (window.here = e, true)
    ${{same}} =    Evaluate JavaScript    ${{truth}}    (e) => e === window.here
    Should Be True    ${{same}}    ${{selector}} is another element than ${{truth}}

"""
WRONG_PLACES = """Nothing Is Clicked
    [Documentation]    Fails, as the target is not there; its teardown fails as well where anything was clicked.
    [Arguments]    ${target}    ${place}    ${change}
    Evaluate JavaScript    ${place}    ${change}
    Evaluate JavaScript    ${None}    ${WATCH}
    Click Target    ${target}    heal=use    timeout=500 ms

Nothing Was Clicked
    ${clicks} =    Evaluate JavaScript    ${None}    () => window.clicks
    Should Be Equal As Integers    ${clicks}    0

Sign Out And Show
    [Arguments]    ${path}
    Delete All Cookies
    Show    ${path}

*** Variables ***
${WATCH}    () => {
...    window.clicks = 0;
...    document.addEventListener('click', (e) => { clicks += 1; e.preventDefault(); e.stopPropagation() }, true) }
${REMOVED}    (e) => e.remove()
${OTHER TAB}    () => { document.querySelector('main').innerHTML = `
...    <div role=tablist><button role=tab aria-selected=false>Generate</button>
...    <button role=tab aria-selected=true>Batch</button></div>
...    <form><label>List <textarea></textarea></label><button type=submit class=primary>Render list</button></form>` }
${NOTHING}    () => 0

*** Test Cases ***
"""
WRONG = {
    "removed button": ("Show    /generate", "main form button.primary:visible    ${REMOVED}"),
    "other tab": ("Show    /generate", "body    ${OTHER TAB}"),
    "other page": ("Show    /scripts", "body    ${NOTHING}"),
    "failed login": ("Sign Out And Show    /generate", "body    ${NOTHING}"),
}
"""Where the button that generates is not: how the page is opened, and what is done to it."""


def cases(*designs):
    """A test for each target of each design, in the order in which a user sees the pages."""
    lines = []
    for ui in designs:
        openings = {
            "login": f"Show    /login?lang=en&ui={ui}",
            "scripts": "Run Keywords    Sign In    AND    Show    /scripts",
        }
        for page, targets in {**TARGETS, "nav": {}}.items():
            named = targets or {name: f"header nav a >> nth={index}" for index, name in enumerate(NAVIGATION)}
            for index, (name, truth) in enumerate(named.items()):
                lines.append(f"ui {ui} {page}.{name}")
                if index == 0 and targets:
                    lines.append(f"    [Setup]    {openings.get(page, f'Show    /{page}')}")
                lines.append(f"    {page}.{name}    {truth.replace('#', chr(92) + '#')}")
        for name, (opening, change) in WRONG.items():
            lines += [f"wrong {ui} {name}", f"    [Setup]    {opening}", "    [Template]    Nothing Is Clicked"]
            lines += [f"    generate.generate_button    {change}", "    [Teardown]    Nothing Was Clicked"]
    return KEYWORDS + WRONG_PLACES + "\n".join(lines) + "\n"


@pytest.fixture
def product(robot, studio):
    def run(text, ui, heal, *options):
        sandbox = "['--no-sandbox']" if IS_ROOT else "[]"
        return robot(
            text,
            *("--variable", f"STUDIO_URL:{studio.url}", "--variable", f"STUDIO_TOKEN:{TOKEN}"),
            *("--variable", f"BROWSER_PATH:{EXECUTABLE}", "--variable", f"BROWSER_ARGS: list:{sandbox}"),
            *("--variable", f"STUDIO_UI:{ui}", *options),
            env={"AIGC_HEAL": heal, "STUDIO_URL": studio.url, "STUDIO_TOKEN": TOKEN},
        )

    return run


def short_drama():
    """The end-to-end suite, without the objectives of the run: a page without test ids breaks one of them, rightly."""
    text = (ROOT / "suites" / "01_short_drama.robot").read_text(encoding="utf-8")
    return text.replace("../keywords", (ROOT / "keywords").as_posix())


def lost(run):
    return {name.split(" ", 2)[2] for name in run.tests if f"LOST {name}" in run.console}


def healed(run):
    return set(re.findall(r"(?:Healed: target|已自愈：元素) ?[“']([\w.]+)", run.console))


def nothing_but_the_target_is_clicked(run):
    """Where the button is not, the step fails and nothing is clicked; all else passes."""
    failed = {name: test.message for name, test in run.tests.items() if not test.passed}
    assert set(failed) == {name for name in run.tests if name.startswith("wrong ")}, run.console
    assert not [name for name, message in failed.items() if "eardown" in message], run.console


def test_after_a_redesign_every_lost_target_is_reported_rightly(product):
    run = product(cases(1, 2, 3), 1, "suggest")
    nothing_but_the_target_is_clicked(run)
    assert {"generate.prompt", "generate.generate_button"} <= lost(run)


def test_without_earlier_runs_the_locator_file_alone_tells_what_was_meant(product):
    run = product(cases(3), 3, "suggest")
    nothing_but_the_target_is_clicked(run)
    assert {"generate.prompt", "generate.generate_button"} <= lost(run)


def test_the_end_to_end_suite_goes_on_through_both_redesigns(product):
    for ui in (1, 2, 3):
        run = product(short_drama(), ui, "use", "--test", "*episode*")
        assert run.code == 0, run.console
        assert healed(run) == ({"generate.prompt", "generate.generate_button"} if ui == 3 else set())


def test_without_healing_it_fails_with_the_right_suggestion(product):
    run = product(short_drama(), 3, "suggest", "--test", "*episode*")
    (test,) = run.tests.values()
    assert test.message.startswith("Target 'generate.prompt' was not found")
    assert 'role=textbox[name="Describe your scene"]' in test.metadata["Fix suggestions"]
    assert healed(run) == set()


def test_all_example_suites_go_on_with_healing_though_nothing_was_seen_before(product):
    also = "*** Test Cases ***\nNothing Else\n    No Operation\n"
    run = product(also, 3, "use", "--skip", "broken", (ROOT / "suites").as_posix())
    failed = {test.name: test for test in run.result.suite.all_tests if test.status == "FAIL"}
    assert sum(test.status == "PASS" for test in run.result.suite.all_tests) > 15
    assert {"generate.prompt", "generate.generate_button"} == healed(run)
    assert list(failed) == ["The Objectives Of This Run Are Met"], run.console
    assert "'locator.gold_hit_rate' is in breach" in failed["The Objectives Of This Run Are Met"].message
