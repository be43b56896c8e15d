"""Playwright MCP joined to the very page under test, as docs/how-to/escalation.md shows it.

Needs the npm package @playwright/mcp: on PATH as `playwright-mcp`, or its command in AIGC_PLAYWRIGHT_MCP.
"""

import os
import shutil

import pytest

from tests.support.browser import new_browser
from tests.support.ports import free_port

COMMAND = os.environ.get("AIGC_PLAYWRIGHT_MCP") or shutil.which("playwright-mcp")

pytestmark = pytest.mark.skipif(
    COMMAND is None, reason="npm install -g @playwright/mcp@0.0.83, or name its command in AIGC_PLAYWRIGHT_MCP"
)

PAGE = """<!doctype html><title>Studio</title><h1>Studio</h1>
<button data-testid="send-btn" onclick="this.textContent = 'Sent'">Send</button>"""

SUITE = """*** Settings ***
Library    Browser    timeout=30 s
Library    AIGCLibrary    language=en
Suite Setup    Open The Page

*** Test Cases ***
An Assistant Sees The Page Under Test
    ${{page}} =    Call MCP Tool    browser_snapshot    server=page
    Should Contain    ${{page}}    button "Send"

It Finds A Locator
    ${{found}} =    Call MCP Tool    browser_generate_locator    server=page    element=Send button    target=e3
    Should Contain    ${{found}}    send-btn

Tools That Run Code Are Refused
    Run Keyword And Expect Error    *allow-list*    Call MCP Tool    browser_evaluate    server=page
    Run Keyword And Expect Error    *allow-list*    Call MCP Tool    browser_run_code_unsafe    server=page

The Page Stays With The Test
    Click    [data-testid="send-btn"]
    Get Text    [data-testid="send-btn"]    ==    Sent

A Failure Is Escalated To It
    Run Keyword And Ignore Error    Check Plugin Health    nothing
    ${{answer}} =    Escalate Failure    The button is gone    server=page    tool=browser_snapshot
    Should Contain    ${{answer}}    Sent

*** Keywords ***
Open The Page
    {browser}
    New Page    file://${{EXECDIR}}/page.html
    ${{tools}} =    Connect To MCP Server    page
    ...    {command} --cdp-endpoint http://127.0.0.1:{port} --caps testing
    ...    allow=browser_snapshot, browser_generate_*    timeout=60 s
    Should Contain    ${{tools}}    browser_snapshot
"""


def test_playwright_mcp_works_on_the_page_under_test(robot, tmp_path):
    port = free_port()
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    browser = new_browser()
    flag = f"--remote-debugging-port={port}"
    browser = (
        browser.replace('args=["', f'args=["{flag}", "') if "args=" in browser else f'{browser}    args=["{flag}"]'
    )
    (tmp_path / "aigc.yaml").write_text(
        "options: {recovery: {escalation: {deadline: 120, arguments: {nothing: nothing}}}}\n", encoding="utf-8"
    )
    run = robot(SUITE.format(browser=browser, command=COMMAND, port=port), env={"AIGC_CONFIG": "aigc.yaml"})
    failed = {name: test.message for name, test in run.tests.items() if test.failed}
    assert failed == {}, failed
