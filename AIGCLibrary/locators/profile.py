"""What a lost target should look like: its last fingerprint, completed by what its locator file says of it."""

import re
from collections.abc import Mapping
from typing import Any, cast

from AIGCLibrary.locators.element import Fingerprint, Profile
from AIGCLibrary.locators.model import Selector, Target
from AIGCLibrary.locators.strategies import texts

_NOT_SENT = ("setting", "settings")
"""Fields that no candidate is ranked by."""
_WORDS = re.compile(r"[^a-zA-Z0-9]+|(?<=[a-z])(?=[A-Z])")
_LABEL = re.compile(r"[\w' -]+")
_CSS_TAG = re.compile(r"(?:^|[\s>+~])([a-z][a-z0-9]*)(?=[^\s>+~]*$)")
_CSS_ID = re.compile(r"#([\w-]+)[^\s>+~]*$")
_CSS_CLASS = re.compile(r"\.([\w-]+)")
_CSS_ATTRIBUTE = re.compile(r"\[@?([\w-]+)\s*[*^$|~]?=\s*['\"]?([^'\"\]]+)['\"]?\]")
_XPATH_TAG = re.compile(r"/([a-z][a-z0-9]*)(?:\[[^\]]*\])*$", re.IGNORECASE)
_XPATH_TEXT = re.compile(r"(?:text\(\)|normalize-space\(\.?\)|\.)\s*(?:=|,)\s*['\"]([^'\"]+)['\"]")
_TAGS = frozenset(
    (
        *("a", "article", "button", "div", "form", "h1", "h2", "h3", "img", "input", "label", "li", "main", "nav"),
        *("option", "p", "section", "select", "span", "table", "td", "textarea", "th", "tr", "ul"),
    )
)
_FIELDS = {"placeholder": "placeholder", "title": "title", "alt": "alt", "name": "html_name", "href": "href",
           "type": "type", "id": "id", "aria-label": "name"}  # fmt: skip


def words(value: str) -> str:
    """Split a machine name into words: `prompt-input`, `promptInput` → `prompt input`."""
    return " ".join(part for part in _WORDS.split(value) if part).lower()


def profile_of(target: Target, fingerprint: Fingerprint | None = None) -> Profile:
    """Build the profile.

    Returns:
        The fields of a fingerprint as far as they are known, with `texts` (all texts that mean the target),
        `keys` (words of its test ids, ids and name) and `seen` (there is a fingerprint).
    """
    found: dict[str, Any] = {"texts": [], "keys": [words(target.name.rsplit(".", 1)[-1])], "seen": bool(fingerprint)}
    for selector in target.selectors:
        _read(selector, found)
    if fingerprint:
        known = {name: value for name, value in fingerprint.items() if value not in ("", [], None)}
        found |= {name: value for name, value in known.items() if name not in _NOT_SENT}
        setting = fingerprint.get("setting") or {}
        found |= {"near": list(setting.get("near") or ()), "apart": int(setting.get("apart") or 0)}
        found |= {"open": list(setting.get("open") or ())}
        found |= {"foot": setting["foot"]} if "foot" in setting else {}
        found |= {"floats": setting["floats"]} if "floats" in setting else {}
        # What was seen counts; what the file says in other languages still names the same thing.
        found["texts"] += [str(fingerprint.get(key) or "") for key in ("name", "text", "label", "placeholder")]
        found["keys"] += [words(str(fingerprint.get(key) or "")) for key in ("testid", "id", "html_name")]
    found["texts"] = [text for text in dict.fromkeys(found["texts"]) if text]
    found["keys"] = [key for key in dict.fromkeys(found["keys"]) if key]
    return cast("Profile", found)


