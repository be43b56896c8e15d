"""A first locator file for a page: its interactive elements with their best gold, silver and bronze."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.errors import ConfigError, TargetError
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.diagnosis import described, written
from AIGCLibrary.locators.element import Candidate, Element
from AIGCLibrary.locators.explore import Exploration, Found, explore
from AIGCLibrary.locators.kinds import is_control, names_a_kind, proves_nothing
from AIGCLibrary.locators.model import Tier

_WORD = re.compile(r"[^\W_]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SUFFIXES = {
    "button": ("button", "按钮"),
    "link": ("link", "链接"),
    "checkbox": ("checkbox", "复选框"),
    "tab": ("tab", "标签页"),
    "file": ("file", "文件"),
}
_CONTROL_TAGS = frozenset(("a", "button", "input", "select", "textarea", "summary"))
_CHOICES = ("radio", "checkbox", "option")
_SHOWS = frozenset(("status", "progress", "result", "output", "image", "video", "audio", "error", "message", "toast"))
"""Words of test ids of what a product shows: those are asserted, although nobody clicks them."""
_PASSING = re.compile(r"href=\"(?:[a-z]+:|//)|/tmp/|file=|[0-9a-f]{6,}|\d{4,}|\?|.{81,}", re.IGNORECASE)
"""Addresses that are gone with the next run."""
_IDS = re.compile(r"#((?:\\.|[\w-])+)")
_LONGEST = 40
"""Letters of a name in a script without spaces."""


SETTLED = {"quiet": 700, "limit": 20_000}
"""Milliseconds without new elements after which a page counts as drawn, and how long that may take."""


def draft(driver: BrowserDriver, page: str | None = None, path: Path | None = None, *, exploring: bool = False) -> str:
    """Write a starter file for the page in use, once it has drawn itself.

    Args:
        driver: The browser, on the page.
        page: Name of the page; otherwise from its address.
        path: Where the text is written; nowhere when left out. A file that is there already is kept.
        exploring: Open the tabs, dialogs and menus of the page as well, see `explore`.

    Returns:
        The text.

    Raises:
        ConfigError: The file is there already.
        TargetError: The page has nothing that could be a target.
    """
    if path and path.exists():
        raise ConfigError(
            f"'{path}' already exists, and its targets may have been reviewed.",
            hint=Text("locators.hint.other_path"),
            facts={"file": str(path)},
        )
    settled = driver.ask("settle", SETTLED)
    url = str(settled["url"])
    if exploring:
        text = starter_file(explore(driver), page or page_name(url), url)
    else:
        shown = [Found(element, {}) for element in driver.ask("inventory", {})]
        text = starter_file(Exploration(shown, ()), page or page_name(url), url)
    if not settled.get("quiet", True):
        text = f"# The page was still loading after {SETTLED['limit'] // 1000} s: targets may be missing.\n{text}"
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


def starter_file(exploration: Exploration, page: str, url: str) -> str:
    """Write the YAML.

    Args:
        exploration: The elements of the page.
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
    for entry in exploration.found:
        if not _is_wanted(entry.element):
            continue
        best = _lasting(entry.element)
        if not best:
            left_out.append(described(entry.element))
            continue
        if entry.opened_by:
            lines.append(f"  # Shown after '{entry.opened_by}'")
        lines.append(f"  {_name(entry.element, taken)}:")
        if entry.where:
            lines.append(f"    page: {written(entry.where)}")
        lines += [f"    {tier}: {_value(best[tier])}" for tier in Tier if tier in best]
    if not taken:
        which = f": {', '.join(dict.fromkeys(left_out))}" if left_out else ""
        raise TargetError(
            f"No target for a locator file was found on {lines[0].split()[-1]}: {len(left_out)} interactive elements, "
            f"none with a selector of its own{which}.",
            hint=Text("locators.hint.nothing_to_name"),
        )
    lines += [f"# Not unique, needs a scope or a test id: {text}" for text in dict.fromkeys(left_out)]
    lines += [f"# Not opened: {name}" for name in exploration.skipped]
    return "\n".join(lines) + "\n"


