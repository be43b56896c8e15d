"""Locator strategies: from what a locator file says to a Playwright selector. Own ones join through the registry.

Syntax of the selectors: https://playwright.dev/docs/other-locators and the engines of Playwright's
`packages/injected/src` (`role=`, `internal:label=`, `text=`); all are accepted by every Browser keyword.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.plugins.registry import Registry

Strategy = Callable[[Any, Mapping[str, Any]], str]
"""Returns the selector for the value of a strategy and its whole entry, with options such as `exact` beside it."""

STRATEGIES: Registry[Strategy] = Registry("locator strategy", "aigclibrary.locator_strategies")
OPTIONS = ("name", "exact", "value", "level", "checked", "pressed", "selected", "expanded")
"""Keys of an entry that belong to its strategy and are none themselves."""
MARK = r"[\s*＊:：]*"
REQUIRED = r"([(（\[]?([Rr]equired|[Oo]ptional|必填|选填|可选)[)）\]]?)?"
_REGEX = re.compile(r"^/(?P<body>.+)/(?P<flags>[imsu]*)$", re.DOTALL)


def quoted(text: str) -> str:
    """Quote a text for a selector."""
    return json.dumps(text, ensure_ascii=False)


def texts(value: Any) -> list[str]:
    """Return all texts of a value: one text, a list, or one text for each language.

    Example:
        ```python
        texts({"en": "Generate", "zh": "生成"})  # ["Generate", "生成"]
        ```
    """
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [text for item in value for text in texts(item)]
    return [str(value)]


def patterns(value: Any) -> list[re.Pattern[str]]:
    """Return the patterns `/…/flags` among the texts of a value, without those that only a browser can read."""
    found = []
    for body, flags in (match.group("body", "flags") for text in texts(value) if (match := _REGEX.match(text))):
        with suppress(re.error):
            found.append(re.compile(body, re.IGNORECASE if "i" in flags else 0))
    return found


def matcher(value: Any, exact: bool, suffix: tuple[str, str] = ("s", "i")) -> str:
    """Write the text part of a selector: one text quoted, several as one pattern, `/…/` as it stands.

    Args:
        value: Text, list of texts, texts by language, or `/pattern/flags`.
        exact: Whole text with letter case; otherwise a part of it in any case.
        suffix: What the selector engine wants after an exact and after a loose text.
    """
    found = list(dict.fromkeys(texts(value)))
    if len(found) == 1 and _REGEX.match(found[0]):
        return found[0]
    if len(found) == 1:
        return quoted(found[0]) + suffix[0 if exact else 1]
    body = "|".join(_escape(text) for text in found)
    return f"/^({body})$/" if exact else f"/{body}/i"


def _escape(text: str) -> str:
    # A quote in a pattern would hide the `>>` behind it from Playwright's parser.
    plain = re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", text)
    return re.sub(r"[\"'`>]", lambda found: f"\\x{ord(found[0]):02x}", plain)


def _exact(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("exact", True))


def _testid(value: Any, entry: Mapping[str, Any]) -> str:
    return f"[{entry.get('test_id_attribute', 'data-testid')}={quoted(str(value))}]"


def _attribute(value: Any, entry: Mapping[str, Any]) -> str:
    if "value" not in entry:
        raise ConfigError("'attribute' needs 'value' beside it.")
    return f"[{value}={quoted(str(entry['value']))}]"


def _role(value: Any, entry: Mapping[str, Any]) -> str:
    options = [f"[{key}={str(entry[key]).lower()}]" for key in OPTIONS[3:] if key in entry]
    if "name" not in entry:
        return f"role={value}{''.join(options)}"
    if _exact(entry):
        name = matcher(entry["name"], True, ("", ""))
        return f"role={value}[name={name}]{''.join(options)}"
    return f"internal:role={value}[name={matcher(entry['name'], False)}]{''.join(options)}"


def _label(value: Any, entry: Mapping[str, Any]) -> str:
    found = list(dict.fromkeys(texts(value)))
    if not _exact(entry) or any(_REGEX.match(text) for text in found):
        return f"internal:label={matcher(value, _exact(entry))}"
    return f"internal:label={label_pattern(found)}"


def label_pattern(labels: Sequence[str]) -> str:
    """Write a pattern for whole labels, with or without the marks that forms put around them.

    Playwright compares the text of the label element, which holds a star or a colon that is no part of the name.

    Example:
        ```python
        label_pattern(["Prompt"])  # matches "Prompt", "Prompt *", "Prompt:", "Prompt (required)"
        ```
    """
    body = "|".join(re.sub(r"\s+", r"\\s+", _escape(text.strip())) for text in labels)
    return f"/^{MARK}({body}){MARK}{REQUIRED}{MARK}$/"


def _text(value: Any, entry: Mapping[str, Any]) -> str:
    found = texts(value)
    if len(found) == 1 and not _REGEX.match(found[0]):
        return f"text={quoted(found[0])}" if _exact(entry) else f"text={found[0]}"
    return f"text={matcher(value, _exact(entry))}"


def _named_attribute(name: str) -> Strategy:
    def strategy(value: Any, entry: Mapping[str, Any]) -> str:
        if _exact(entry) and not any(_REGEX.match(text) for text in texts(value)):
            return ", ".join(f"[{name}={quoted(text)}]" for text in dict.fromkeys(texts(value)))
        return f"internal:attr=[{name}={matcher(value, _exact(entry))}]"

    return strategy


def _css(value: Any, _entry: Mapping[str, Any]) -> str:
    return f"css={value}"


def _xpath(value: Any, _entry: Mapping[str, Any]) -> str:
    return f"xpath={value}"


def _id(value: Any, _entry: Mapping[str, Any]) -> str:
    return f"[id={quoted(str(value))}]"


for _name, _strategy in {
    "testid": _testid,
    "attribute": _attribute,
    "id": _id,
    "role": _role,
    "label": _label,
    "placeholder": _named_attribute("placeholder"),
    "title": _named_attribute("title"),
    "alt": _named_attribute("alt"),
    "text": _text,
    "css": _css,
    "xpath": _xpath,
}.items():
    STRATEGIES.add(_name, _strategy)