def profile_of_selector(selector: str) -> Profile:
    """Build the profile of a plain Browser selector, for suites that use no locator file."""
    found: dict[str, Any] = {"texts": [], "keys": [], "marks": [], "seen": False}
    if _is_words(selector):
        found["texts"] = [part.strip("'\" ") for part in selector.split(">>")]
        found["keys"] = [words(selector)]
        found["marks"] = [selector] if " " not in selector else []
        return cast("Profile", found)
    last = re.split(r"\s*>>>?\s*", selector.strip())[-1]
    strategy, _, value = last.partition("=")
    if strategy in _STRATEGIES:
        _collect(_STRATEGIES[strategy], value.strip("'\""), {}, found)
    elif strategy.endswith("role"):
        role = re.match(r"(\w+)(?:\[name=[\"/]?([^\"\]/]+))?", value)
        if role:
            _collect("role", role[1], {"name": role[2]} if role[2] else {}, found)
    elif last.startswith(("/", "(")):
        _collect("xpath", last, {}, found)
    elif last.startswith(('"', "'")):
        _collect("text", last.strip("'\""), {}, found)
    else:
        _collect("css", last, {}, found)
    return cast("Profile", found)


_STRATEGIES = {
    **{name: name for name in ("text", "id", "xpath", "css")},
    **dict.fromkeys(("data-testid", "data-test", "data-test-id"), "testid"),
    "internal:label": "label",
}
"""Strategy by the prefix of a Browser selector."""


def _is_words(selector: str) -> bool:
    """Return whether a selector is no selector at all but a label that a person wrote, such as `Engine Performance`."""
    plain = all(_LABEL.fullmatch(part.strip()) for part in selector.split(">>"))
    return plain and selector.lower() not in _TAGS


def _read(selector: Selector, found: dict[str, Any]) -> None:
    entry = selector.value if isinstance(selector.value, Mapping) else {selector.strategy: selector.value}
    _collect(selector.strategy, entry.get(selector.strategy), entry, found)


def _collect(strategy: str, value: Any, entry: Mapping[str, Any], found: dict[str, Any]) -> None:
    match strategy:
        case "testid":
            found.setdefault("testid", str(value))
            found["keys"].append(words(str(value)))
        case "attribute":
            found["keys"].append(words(str(entry.get("value", ""))))
        case "id":
            found.setdefault("id", str(value))
            found["keys"].append(words(str(value)))
        case "role":
            found.setdefault("role", str(value))
            if "name" in entry:
                found["texts"] += _plain(entry["name"])
        case "label" | "text" | "placeholder" | "title" | "alt":
            found["texts"] += _plain(value)
        case "css":
            _css(str(value), found)
        case "xpath":
            _xpath(str(value), found)


def _plain(value: Any) -> list[str]:
    return [text.strip("/").strip("^$") for text in texts(value)]


def _css(css: str, found: dict[str, Any]) -> None:
    last = re.split(r"[\s>+~]+(?![^\[]*\])", css.strip())[-1]
    bare = re.sub(r"\[[^\]]*\]", "", last)
    if tag := _CSS_TAG.search(bare):
        found.setdefault("tag", tag[1])
    if identifier := _CSS_ID.search(last):
        found.setdefault("id", identifier[1])
        found["keys"].append(words(identifier[1]))
    if classes := _CSS_CLASS.findall(bare):
        found.setdefault("classes", classes)
        found["keys"] += [words(name) for name in classes]
    _attributes(last, found)


def _xpath(xpath: str, found: dict[str, Any]) -> None:
    if tag := _XPATH_TAG.search(xpath.rstrip(")")):
        found.setdefault("tag", tag[1].lower())
    _attributes(xpath.rsplit("/", 1)[-1], found)
    found["texts"] += _XPATH_TEXT.findall(xpath)


def _attributes(text: str, found: dict[str, Any]) -> None:
    for name, value in _CSS_ATTRIBUTE.findall(text):
        if name.startswith("data-"):
            found["keys"].append(words(value))
        elif name in _FIELDS:
            found.setdefault(_FIELDS[name], value)
            if name in ("placeholder", "title", "alt", "aria-label"):
                found["texts"].append(value)
            elif name in ("id", "name"):
                found["keys"].append(words(value))
