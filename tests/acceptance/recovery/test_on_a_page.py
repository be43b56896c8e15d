"""Recovery and suggestions on a real page: an overlay that goes away, a plain selector that is gone, a lost target."""

from tests.support.browser import new_browser

PAGE = """<!doctype html><meta charset=utf-8><title>Studio</title><h1>Studio</h1>
<button data-testid="send-btn" onclick="this.textContent = 'Sent'">Send message</button>
<div id="busy" style="position:fixed;inset:0;background:#8888"></div>
<script>setTimeout(() => document.getElementById("busy").remove(), 4000)</script>"""

LOCATORS = """page: chat
targets:
  send: {gold: send-btn}
  attach: {gold: attach-btn}
"""

SUITE = """*** Settings ***
Library    Browser    timeout=1 s
Library    AIGCLibrary    locators=chat.yaml    language=en
Suite Setup    Open Browser For Tests

*** Test Cases ***
Overlay Is Waited For
    New Page    file://${{EXECDIR}}/page.html
    Click Target    chat.send
    Get Target Text    chat.send    ==    Sent

Plain Selector Is Gone
    New Page    file://${{EXECDIR}}/page.html
    Click    [data-testid="send-button"]

*** Keywords ***
Open Browser For Tests
    {browser}
"""


def test_overlay_is_waited_for_and_a_lost_selector_gets_the_near_one(robot, tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "chat.yaml").write_text(LOCATORS, encoding="utf-8")
    run = robot(SUITE.format(browser=new_browser()))
    recovered = run.tests["Overlay Is Waited For"]
    assert recovered.passed, recovered.message
    assert {"aigc-recovered", "recovered:wait_for_overlay"} <= set(recovered.tags)
    assert "wait_for_overlay" in recovered.metadata["Recovered"]
    lost = run.tests["Plain Selector Is Gone"]
    assert "cause:locator.bronze_failure" in lost.tags
    assert '[data-testid="send-btn"]' in lost.metadata["Fix suggestions"]
