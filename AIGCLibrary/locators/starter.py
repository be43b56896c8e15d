"""A first locator file for a page: its interactive elements with their best gold, silver and bronze."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.errors import ConfigError, TargetError
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.diagnosis import described, written
from AIGCLibrary.locators.model import Tier

_WORD = re.compile(r"[^\W_]+")
_SUFFIXES = {"button": "button", "link": "link", "checkbox": "checkbox", "tab": "tab"}


SETTLED = {"quiet": 700, "limit": 10_000}
"""Milliseconds without new elements after which a page counts as drawn, and how long that may take."""


def draft(driver: BrowserDriver, page: str | None = None, path: Path | None = None) -> str:
    """Write a starter file for the page in use, once it has drawn itself.

    Args:
        driver: The browser, on the page.
        page: Name of the page; otherwise from its address.
        path: Where the text is written; nowhere when left out. A file that is there already is kept.

    Returns:
        The text.

    Raises:
        ConfigError: The file is there already.
        TargetError: The page has nothing that could be a target.
    """
    if path and path.exists():
        raise ConfigError(
            f"'{path}' is there already, and its targets may have been reviewed.",
            hint=Text("locators.hint.other_path"),
            facts={"file": str(path)},
        )
    url = str(driver.ask("settle", SETTLED)["url"])
    text = starter_file(driver.ask("inventory", {}), page or page_name(url), url)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return text


def page_name(url: str) -> str:
    """Return the name of a page after its address."""
    last = unquote(urlsplit(url).path).strip("/").split("/")[-1].split(".")[0]
    return "_".join(_WORD.findall(last)) or "home"


def _place(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def starter_file(candidates: Iterable[Mapping[str, Any]], page: str, url: str) -> str:
    """Write the YAML.

    Args:
        candidates: Elements as the page program's `inventory` gives them.
        page: Name of the page.
        url: Where it was looked at.

    Returns:
        The text of a locator file; elements that nothing finds alone are listed in a comment.

    Raises:
        TargetError: The page has no element that could be a target; a file without targets would be refused at load.
    """
    # A query, a fragment and a sign-in may carry a token, which has no place in a file.
    lines = [f"# Starter file for {_place(url)}", f"page: {page}", "targets:"]
    taken: set[str] = set()
    left_out: list[str] = []
    for one in candidates:
        best: dict[str, Any] = {}
        for way in one.get("ways", ()):
            best.setdefault(way["tier"], way["yaml"])
        if not best:
            left_out.append(described(one))
            continue
        lines.append(f"  {_name(one, taken, Tier.GOLD in best)}:")
        lines += [f"    {tier}: {_value(best[tier])}" for tier in Tier if tier in best]
    if not taken:
        which = f": {', '.join(dict.fromkeys(left_out))}" if left_out else ""
        raise TargetError(
            f"No target for a locator file was found on {lines[0].split()[-1]}: {len(left_out)} interactive elements, "
            f"none that a selector finds alone{which}.",
            hint=Text("locators.hint.nothing_to_name"),
        )
    lines += [f"# Not unique, needs a scope or a test id: {text}" for text in dict.fromkeys(left_out)]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"css"}:
        return written(value["css"])
    return written(value)


def _name(one: Mapping[str, Any], taken: set[str], gold: bool) -> str:
    """Make a name from its own test id, its accessible name, or whatever identifies it; unique in the file."""
    keys = ("testid", "name") if gold else ("name", "label", "placeholder")
    keys = (*keys, "html_name", "id", "text", "testid", "tag")
    source = next((one[key] for key in keys if one.get(key)), "element")
    words = [word.lower() for word in _WORD.findall(str(source))][:4]
    suffix = _SUFFIXES.get(str(one.get("role")), "")
    if suffix and suffix not in words and not (gold and one.get("testid")):
        words.append(suffix)
    base = "_".join(words) or "element"
    if base[0].isdigit():
        base = f"n{base}"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
