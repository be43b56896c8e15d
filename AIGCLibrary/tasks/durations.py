"""Durations as testers write them in YAML and arguments: `90`, `90 s`, `2 min 30 s`, `00:01:30`."""

import math
import re
from datetime import timedelta
from typing import Any

_UNITS = {
    "d": 86400.0,
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 0.001,
}
_NAMES = {
    **dict.fromkeys(("d", "day", "days", "天"), "d"),
    **dict.fromkeys(("h", "hour", "hours", "小时"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分钟", "分"), "m"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒"), "s"),
    **dict.fromkeys(("ms", "millisecond", "milliseconds", "毫秒"), "ms"),
}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([^\d\s.]+)\s*")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")


def seconds(value: Any) -> float:
    """Read a duration.

    Args:
        value: A number of seconds, a timedelta, or text such as `2 min 30 s` or `00:02:30`.

    Returns:
        Seconds.

    Raises:
        ValueError: It is no duration, or below zero.
    """
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    else:
        number = _read(str(value).strip().lower())
    if not math.isfinite(number) or number < 0:
        raise ValueError("expected a time such as '90 s', '2 min' or '00:01:30'")
    return number


def _read(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    clock = _CLOCK.fullmatch(text)
    if clock:
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
    total, end = 0.0, 0
    for part in _PART.finditer(text):
        if part.start() != end or part[2] not in _NAMES:
            return math.nan
        total, end = total + float(part[1]) * _UNITS[_NAMES[part[2]]], part.end()
    return total if text and end == len(text) else math.nan


def shown(value: float | None) -> str:
    """Write a duration for people: `0.35 s`, `31 s`, `2 min 5 s`.

    Args:
        value: Seconds; None for unknown.
    """
    if value is None:
        return "-"
    if value < 10:
        return f"{value:.2f}".rstrip("0").rstrip(".") + " s"
    if value < 120:
        return f"{value:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes) + [f"{rest} s"] * bool(rest)
    return " ".join(parts)
