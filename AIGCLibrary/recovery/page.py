"""Asks the open page: is a selector right, what is there, and what comes near to one that is gone.

All of it is optional: without a browser or a page the answer is empty, never an error.
"""

import logging
import math
import re
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.driver import DriverSource

log = logging.getLogger("aigc.recovery")

_WORDS = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff]*")
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
_TAG = re.compile(r"^(?:locator\(['\"])?(?P<tag>button|input|a|select|textarea|label|img|video)\b")
_ROLE = re.compile(r"getByRole\('(?P<role>\w+)'|role=(?P<named>\w+)")
_SYNTAX = re.compile(
    r"locator|getBy\w+|exact|name|true|data|testid|id|text|css|xpath|role|button|input|nth|first|div|span"
)
"""Words of a selector that say nothing about the element."""
_SECRET = ("password", "token", "secret")


def verify(driver: DriverSource | None, selector: str) -> bool:
    """Say whether a selector matches exactly one visible element of the open page."""
    asked = {"targets": [{"name": "suggestion", "selectors": [{"selector": selector}]}]}
    answer = _ask(driver, "health", asked)
    return bool(answer) and answer[0].get("winner") is not None


def gone(driver: DriverSource | None, selector: str) -> bool:
    """Say whether nothing visible matches a selector; False when the page cannot be asked."""
    answer = _ask(driver, "health", {"targets": [{"name": "cover", "selectors": [{"selector": selector}]}]})
    return bool(answer) and answer[0]["selectors"][0].get("visible") == 0


def page_text(driver: DriverSource | None) -> str:
    """Give the interactive elements of the page, a line each, without what was typed into them."""
    lines = []
    for one in _ask(driver, "inventory", {"limit": 200}) or ():
        kind = one.get("role") or one.get("tag") or "element"
        name = str(one.get("name") or one.get("label") or one.get("text") or "")[:80]
        ways = [str(way.get("selector")) for way in one.get("ways", ())[:2]]
        hidden = any(word in f"{name} {one.get('type')}".lower() for word in _SECRET)
        lines.append(f"{kind} {'(secret field)' if hidden else repr(name)} {' | '.join(ways)}".strip())
    return "\n".join(lines)


def near(driver: DriverSource | None, selector: str) -> list[dict[str, Any]]:
    """Give the elements that come nearest to a selector that matches nothing, in the form of locator candidates."""
    profile = profile_of(selector)
    if not (profile["texts"] or profile["keys"]):
        return []
    found = _ask(driver, "rank", {"profile": profile, "pool": 8}) or []
    if not found:
        return []
    scores = [likeness(float(one.get("rough") or 0)) for one in found]
    ordered = sorted(zip(scores, found, strict=True), key=lambda pair: -pair[0])[:5]
    return [
        {
            "selector": way["selector"],
            "tier": way["tier"],
            "score": score,
            "margin": round(score - max((other for other, that in ordered if that is not one), default=0.0), 3),
            "text": one.get("name") or one.get("text"),
            "element": one.get("element", index),
            "verified": True,
        }
        for index, (score, one) in enumerate(ordered)
        for way in one.get("ways", ())[:3]
    ]


def likeness(rough: float) -> float:
    """Turn the page's rough score into 0 to 1: even odds where half of the words of the name are the same."""
    return round(1 / (1 + math.exp(-1.5 * (rough - 3.0))), 3)


def profile_of(selector: str) -> dict[str, Any]:
    """Read out of a selector what the element was called: texts, words of ids and test ids, tag, role."""
    quoted = [text for text in _QUOTED.findall(selector) if not text.isidentifier() or "getBy" in selector]
    words = [word for word in _WORDS.findall(selector) if not _SYNTAX.fullmatch(word)]
    by_text = "getByText" in selector or "getByLabel" in selector or "getByRole" in selector or "text=" in selector
    tag, role = _TAG.search(selector), _ROLE.search(selector)
    return {
        "texts": quoted if by_text else [" ".join(words)] if words else [],
        "keys": [" ".join(words)] if words else [],
        "tag": tag["tag"] if tag else "",
        "role": (role["role"] or role["named"]) if role else "",
        "classes": [],
    }


def _ask(driver: DriverSource | None, command: str, request: Mapping[str, Any]) -> Any:
    if driver is None:
        return None
    try:
        return driver().ask(command, request)
    except Exception as error:  # noqa: BLE001 - no browser, no page, or a page that is gone
        log.debug("The page could not be asked: %s", error)
        return None
