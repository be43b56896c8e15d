"""Recovery on a real page: an overlay that goes away, a name written otherwise, selectors that are gone."""

import sqlite3

import pytest

from tests.support.browser import OPEN_PAGE, new_browser
from tests.support.overlays import LISTENER
from tests.support.robot_run import run_robot

PAGE = """<!doctype html><meta charset=utf-8><title>Studio</title><h1>Studio</h1>
<button data-testid="send-btn" onclick="this.textContent = 'Sent'">Send message</button>
<button class="go" onclick="this.dataset.done = 1">✨ GENERATE…</button>
<button class="rm">Delete (3)</button>
<button class="lib">Works</button>
<div id="busy" style="position:fixed;inset:0;background:#8888"></div>
<script>if (location.hash === "#free") document.getElementById("busy").remove()</script>"""

LOCATORS = """page: chat
targets:
  send: {gold: send-btn}
  attach: {gold: attach-btn}
  generate: {gold: generate-btn, silver: {role: button, name: {en: Generate, zh: 生成}}}
  delete: {gold: delete-btn, silver: {role: button, name: Delete}}
"""

SUITE = """*** Settings ***
Library    Browser    timeout=4 s
Library    AIGCLibrary    locators=chat.yaml    timeout=1 s    language=en
Suite Setup    Open Browser For Tests

*** Test Cases ***
Overlay Is Waited For
    Open Page    file://${{EXECDIR}}/page.html
    Click Target    chat.send
    Get Target Text    chat.send    ==    Sent

Name Is Written Otherwise
    Open Page    file://${{EXECDIR}}/page.html\\#free
    Click Target    chat.generate    heal=use
    Get Attribute    .go    data-done    ==    1

A Suggestion Is Never Clicked
    Open Page    file://${{EXECDIR}}/page.html\\#free
    Click Target    chat.generate

Another Thing Is Not Taken For It
    Open Page    file://${{EXECDIR}}/page.html\\#free
    Click Target    chat.delete

Healing Is Off
    Open Page    file://${{EXECDIR}}/page.html
    Locate Target    chat.generate    heal=off

Plain Selector Is Gone
    Open Page    file://${{EXECDIR}}/page.html
    Click    [data-testid="send-button"]

*** Keywords ***
Open Browser For Tests
    {browser}

{open_page}"""


def test_overlay_is_waited_for_and_a_lost_selector_gets_the_near_one(robot, tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "chat.yaml").write_text(LOCATORS, encoding="utf-8")
    run = robot(SUITE.format(browser=new_browser(), open_page=OPEN_PAGE), *LISTENER)
    recovered = run.tests["Overlay Is Waited For"]
    assert recovered.passed, recovered.message
    assert {"aigc-recovered", "recovered:wait_for_overlay"} <= set(recovered.tags)
    assert "wait_for_overlay" in recovered.metadata["Recovered"]
    lost = run.tests["Plain Selector Is Gone"]
    assert lost.metadata["Cause"] == "locator.bronze_failure"
    assert '[data-testid="send-btn"]' in lost.metadata["Fix suggestions"]
    named = run.tests["Name Is Written Otherwise"]
    assert named.passed, named.message
    assert {"aigc-recovered", "recovered:try_alternative_text"} <= set(named.tags)
    reported = run.tests["A Suggestion Is Never Clicked"]
    assert not reported.passed
    assert "aigc-recovered" not in reported.tags
    with sqlite3.connect(tmp_path / "results" / "aigc.db") as store:
        counted = store.execute(
            "select outcome, strategy from recovery where strategy = 'try_alternative_text'"
        ).fetchall()
    assert counted == [("recovered", "try_alternative_text")]
    other = run.tests["Another Thing Is Not Taken For It"]
    assert other.failed
    assert "aigc-recovered" not in other.tags
    assert '<button data-testid="delete-btn" class="rm">Delete (3)</button>' in other.metadata["Fix suggestions"]
    assert run.tests["Healing Is Off"].failed


UNUSABLE = """<!doctype html><meta charset=utf-8><title>Studio</title><h1>Studio</h1>
<button>Twin</button><button>Twin</button>
<div hidden><button data-testid="send">Send</button></div>
<button data-testid="publish" disabled>Publish</button>
<button data-testid="share" style="position:fixed;top:9px;left:9px">Share</button>
<select id="size"><option>2K</option><option label="8 K">8192</option></select>
<div id="veil" style="position:fixed;inset:0;background:#8888"></div>"""

TARGETS = """page: studio
targets:
  twin: {silver: {role: button, name: Twin}}
  send: {gold: send}
  publish: {gold: publish}
  share: {gold: share}
  gone: {gold: gone, silver: {role: slider, name: Seed}}
"""

REASONS = {
    "Twins": ("locator.ambiguous", "Click Target    studio.twin"),
    "Hidden": ("locator.hidden", "Click Target    studio.send"),
    "Disabled": ("locator.disabled", "Click Target    studio.publish"),
    "Never Enabled": ("locator.disabled", "Wait For Target    studio.publish    enabled"),
    "Covered": ("locator.covered", "Click Target    studio.share"),
    "No Selector": ("locator.invalid", "Click    css=button[["),
    "No Such Option": ("assertion.value", "Select Options By    id=size    text    4K"),
    "Does Not Go Away": ("timing", "Wait For Target    studio.publish    hidden"),
    "Nowhere": ("locator.bronze_failure", "Wait For Target    studio.gone    disabled"),
}


@pytest.fixture(scope="module")
def unusable(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unusable")
    (folder / "page.html").write_text(UNUSABLE, encoding="utf-8")
    (folder / "studio.yaml").write_text(TARGETS, encoding="utf-8")
    page = "    Open Page    file://${EXECDIR}/page.html"
    tests = "\n".join(f"{name}\n{page}\n    {step}" for name, (_, step) in REASONS.items())
    return run_robot(
        folder,
        f"""*** Settings ***
Library    Browser    timeout=1 s
Library    AIGCLibrary    locators=studio.yaml    timeout=1 s    language=en
Suite Setup    {new_browser()}

*** Test Cases ***
{tests}

*** Keywords ***
{OPEN_PAGE}""",
        *LISTENER,
    )


@pytest.mark.parametrize("name", REASONS)
def test_what_cannot_be_used_says_why(unusable, name):
    cause, _ = REASONS[name]
    test = unusable.tests[name]
    assert test.failed
    assert test.metadata["Cause"] == cause, test.message
    assert test.metadata["Fix suggestions"]
    assert "[2m" not in test.message  # Playwright colours its call log


def test_what_stands_in_the_way_is_named_with_what_to_do(unusable):
    def suggested(name):
        return unusable.tests[name].message + unusable.tests[name].metadata["Fix suggestions"]

    assert '<div id="veil">' in suggested("Covered")
    assert "Fill in what enables it first" in suggested("Disabled")
    assert "display: none" in suggested("Hidden")
    assert "more time" in suggested("Does Not Go Away")
    assert "not in its list: '2K', '8 K'." in suggested("No Such Option")
