"""Everything the studio can be configured to do wrong, by one configuration or by one request.

The names are those of the table in `misbehave.faults`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.durations import Duration, parse_duration

FAIL_CLASSES = ("bad_input", "quota", "content_policy", "internal")
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class HttpBurst:
    """The next `count` requests to a route are answered with an HTTP error.

    Attributes:
        status: 400 to 599, usually 429, 500 or 503.
        count: How many requests are hit.
        route: Path below /api/v1 as a shell pattern (`/tasks/*`), with an optional method (`POST /tasks`).
            In a task body: `status` for reads of that task, `files` for downloads of its files.
        retry_after: Seconds sent in Retry-After; None sends none.
    """

    status: int = 503
    count: int = 3
    route: str = "*"
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class UiQuirks:
    """How elements of the page misbehave: late, twice, hidden twin first, behind a shadow root."""

    late_ms: int = 0
    duplicate: bool = False
    hidden: bool = False
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What goes wrong; the default goes right. A request's own values win over the server's.

    Attributes:
        duration: Production time of jobs instead of the kind's own.
        fail_class: Jobs end as failed with this class.
        fail_at: Progress at which they fail, 0 to 1.
        attempts: Only the first so many attempts of a job misbehave (`retry` makes the next one).
        stall: Progress stops here (0 to 1) and the job never ends.
        never_end: Progress creeps and the job never ends.
        http_burst: HTTP errors for a number of requests.
        lost_webhook: The webhook is never sent.
        output: Faults of the produced file.
        black: Spans of the video (start and end in seconds) that are black.
        frozen: Spans of the video in which the picture stands still.
        silent: Spans of the sound that are silent.
        drop_body_at: A download's connection breaks after so many bytes of each response.
        drop_times: Only the first so many downloads of a file break.
        wrong_content_length: Content-Length is so many bytes off.
        slow_body: A download runs at so many bytes a second.
        changing_etag: Every response carries another ETag.
        share: Part of the jobs (0 to 1, seeded) that a server's configuration touches.
        ui: Quirks of the pages.
    """

    duration: Duration | None = None
    fail_class: str | None = None
    fail_at: float | None = None
    attempts: int | None = None
    stall: float | None = None
    never_end: bool = False
    http_burst: HttpBurst | None = None
    lost_webhook: bool = False
    output: tuple[OutputFault, ...] = ()
    black: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()
    silent: tuple[Span, ...] = ()
    drop_body_at: int | None = None
    drop_times: int | None = None
    wrong_content_length: int = 0
    slow_body: float | None = None
    changing_etag: bool = False
    share: float = 1.0
    ui: UiQuirks | None = None

    def overlaid(self, other: Misbehaviour) -> Misbehaviour:
        """This misbehaviour with everything that `other` sets put on top."""
        plain = Misbehaviour()
        given = {f.name: getattr(other, f.name) for f in fields(other)}
        return replace(self, **{k: v for k, v in given.items() if v != getattr(plain, k)})


def parse_misbehaviour(value: Any, base: Duration | None = None) -> Misbehaviour:
    """Read a misbehaviour from JSON.

    >>> parse_misbehaviour({"output": "corrupt", "silent": [1, 2]}).silent
    ((1.0, 2.0),)

    Args:
        value: An object with the attributes of `Misbehaviour`; `output` takes one name or a list, the spans take
            `[start, end]` or a list of such pairs, `http_burst` and `ui` take objects.
        base: The duration whose median a bare family name keeps.

    Raises:
        ValueError: The message names the attribute, what it was, and what is expected.
    """
    if isinstance(value, Misbehaviour):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("'misbehave' must be an object")  # noqa: TRY004
    known: dict[str, Any] = {}
    for name, raw in value.items():
        if name not in _READERS:
            raise ValueError(f"'misbehave' has no '{name}'{_near(name, _READERS)}")
        if name == "duration" and raw is not None:
            known[name] = parse_duration(raw, base or Duration())
        elif raw is not None:
            known[name] = _READERS[name](name, raw)
    return Misbehaviour(**known)


def _near(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(str(name), list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; it has: {', '.join(known)}"


def _number(low: float, high: float) -> Callable[[str, Any], float]:
    def read(name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"'misbehave.{name}' is '{value}'; expected a number from {low:g} to {high:g}")
        return float(value)

    return read


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"'misbehave.{name}' is '{value}'; expected a whole number from {low} to {high}")
        return value

    return read


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"'misbehave.{name}' is '{value}'; expected true or false")  # noqa: TRY004
    return value


def _length_offset(name: str, value: Any) -> int:
    if isinstance(value, bool):
        return 1024 if value else 0
    return _whole(-(10**9), 10**9)(name, value)


def _fail_class(name: str, value: Any) -> str:
    if value not in FAIL_CLASSES:
        raise ValueError(f"'misbehave.{name}' is '{value}'; expected one of: {', '.join(FAIL_CLASSES)}")
    return str(value)


def _faults(name: str, value: Any) -> tuple[OutputFault, ...]:
    names = [value] if isinstance(value, str) else value
    known = [str(fault) for fault in OutputFault]
    if not isinstance(names, list | tuple) or any(n not in known for n in names):
        raise ValueError(f"'misbehave.{name}' is '{value}'; expected one or more of: {', '.join(known)}")
    return tuple(OutputFault(n) for n in names)


def _spans(name: str, value: Any) -> tuple[Span, ...]:
    pairs = [value] if isinstance(value, list | tuple) and value and not isinstance(value[0], list | tuple) else value
    moment = _number(0, 86_400)
    if not isinstance(pairs, list | tuple) or any(not isinstance(p, list | tuple) or len(p) != 2 for p in pairs):
        raise ValueError(f"'misbehave.{name}' is '{value}'; expected [start, end] in seconds, or a list of such pairs")
    spans = tuple((moment(name, start), moment(name, end)) for start, end in pairs)
    if any(start >= end for start, end in spans):
        raise ValueError(f"'misbehave.{name}' is '{value}'; a span must end after it starts")
    return spans


def _object(kind: type[Any], readers: Mapping[str, Callable[[str, Any], Any]]) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError(f"'misbehave.{name}' must be an object with: {', '.join(readers)}")  # noqa: TRY004
        for key in value:
            if key not in readers:
                raise ValueError(f"'misbehave.{name}' has no '{key}'{_near(key, readers)}")
        return kind(**{k: readers[k](f"{name}.{k}", v) for k, v in value.items()})

    return read


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"'misbehave.{name}' is '{value}'; expected a text")
    return value


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "duration": lambda _name, raw: parse_duration(raw),
    "fail_class": _fail_class,
    "fail_at": _number(0, 1),
    "attempts": _whole(1, 1000),
    "stall": _number(0, 1),
    "never_end": _flag,
    "http_burst": _object(
        HttpBurst,
        {
            "status": _whole(400, 599),
            "count": _whole(1, 1_000_000),
            "route": _text,
            "retry_after": _number(0, 86_400),
        },
    ),
    "lost_webhook": _flag,
    "output": _faults,
    "black": _spans,
    "frozen": _spans,
    "silent": _spans,
    "drop_body_at": _whole(0, 10**12),
    "drop_times": _whole(1, 1_000_000),
    "wrong_content_length": _length_offset,
    "slow_body": _number(1, 10**12),
    "changing_etag": _flag,
    "share": _number(0, 1),
    "ui": _object(UiQuirks, {"late_ms": _whole(0, 60_000), "duplicate": _flag, "hidden": _flag, "shadow": _flag}),
}
