"""Requests with blanks: `{name}` in paths, headers and bodies, filled in from the inputs of a task."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from AIGCLibrary.errors import ConfigError, near_matches

_BLANK = re.compile(r"\{([^\W\d][\w.]*)\}")
_SAFE = re.compile(r"[A-Za-z0-9_.~/:@-]*")
SEGMENT = "_segment"
"""Ending of a blank in a path whose value is one segment: `{id_segment}` is the id with its slashes encoded, too."""
REST = "*"
"""Key of a body template that stands for all inputs not named elsewhere in it."""


def fill_path(template: str, values: Mapping[str, Any], provider: str = "") -> str:
    """Fill the blanks of a path or URL; values are percent-encoded, except links that came from the server.

    Raises:
        ConfigError: A blank has no value (AIGC207 is not meant: it is an input that was not given).
    """
    if template.startswith("{"):
        whole = _BLANK.fullmatch(template)
        if whole:
            return str(_value(whole[1], values, template, provider))
        start = _BLANK.match(template)
        first = str(_value(start[1], values, template, provider)) if start else ""
        if start and "://" in first:
            return first + fill_path(template[start.end() :], values, provider)
    filled = ""
    for text, name in _pieces(template):
        filled += text + _part(name, values, template, provider) if name else text
    return filled


def _part(name: str, values: Mapping[str, Any], template: str, provider: str) -> str:
    """Return the value of a blank in a path, percent-encoded."""
    if name.endswith(SEGMENT) and values.get(name) is None:
        return quote(str(_value(whole_of(name), values, template, provider)), safe="-_.~")
    return _quoted(str(_value(name, values, template, provider)))


def whole_of(name: str) -> str:
    """Return the name of the value that a blank of a path stands for: `id` for `id_segment`."""
    return name.removesuffix(SEGMENT)


def _quoted(value: str) -> str:
    # Ids such as models/veo/operations/1 are paths themselves: their slashes stay.
    return value if _SAFE.fullmatch(value) else quote(value, safe="/:@")


@lru_cache(maxsize=1000)
def _pieces(template: str) -> tuple[tuple[str, str], ...]:
    """Cut a template into texts, each with the name of the blank behind it; the last may have none."""
    cut = _BLANK.split(template)
    return tuple(zip(cut[::2], [*cut[1::2], ""], strict=True))


def fill_text(template: str, values: Mapping[str, Any], provider: str = "") -> str:
    """Fill the blanks of a text as they are."""
    return _BLANK.sub(lambda blank: str(_value(blank[1], values, template, provider)), template)


def fill_query(template: Mapping[str, Any], values: Mapping[str, Any], provider: str = "") -> dict[str, Any]:
    """Fill the blanks of a query; names whose value was not given are left out."""
    return _mapping(template, values, set(), provider)


def fill_body(template: Any, values: Mapping[str, Any], provider: str = "", elsewhere: Any = None) -> Any:
    """Fill the blanks of a body.

    `"{name}"` alone returns the value itself, with its type; a name that was not given is left out. The key `*`
    takes in all inputs that are not named elsewhere: in the body, or in `elsewhere` (path, query, headers).
    """
    return _filled(template, values, blanks(template) | blanks(elsewhere), provider)


def _filled(template: Any, values: Mapping[str, Any], named: set[str], provider: str) -> Any:
    if isinstance(template, str):
        whole = _BLANK.fullmatch(template)
        return values.get(whole[1]) if whole else fill_text(template, values, provider)
    if isinstance(template, Mapping):
        return _mapping(template, values, named, provider)
    if isinstance(template, list):
        filled = [_filled(item, values, named, provider) for item in template]
        return [item for item in filled if item is not None]
    return template


def _mapping(template: Mapping[str, Any], values: Mapping[str, Any], named: set[str], provider: str) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for key, item in template.items():
        if key == REST:
            inputs = values.get("inputs") or {}
            filled |= {name: value for name, value in inputs.items() if name not in named and value is not None}
            continue
        value = _filled(item, values, named, provider)
        if value is not None and not (value == {} and item):
            filled[key] = value
    return filled


def blanks(template: Any) -> set[str]:
    """Return the names of all blanks of a template."""
    if isinstance(template, str):
        return set(_BLANK.findall(template))
    if isinstance(template, Mapping):
        return set().union(*(blanks(item) for item in template.values())) if template else set()
    return set().union(*(blanks(item) for item in template)) if isinstance(template, list) and template else set()


def takes_rest(template: Any) -> bool:
    """Return whether a body template takes in all inputs that are not named elsewhere."""
    if isinstance(template, Mapping):
        return REST in template or any(takes_rest(item) for item in template.values())
    return isinstance(template, list) and any(takes_rest(item) for item in template)


def _value(name: str, values: Mapping[str, Any], template: str, provider: str) -> Any:
    value: Any = values
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        known = [key for key, item in values.items() if item is not None and key != "inputs"]
        whose = f" of provider '{provider}'" if provider else ""
        raise ConfigError(
            f"'{template}'{whose} needs '{name}', which was not given. {near_matches(name, known)}",
            facts={"provider": provider, "missing": name},
        )
    return value


def has_all(template: str, values: Mapping[str, Any]) -> bool:
    """Return whether every blank of a path has a value."""
    return all(values.get(whole_of(name).split(".")[0]) is not None for name in _BLANK.findall(template))
