"""Builds plain data from the events of libyaml: many times faster than PyYAML's nodes, for documents of megabytes."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

_LOADER: type = getattr(yaml, "CLoader", yaml.Loader)
"""Only its parser is used, which makes events; no object is constructed by it."""
_MOST_DEEP = 200
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(
    r"""(?P<int>[-+]?(?:0|[1-9][0-9]*))|(?P<float>[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?)"""
)
_MOST_DIGITS = 1000
_CORE = "tag:yaml.org,2002:"


def load(text: str) -> Any:
    """Read one YAML document with the values of JSON: no dates, no truth values but true and false (YAML 1.2).

    Keys are texts, as they are written. Aliases share what they stand for.

    Raises:
        yaml.YAMLError: It is not YAML, or refers to an anchor that is not there.
        ValueError: It is nested too deep.
    """
    events = yaml.parse(text, Loader=_LOADER)
    return _Builder(events).document()


def _error(problem: str, event: Any) -> yaml.YAMLError:
    return yaml.composer.ComposerError(None, None, problem, event.start_mark)


class _Builder:
    """Turns events into data.

    Args:
        events: The events of the parser.
    """

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, Any] = {}

    def document(self) -> Any:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                value = self._value(next(self._events), 0)
                next(self._events)
                extra = next(self._events)
                if isinstance(extra, yaml.DocumentStartEvent):
                    raise _error("expected a single document, another one begins", extra)
                return value
        return None

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = value
            return value
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _error(f"there is no anchor '{event.anchor}'", event)
            return self._anchors[event.anchor]
        if depth > _MOST_DEEP:
            raise ValueError(f"it is nested deeper than {_MOST_DEEP} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        return self._mapping(event, depth)

    def _items(self, event: Any, depth: int) -> list[Any]:
        items: list[Any] = []
        for inner in self._events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            items.append(self._value(inner, depth + 1))
        if event.anchor:  # not before its end: data that holds itself has no end
            self._anchors[event.anchor] = items
        return items

    def _mapping(self, event: Any, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        merged: list[Any] = []
        for key in self._events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            name = self._key(key)
            value = self._value(next(self._events), depth + 1)
            if name == "<<" and key.implicit[0]:
                merged += value if isinstance(value, list) else [value]
            else:
                mapping[name] = value
        for base in merged:
            for name, value in base.items() if isinstance(base, dict) else ():
                mapping.setdefault(name, value)
        if event.anchor:
            self._anchors[event.anchor] = mapping
        return mapping

    def _key(self, event: Any) -> str:
        """Return a key as text; `200:` is the name "200"."""
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                self._anchors[event.anchor] = event.value
            return str(event.value)
        anchored = self._anchors.get(str(event.anchor)) if isinstance(event, yaml.AliasEvent) else None
        if isinstance(anchored, str):
            return anchored
        raise yaml.constructor.ConstructorError(None, None, "a key must be a text", event.start_mark)


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        tagged = event.tag is not None and event.tag.startswith(_CORE) and event.style is None
        return _plain(text) if tagged and event.tag != f"{_CORE}str" else text
    return _plain(text)


def _plain(text: str) -> Any:
    """Return the value of a text without quotes."""
    if text in _NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    if text[0] in "0123456789+-.":
        found = _NUMBER.fullmatch(text)
        if found and len(text) <= _MOST_DIGITS:
            return int(text) if found["int"] else float(text)
    return text
