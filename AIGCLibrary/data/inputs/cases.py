"""Negative and boundary values of one field, each with the outcome that its schema promises."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from AIGCLibrary.data.options import LEFT_OUT
from AIGCLibrary.patterns import bounded

EITHER = "accepted|bad_input"
"""Expected where nothing is said: accepted or cleanly refused, but no internal error."""
LONG = 10_000
"""Characters of a text that is long wherever no limit is known."""
BUILT = 1_000_000
"""Longest text or list that is made; what a schema allows beyond that is not tried."""
LARGEST = 1e300
EMOJI = "🎬 夜市 👩‍👩‍👧"
BRACES = "{{7*7}} ${7*7} %{HOME} {0}"
_SIZES = re.compile(r"width|height|size|resolution|duration|seconds|fps|frames|ratio|pixel|宽|高|时长", re.IGNORECASE)
_SIDES = re.compile(r"^\d+([x×*:])\d+$")
_FORMATS = ("date-time", "date", "time", "uuid", "email", "uri", "url", "ipv4", "ipv6")
_HUGE = 100_000


@dataclass(frozen=True, slots=True)
class InputCase:
    """One value of a field.

    Args:
        field: Node and place in its body, for example `script.settings.width`.
        kind: What is special about the value: `empty`, `too_long`, `emoji` …
        value: The value; `LEFT_OUT` for none.
        expected: Outcomes that are right, joined by `|`.
    """

    field: str
    kind: str
    value: Any
    expected: str


@dataclass(frozen=True, slots=True)
class InputField:
    """What is known of a field.

    Args:
        field: Node and place in its body.
        schema: JSON Schema as far as it is known: `type`, limits, `enum`, `format`, `pattern`.
        required: Whether it must be sent; None where nothing is known.
        promised: Whether the schema is the product's own, so that what it allows has to be accepted.
        refers: It holds the id of another thing.
    """

    field: str
    schema: Mapping[str, Any]
    required: bool | None = None
    promised: bool = True
    refers: bool = False


def cases_of(input_field: InputField) -> list[InputCase]:
    """Return the cases of a field: what is left out or null, of another type, at and beyond its limits."""
    kinds = _kinds(input_field.schema)
    found = [*_absent(input_field, kinds)]
    if input_field.refers:
        missing: Any = 999_999_999 if "integer" in kinds else "does-not-exist"
        found.append(("unknown_reference", missing, "bad_input|not_found|conflict"))
    else:
        made = {"string": _texts, "integer": _numbers, "number": _numbers, "array": _lists, "file": _files}
        kind = next((kind for kind in made if kind in kinds), None)
        found += made[kind](input_field) if kind else []
    wrong = next((value for kind, value in _OTHER_TYPE.items() if kind in kinds), None)
    if wrong is not None and not ("object" in kinds and isinstance(wrong, dict)):
        found.append(("wrong_type", wrong, "bad_input"))
    return [InputCase(input_field.field, *case) for case in found]


_OTHER_TYPE: dict[str, Any] = {
    "integer": "twelve",
    "number": "twelve",
    "boolean": "maybe",
    "array": "no list",
    "object": "no mapping",
    "string": {"no": "text"},
}
_Case = tuple[str, Any, str]


def _kinds(schema: Mapping[str, Any]) -> tuple[str, ...]:
    kind = schema.get("type")
    if kind is None:
        return ("string",) if {"enum", "format", "maxLength", "minLength", "pattern"} & set(schema) else ()
    return tuple(map(str, kind)) if isinstance(kind, list) else (str(kind),)


def _absent(input_field: InputField, kinds: tuple[str, ...]) -> Iterator[_Case]:
    if input_field.required is not False:
        yield "missing", LEFT_OUT, "bad_input" if input_field.required else EITHER
    nullable = input_field.schema.get("nullable") is True or "null" in kinds
    if input_field.promised and "file" not in kinds:
        yield "null", None, "accepted" if nullable else "bad_input"


def _texts(input_field: InputField) -> Iterator[_Case]:
    schema = input_field.schema
    if schema.get("enum") or "const" in schema:
        yield "unknown_value", "none-of-these", "bad_input"
    elif schema.get("format") in _FORMATS:
        yield "wrong_format", f"no {schema['format']}", "bad_input"
    else:
        low, high = _whole(schema.get("minLength")) or 0, _whole(schema.get("maxLength"))
        if low > BUILT:
            yield "empty", "", "bad_input"
            return
        high = None if high is None or high > BUILT else high
        yield from _lengths(input_field, low, high)
        yield from _contents(input_field, low, LONG if high is None else high)


def _lengths(input_field: InputField, low: int, high: int | None) -> Iterator[_Case]:
    schema, legal = input_field.schema, "accepted" if input_field.promised else EITHER
    yield "empty", "", "bad_input" if low or not _matches(schema, "") else EITHER
    if low > 1:
        yield "too_short", "a" * (low - 1), "bad_input"
        if _matches(schema, "a" * low):
            yield "shortest", "a" * low, legal
    if high is not None:
        yield "too_long", "a" * (high + 1), "bad_input"
        if high and _matches(schema, "a" * high):
            yield "longest", "a" * high, legal
    else:
        yield "too_long", "a" * LONG, EITHER


def _contents(input_field: InputField, low: int, high: int) -> Iterator[_Case]:
    schema = input_field.schema
    for kind, text in (("emoji", EMOJI), ("braces", BRACES)):
        if low <= len(text) <= high:
            allowed = "unchanged" if input_field.promised else "unchanged|bad_input"
            yield kind, text, allowed if _matches(schema, text) else "bad_input"
    if _SIZES.search(input_field.field.rpartition(".")[2]) and (sides := _SIDES.match(str(schema.get("example", "")))):
        for text in (f"0{sides[1]}0", f"{_HUGE}{sides[1]}{_HUGE}"):
            yield "forbidden_size", text, "bad_input"


def _matches(schema: Mapping[str, Any], text: str) -> bool:
    try:
        return bounded(str(schema.get("pattern", ""))).search(text) is not None
    except (re.error, TimeoutError):
        return False


def _numbers(input_field: InputField) -> Iterator[_Case]:
    schema, legal = input_field.schema, "accepted" if input_field.promised else EITHER
    if schema.get("enum"):
        yield "unknown_value", max(schema["enum"], key=_number) + 1, "bad_input"
        return
    whole = "integer" in _kinds(schema)
    step = _number(schema.get("multipleOf")) or (1 if whole else 0.5)
    low, high = limits(schema, step)
    size = _SIZES.search(input_field.field.rpartition(".")[2]) is not None
    if low is not None:
        yield "too_small", _plain(low - step, whole), "bad_input"
        yield "smallest", _plain(low, whole), legal
    elif size:
        yield "forbidden_size", 0, "bad_input"
        yield "forbidden_size", -1, "bad_input"
    else:
        yield "negative", -1, EITHER
    if high is not None:
        yield "too_large", _plain(high + step, whole), "bad_input"
        yield "largest", _plain(high, whole), legal
    else:
        yield ("forbidden_size", _HUGE, "bad_input") if size else ("too_large", 10**12, EITHER)
    if whole:
        yield "fraction", 1.5, "bad_input"


def limits(schema: Mapping[str, Any], step: float) -> tuple[float | None, float | None]:
    """Return the smallest and the largest number that a schema allows; None where it has no limit.

    Exclusive limits are numbers (JSON Schema 2019 and later), or switches beside the limit (OpenAPI 3.0).
    """
    low, high = (limit if _is_number(limit) else None for limit in (schema.get("minimum"), schema.get("maximum")))
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is True:
        low = None if low is None else low + step
    elif _is_number(above):
        low = above + step
    if below is True:
        high = None if high is None else high - step
    elif _is_number(below):
        high = below - step
    return low, high


def _lists(input_field: InputField) -> Iterator[_Case]:
    low, high = _whole(input_field.schema.get("minItems")), _whole(input_field.schema.get("maxItems"))
    item = (input_field.schema.get("items") or {}).get("example", "x")
    if low and low <= BUILT:
        yield "too_few", [item] * (low - 1), "bad_input"
    elif not input_field.promised:
        yield "empty", [], EITHER
    if high is not None and high < LONG:
        yield "too_many", [item] * (high + 1), "bad_input"


def _files(input_field: InputField) -> Iterator[_Case]:
    yield "no_picture", {"text": "no picture", "filename": "file.png"}, "bad_input" if input_field.promised else EITHER
    yield "empty", {"text": "", "filename": "file.png"}, "bad_input"
    yield "forbidden_size", {"picture": {"width": 1, "height": 1}}, EITHER


def _is_number(value: Any) -> TypeGuard[int | float]:
    """Return whether a value is a number that can be calculated with: not NaN, not beyond all floats."""
    return not isinstance(value, bool) and isinstance(value, int | float) and -LARGEST <= value <= LARGEST


def _number(value: Any) -> float:
    return value if _is_number(value) else 0


def _whole(value: Any) -> int | None:
    return int(value) if _is_number(value) else None


def _plain(value: float, whole: bool) -> int | float:
    return int(value) if whole or float(value).is_integer() else value
