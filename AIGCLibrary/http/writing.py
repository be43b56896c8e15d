"""JSON as its sender wrote it: a value that changes is written in its place, and every other byte stays as it is."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BARE = re.compile(r"[-+.\w]+")
_SPACE = re.compile(r"[ \t\n\r]*")
_COMPACT = re.compile(r'":\S')
_HALF = re.compile("[\ud800-\udfff]")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value is in a text, and the values in it."""

    start: int
    end: int
    fields: dict[str, "_Place"] = field(default_factory=dict)
    items: list["_Place"] = field(default_factory=list)


def rewritten(content: bytes, value: Any) -> bytes:
    """Return JSON with another value, written as the JSON before: numbers, escapes, order and spaces stay.

    Args:
        content: JSON in UTF-8.
        value: What it is to say.

    Returns:
        `content` with those values replaced that differ; the value as Python writes it where that is not possible.

    Example:
        ```python
        rewritten(b'{"at":1e3, "id":"a"}', {"at": 1000.0, "id": "b"}) == b'{"at":1e3, "id":"b"}'
        ```
    """
    try:
        text = content.decode("utf-8")
        place = _Scanner(text).document()
        old = json.loads(text.removeprefix(_BOM))
        edits = list(_edits(place, old, value))
    except (ValueError, IndexError, RecursionError):
        return _dumped(value).encode()
    pieces, done, style = [], 0, _style(text)
    for node, new in edits:
        pieces += [text[done : node.start], _dumped(new, **style)]
        done = node.end
    return "".join([*pieces, text[done:]]).encode()


def writing(content: bytes, value: Any) -> dict[str, Any] | str | None:
    """Return how JSON is written, for `write`; None where it is as Python writes it.

    Args:
        content: JSON in UTF-8.
        value: What it says.
    """
    text = content.decode("utf-8")
    if text == write(value, None):
        return None
    stem = text.rstrip(" \t\r\n")
    more = {"end": text[len(stem) :]} if len(stem) < len(text) else {}
    breaks: tuple[dict[str, Any], ...] = ({}, {"indent": 2}, {"indent": 4}) if "\n" in stem else ({}, {"compact": True})
    escapes: tuple[dict[str, Any], ...] = ({}, {"ascii": True})
    styles = ({**separators, **escaped, **more} for separators in breaks for escaped in escapes)
    return next((style for style in styles if write(value, style) == text), text)


def write(value: Any, how: dict[str, Any] | str | None) -> str:
    """Return a value as JSON.

    Args:
        value: What it is to say.
        how: How it is written: `compact`, `ascii`, `indent`, `end`; or a text of it, as which it is written.
    """
    if isinstance(how, str):
        return rewritten(how.encode(), value).decode()
    style = how or {}
    separators = (",", ":") if style.get("compact") else None
    text = _dumped(value, ensure_ascii=bool(style.get("ascii")), separators=separators, indent=style.get("indent"))
    return text + str(style.get("end", ""))


def _dumped(value: Any, **style: Any) -> str:
    """Return a value as JSON that can be encoded, half a character in it, too."""
    text = json.dumps(value, **{"ensure_ascii": False, **style})
    return text if _HALF.search(text) is None else json.dumps(value, **{**style, "ensure_ascii": True})


def _style(text: str) -> dict[str, Any]:
    """Return how new values are written among the others of a text."""
    escaped = text.isascii() and "\\u" in text
    return {"ensure_ascii": escaped, "separators": (",", ":") if _COMPACT.search(text) else None}


def _edits(place: _Place, old: Any, new: Any) -> Iterator[tuple[_Place, Any]]:
    """Return the places whose values differ, the innermost of them, in order."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for name, field in sorted(place.fields.items(), key=lambda named: named[1].start):
            yield from _edits(field, old[name], new[name])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for field, before, after in zip(place.items, old, new, strict=True):
            yield from _edits(field, before, after)
    elif old != new or type(old) is not type(new):
        yield place, new


class _Scanner:
    """Finds the places of the values in a text that is JSON."""

    def __init__(self, text: str) -> None:
        self._text = text

    def document(self) -> _Place:
        return self._value(self._skip(len(_BOM) if self._text.startswith(_BOM) else 0))

    def _value(self, at: int) -> _Place:
        opening = self._text[at : at + 1]
        if opening == "{":
            return self._object(at)
        if opening == "[":
            return self._list(at)
        return _Place(at, self._end(_STRING if opening == '"' else _BARE, at))

    def _object(self, start: int) -> _Place:
        fields: dict[str, _Place] = {}
        at = self._skip(start + 1)
        while self._text[at] != "}":
            end = self._end(_STRING, at)
            name = json.loads(self._text[at:end])
            fields[name] = self._value(self._skip(self._skip(end) + 1))
            at = self._next(fields[name].end)
        return _Place(start, at + 1, fields=fields)

    def _list(self, start: int) -> _Place:
        items: list[_Place] = []
        at = self._skip(start + 1)
        while self._text[at] != "]":
            items.append(self._value(at))
            at = self._next(items[-1].end)
        return _Place(start, at + 1, items=items)

    def _next(self, at: int) -> int:
        """Return where the next member begins, or the closing bracket is."""
        at = self._skip(at)
        return self._skip(at + 1) if self._text[at] == "," else at

    def _skip(self, at: int) -> int:
        return self._end(_SPACE, at)

    def _end(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.match(self._text, at)
        if found is None:
            raise ValueError("not JSON")
        return found.end()
