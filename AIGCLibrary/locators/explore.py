"""What a page shows only after a click: its tabs, dialogs and menus, opened one after the other for a starter file.

Only what says itself that it opens something is clicked, and nothing that submits a form, leads to another page, or is
called by a word that sends, destroys or pays.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.locators.element import Candidate, Element, Opener
from AIGCLibrary.locators.guards import is_destructive
from AIGCLibrary.locators.kinds import proves_nothing
from AIGCLibrary.locators.probe import page_key

log = logging.getLogger("aigc.locators")

SETTLED = {"quiet": 300, "limit": 3_000}
"""Milliseconds as in `starter.SETTLED`, after something was opened."""
MOST = 30
"""Things that are opened on one page."""
DEPTH = 2
"""Tabs inside of tabs."""
FAILED = 3
"""Clicks that fail, one after the other, after which something covers the page and no more is tried."""
_SENDS = re.compile(
    r"\b(submit|send|publish|post|confirm|apply|agree|accept|generate|render|run|start|sign ?in|log ?in|subscribe)\b|"
    r"提交|发送|发布|确认|确定|同意|生成|开始|运行|登录|注册|订阅",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """An element for a starter file.

    Args:
        element: As the page program's `inventory` describes it.
        where: The tab or dialog that must be open, as `page` of a target; empty where it is always shown.
        opened_by: What was clicked before it was shown, where that is no tab and no dialog.
    """

    element: Candidate
    where: Mapping[str, str]
    opened_by: str = ""


@dataclass(frozen=True, slots=True)
class Exploration:
    """What was found on a page, and what was not opened.

    Args:
        found: The elements, in the order in which they were seen.
        skipped: Names of what was not opened, or could not be closed again.
    """

    found: Sequence[Found]
    skipped: Sequence[str]


def explore(driver: BrowserDriver) -> Exploration:
    """Look at the page in use, and at everything it opens by itself.

    Args:
        driver: The browser, on the page.

    Returns:
        The elements; those of the page as it was come first.
    """
    visit = _Visit(driver)
    visit.look("")
    visit.open_all(0)
    return Exploration(list(visit.placed()), list(dict.fromkeys(visit.skipped)))


class _Visit:
    """One walk through a page. Elements are identified by what they are: a page may draw them again."""

    def __init__(self, driver: BrowserDriver) -> None:
        self._driver = driver
        self._seen: set[tuple[str, ...]] = set()
        self._tried: set[tuple[str, ...]] = set()
        self._url = ""
        self._failed = 0
        self._found: dict[tuple[str, ...], Found] = {}
        self._outer: set[str] = set()
        self._tabs: dict[str, dict[tuple[str, ...], Candidate]] = {}
        self.skipped: list[str] = []

    def look(self, opened_by: str, tab: str = "") -> None:
        """Note what is new on the page, and what is shown in a tab that was there from the beginning."""
        elements = self._driver.ask("inventory", {})
        if not opened_by:
            self._outer = {str(element.get("name")) for element in elements if element.get("role") == "tab"}
        shown = self._tabs.setdefault(tab, {}) if tab in self._outer else {}
        for element in elements:
            key, where = _key(element), _where(element)
            if not where:
                shown.setdefault(key, element)
            if key in self._seen:
                continue
            self._seen.add(key)
            where = where or ({"tab": tab} if tab else {})
            self._found[key] = Found(element, where, "" if where else opened_by)

    def placed(self) -> Iterator[Found]:
        """Return what was found, each with its tab: what is shown in all tabs belongs to none of them."""
        for key, found in self._found.items():
            shown = {tab: elements[key] for tab, elements in self._tabs.items() if key in elements}
            if 1 < len(shown) == len(self._tabs):
                yield Found(found.element, {}, found.opened_by)
            elif shown and len(self._tabs) > 1:
                yield from (Found(element, {"tab": tab}) for tab, element in shown.items())
            else:
                yield found

    def open_all(self, depth: int) -> None:
        """Open what can be opened, look, and close it again."""
        self._url = self._url or self._settled()
        for opener in self._openers():
            name, kind = str(opener["name"]), str(opener["kind"])
            self._tried.add(_key(opener))
            open_before = self._open()
            if len(self._tried) > MOST or not self._click(str(opener["selector"])):
                self.skipped.append(name)
                continue
            if page_key(self._settled()) != page_key(self._url):
                self.skipped.append(name)
                self._driver.ask("return", {"url": self._url})
                self._settled()
                continue
            self.look(name, name if kind == "tab" else "")
            if kind == "tab":
                if depth + 1 < DEPTH:
                    self.open_all(depth + 1)
            elif not self._close(open_before):
                self.skipped.append(name)

    def _openers(self) -> Iterator[Opener]:
        """Return what can be opened now, one at a time: the page is another one after each."""
        while True:
            offered = [opener for opener in self._driver.ask("openers", {}) if _key(opener) not in self._tried]
            for opener in [opener for opener in offered if _acts(str(opener["name"])) or not opener.get("selector")]:
                self._tried.add(_key(opener))
                self.skipped.append(str(opener["name"]))
            safe = [opener for opener in offered if _key(opener) not in self._tried]
            if not safe:
                return
            # Tabs last: what is in the tab that is open is gone then.
            yield min(safe, key=lambda opener: opener["kind"] == "tab")

    def _click(self, selector: str) -> bool:
        if self._failed >= FAILED:
            return False
        try:
            self._driver.click(selector)
        except AssertionError:
            self._failed += 1
            return False
        self._failed = 0
        return True

    def _open(self) -> int:
        return len(self._driver.ask("open", {}))

    def _settled(self) -> str:
        return str(self._driver.ask("settle", SETTLED)["url"])

    def _close(self, before: int) -> bool:
        """Close a dialog or menu as a user does, by Escape; else by loading the page again."""
        if self._open() <= before:
            return True
        try:
            self._driver.press("body", ("Escape",))
        except AssertionError as error:
            log.debug("No key can be pressed: %s", error)
        self._settled()
        if self._open() > before:
            self._driver.ask("return", {"url": self._url})
            self._settled()
        return self._open() <= before


def _acts(name: str) -> bool:
    return is_destructive(name) or bool(_SENDS.search(name))


def _where(element: Element) -> dict[str, str]:
    """Return the dialog or tab that an element itself is known to be in."""
    for kind in ("dialog", "tab"):
        if element.get(kind) not in (None, "", "?"):
            return {kind: str(element[kind])}
    return {}


def _key(element: Element) -> tuple[str, ...]:
    """Return what an element is; ids that count are others when the page is drawn again."""
    fields = ("tag", "type", "role", "name", "testid", "html_name", "placeholder", "href", "tab", "dialog")
    identifier = str(element.get("id") or "")
    return (
        *(str(element.get(field) or "") for field in fields),
        "" if proves_nothing(identifier) else identifier,
    )