def _is_control(element: Element) -> bool:
    return is_control(element) or str(element.get("tag")) in _CONTROL_TAGS or bool(element.get("editable"))


def _is_wanted(element: Element) -> bool:
    """Return whether an element can be used, or is named by its test id as what a product shows."""
    test_id = str(element.get("testid") or "")
    return _is_control(element) or not names_a_kind(test_id) or _is_shown(test_id)


def _is_shown(test_id: str) -> bool:
    return bool(_SHOWS & set(_WORD.findall(test_id.lower())))


def _lasting(candidate: Candidate) -> dict[str, Any]:
    """Return the best way of each tier, without what the next run or the next element of its kind would find."""
    best: dict[str, Any] = {}
    for way in candidate.get("ways", ()):
        best.setdefault(way["tier"], way["yaml"])
    used, test_id = _is_control(candidate), str(candidate.get("testid") or "")
    if not used and Tier.GOLD in best:
        best.pop(Tier.SILVER, None)  # the text of what is shown is data
    if "bronze" in best and (_is_passing(best["bronze"]) or (candidate.get("name") and _is_placed(best))):
        del best[Tier.BRONZE]
    if Tier.GOLD in best and ((names_a_kind(test_id) and (used or not _is_shown(test_id))) or proves_nothing(test_id)):
        gold = best.pop(Tier.GOLD)
        if not best and not proves_nothing(test_id):  # it says nothing of the element, and is all there is
            name = gold.get("attribute", "data-testid") if isinstance(gold, Mapping) else "data-testid"
            best[Tier.BRONZE] = {"css": f'[{name}="{test_id}"]'}
    return best


def _is_placed(best: Mapping[str, Any]) -> bool:
    """Return whether an element, one of several of its name, is found by its place among others alone."""
    bronze = best[Tier.BRONZE]
    css = str(bronze.get("css", "")) if isinstance(bronze, Mapping) else str(bronze)
    return len(best) == 1 and ":nth-" in css


def _is_passing(bronze: Any) -> bool:
    css = str(bronze.get("css", "")) if isinstance(bronze, Mapping) else str(bronze)
    return ("href=" in css and bool(_PASSING.search(css))) or any(
        proves_nothing(identifier) for identifier in _IDS.findall(css)
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"css"}:
        return written(value["css"])
    return written(value)


def _name(element: Element, taken: set[str]) -> str:
    """Make a name from what an element is called, else from what identifies it; unique in the file."""
    label, called = str(element.get("label") or ""), str(element.get("name") or "")
    if called and label.startswith(called):
        label = called  # a label around a list of choices holds these as well
    others = (str(text) for key in ("name", "placeholder", "title", "alt") if (text := element.get(key)))
    shown = label or next(others, "")
    if not _is_control(element):
        shown = ""  # what it shows is data
    keys = ("testid", "html_name", "id", "text", "tag")
    named = [str(key) for field in keys if (key := element.get(field)) and not proves_nothing(str(key))]
    if not shown and element.get("type") == "file":
        shown = str(next(iter(element.get("neighbours") or ()), ""))
    source = shown or next(iter(named), "element")
    if str(element.get("role")) in _CHOICES and (len(source) < 3 or source[0].isdigit()):
        source = f"{_group(element)} {source}"
    words = [word.lower()[:_LONGEST] for word in _WORD.findall(source)][:5]
    english, chinese = _SUFFIXES.get("file" if element.get("type") == "file" else str(element.get("role")), ("", ""))
    in_chinese = bool(_CHINESE.search(source))
    if shown and words and in_chinese and chinese and not words[-1].endswith(chinese):
        words[-1] += chinese
    elif english and not in_chinese and english not in words:
        words.append(english)
    base = "_".join(words) or "element"
    if base[0].isdigit():
        base = f"n{base}"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name


def _group(element: Element) -> str:
    """Return the title of the group of choices around an element."""
    near = (element.get("setting") or {}).get("near") or ()
    return next((str(text) for _, sort, text in near if sort in "nt"), "")
