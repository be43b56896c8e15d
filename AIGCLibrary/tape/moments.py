"""Times that a product states in its answers: found, and moved along with the story they belong to."""

import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from AIGCLibrary.http.writing import rewritten
from AIGCLibrary.tape.fields import leaves
from AIGCLibrary.units import is_whole

ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
UNITS = (1.0, 1e3, 1e6, 1e9)
"""How many of its units a number of a time may have in a second."""
NEAR = 2 * 86400.0
"""Seconds around a recording within which a number or text is taken for a time of it."""


def stated(body: Any, begin: float, end: float) -> Iterator[float]:
    """Return the times between two moments that an answer states, in seconds since 1970."""
    for _, value in leaves(body):
        moment = _moment(value, begin, end)
        if moment is not None:
            yield moment


def moved(body: Any, seconds: float, begin: float, end: float) -> Any:
    """Return an answer with the times it states moved by so many seconds, each written as it was.

    Args:
        body: JSON.
        seconds: By how much.
        begin: Start of the recording; times far from it are left alone.
        end: Its end.
    """

    def move(value: Any) -> Any:
        if _moment(value, begin - NEAR, end + NEAR) is None:
            return value
        return _later_text(value, seconds) if isinstance(value, str) else _later_number(value, seconds)

    return _mapped(body, move)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return change(value)


def _moment(value: Any, begin: float, end: float) -> float | None:
    if isinstance(value, str) and is_whole(value) and len(value) in (10, 13, 16, 19):
        value = int(value)
    if isinstance(value, str):
        found = _parsed(value)
        return found if found is not None and begin <= found <= end else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return next((value / unit for unit in UNITS if begin <= value / unit <= end), None)


def _parsed(text: str) -> float | None:
    if not ISO.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _later_number(value: float, seconds: float) -> float:
    unit = next(unit for unit in reversed(UNITS) if value / unit > 1e8)
    return value + math.floor(seconds * unit) if isinstance(value, int) else value + seconds * unit


def _later_text(text: str, seconds: float) -> str:
    if is_whole(text):
        return str(int(_later_number(int(text), seconds)))
    match = ISO.fullmatch(text)
    assert match is not None  # noqa: S101 - it was read as a time
    digits = len(match[1] or ".") - 1
    whole = datetime.fromisoformat(text) + timedelta(seconds=seconds if digits else math.floor(seconds))
    head = whole.strftime(f"%Y-%m-%d{text[10]}%H:%M:%S")
    tail = f".{whole.microsecond:06d}000"[: digits + 1] if digits else ""
    return head + tail + (match[2] or "")


def moved_bytes(body: dict[str, Any], content: bytes, seconds: float, begin: float, end: float) -> bytes:
    """Return the bytes of an answer with the times it states moved; other bytes stay as they are."""
    if "json" not in body and body.get("as") != "json":
        return content
    plain = body["json"] if "json" in body else json.loads(content)
    changed = moved(plain, seconds, begin, end)
    return content if changed == plain else rewritten(content, changed)
