"""Asks the open page: is a selector right, is something gone, and what is there.

All of it is optional: without a browser or a page the answer is empty, never an error.
"""

import logging
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.driver import DriverSource

log = logging.getLogger("aigc.recovery")

_SECRET = ("password", "token", "secret")


def verify(driver: DriverSource | None, selector: str) -> bool:
    """Return whether a selector matches exactly one visible element of the open page."""
    asked = {"targets": [{"name": "suggestion", "selectors": [{"selector": selector}]}]}
    answer = _ask(driver, "health", asked)
    return bool(answer) and answer[0].get("winner") is not None


def gone(driver: DriverSource | None, selector: str) -> bool:
    """Return whether nothing visible matches a selector; False when the page cannot be asked."""
    answer = _ask(driver, "health", {"targets": [{"name": "cover", "selectors": [{"selector": selector}]}]})
    return bool(answer) and answer[0]["selectors"][0].get("visible") == 0


def page_text(driver: DriverSource | None) -> str:
    """Return the interactive elements of the page, a line each, without what was typed into them."""
    lines = []
    for element in _ask(driver, "inventory", {"limit": 200}) or ():
        kind = element.get("role") or element.get("tag") or "element"
        name = str(element.get("name") or element.get("label") or element.get("text") or "")[:80]
        ways = [str(way.get("selector")) for way in element.get("ways", ())[:2]]
        hidden = any(word in f"{name} {element.get('type')}".lower() for word in _SECRET)
        lines.append(f"{kind} {'(secret field)' if hidden else repr(name)} {' | '.join(ways)}".strip())
    return "\n".join(lines)


def _ask(driver: DriverSource | None, command: str, request: Mapping[str, Any]) -> Any:
    if driver is None:
        return None
    try:
        return driver().ask(command, request)
    except Exception as error:  # noqa: BLE001 - no browser, no page, or a page that is gone
        log.debug("The page could not be asked: %s", error)
        return None
