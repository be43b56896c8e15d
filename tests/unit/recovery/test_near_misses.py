"""A selector of another library that is lost: what is closest is ranked as for targets of locator files."""

import pytest

from AIGCLibrary.recovery.strategies.locators import last_selector

LOST = "TimeoutError: locator.click: Timeout 1000ms exceeded.\nCall log:\n  - waiting for {selector}\n"


class Page:
    """A page with two buttons."""

    def __init__(self):
        self.asked = []

    def ask(self, command, request):
        self.asked.append((command, request))
        if command == "rank":
            return [
                {"element": 1, "tag": "button", "role": "button", "name": "Delete", "text": "Delete", "id": "delete"},
                {"element": 2, "tag": "button", "role": "button", "name": "Send", "text": "Send", "testid": "send-btn"},
            ]
        if command == "ways":
            way = {"tier": "gold", "selector": '[data-testid="send-btn"]', "yaml": "send-btn"}
            return [[way] if number == 2 else [] for number in request["elements"]]
        raise ConnectionError("the page is gone")


@pytest.mark.parametrize(
    ("playwright", "selector"),
    [
        ("locator('#send')", "#send"),
        ("locator('form').getByText('Send').first()", 'text="Send"'),
        ("getByRole('button', { name: 'Send (3)' }).nth(2)", 'role=button[name="Send (3)"]'),
        ("getByRole('button', { name: /send it/i })", "role=button[name=/send it/i]"),
        ("getByLabel('Prompt', { exact: true })", 'internal:label="Prompt"'),
        ("getByAltText('Cover')", '[alt="Cover"]'),
        ("locator('iframe').contentFrame().locator('//a[text()=\"Go\"]')", '//a[text()="Go"]'),
        ("css=form >> text=Send", "css=form >> text=Send"),
    ],
)
def test_the_last_step_of_a_chain_is_what_was_looked_for(playwright, selector):
    assert last_selector(playwright) == selector


@pytest.mark.parametrize("selector", ["getByTestId('send-button')", "getByRole('button', { name: 'Send' })"])
def test_the_nearest_element_is_suggested_with_its_test_id(engine, selector):
    page = Page()
    engine.driver = lambda: page
    found = engine.recovery.conclude("Suite.Test", True, LOST.format(selector=selector))
    assert found[0].evidence["selector"] == '[data-testid="send-btn"]'
    assert found[0].evidence["candidate"] == "button 'Send'"


def test_a_selector_that_says_nothing_of_its_element_is_not_looked_for(engine):
    page = Page()
    engine.driver = lambda: page
    assert engine.recovery.conclude("Suite.Test", True, LOST.format(selector="locator('div > div')"))
    assert page.asked == []


def test_a_page_that_cannot_be_asked_is_no_error(engine, caplog):
    def gone():
        raise ConnectionError("the page is gone")

    engine.driver = gone
    found = engine.recovery.conclude("Suite.Test", True, LOST.format(selector="locator('#send')"))
    assert found
    assert not any("candidate" in one.evidence for one in found)
    assert [one.levelname for one in caplog.records if one.levelname == "WARNING"] == []
