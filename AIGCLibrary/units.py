"""Durations, sizes and shares as people write them, parsed and formatted in one way everywhere.

Durations follow the grammar of Robot Framework (`90`, `1 min 30 s`, `2m`, `1d`, `01:30`) and know Chinese units
(`2 分钟 30 秒`). Sizes are decimal (`500 MB`) or binary (`1.5 GiB`).
"""

import math
import re
from datetime import timedelta
from typing import Any

from AIGCLibrary.errors import ConfigError


class UnitError(ConfigError):
    """A duration or a size cannot be parsed."""


_CHINESE = (
    ("纳秒", "ns"),
    ("微秒", "us"),
    ("毫秒", "ms"),
    ("秒钟", "s"),
    ("秒", "s"),
    ("分钟", "m"),
    ("分", "m"),
    ("个小时", "h"),
    ("小时", "h"),
    ("时", "h"),
    ("天", "d"),
    ("日", "d"),
    ("星期", "w"),
    ("周", "w"),
)
# Robot replaces names by one letter, in this order; `M` is a millisecond, `m` a minute.
_ALIASES = (
    ("n", ("nanoseconds", "nanosecond", "ns")),
    ("u", ("microseconds", "microsecond", "us", "\u03bcs")),
    ("M", ("milliseconds", "millisecs", "millisecond", "millisec", "millis", "msecs", "msec", "ms")),
    ("s", ("seconds", "secs", "second", "sec")),
    ("m", ("minutes", "mins", "minute", "min")),
    ("h", ("hours", "hour")),
    ("d", ("days", "day")),
    ("w", ("weeks", "week")),
)
# Divided by where below one second, so that 470 ms is 0.47 s and not 0.47000000000000003 s.
_DIVISORS = {"n": 1e9, "u": 1e6, "M": 1e3}
_FACTORS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"([^numshdwM]*)([numshdwM])")
_CLOCK = re.compile(r"([+-])?(?:(\d+):)?(\d+):(\d+)(\.\d+)?")
_LONGEST = 200
"""Characters of a duration or size; what is longer is a mistake, and quoted in part."""

SIZES = {
    "b": 1, "byte": 1, "bytes": 1, "字节": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
"""Bytes by lower-case unit."""
NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?"
"""Pattern of a number before a unit; `_` may group digits."""
_SIZE = re.compile(rf"\s*(?P<number>{NUMBER})\s*(?P<unit>[^\W\d]+)?\s*", re.IGNORECASE)


_MOST_DIGITS = 1000
"""Python itself refuses numbers of more than 4,300 digits, with an error."""


def parse_duration(value: Any, *, signed: bool = False) -> float:
    """Parse a duration.

    Args:
        value: A number of seconds, a timedelta, or text such as `90`, `1 min 30 s`, `2m`, `01:30` or `2 分钟`.
        signed: Whether it may be below zero.

    Returns:
        Seconds.

    Raises:
        UnitError: It is no duration, not finite, or below zero.

    Example:
        ```python
        parse_duration("1 min 30 s")  # 90.0
        parse_duration("00:02:30")  # 150.0
        ```
    """
    seconds = _seconds(value)
    if seconds is None or not math.isfinite(seconds) or (seconds < 0 and not signed):
        raise UnitError(
            f"'{_quoted(value)}' is not a time; expected seconds or a time such as '90 s', '1 min 30 s' or '00:01:30'.",
            facts={"value": _quoted(value)},
        )
    return seconds


def parse_size(value: Any) -> int:
    """Parse a size.

    Args:
        value: A number of bytes, or text such as `500 MB`, `1.5 GiB` or `20kB`; case does not matter.

    Returns:
        Bytes, without a fraction.

    Raises:
        UnitError: It is no size, not finite, or below zero.
    """
    size = _bytes(value)
    if size is None or not math.isfinite(size) or size < 0:
        raise UnitError(
            f"'{_quoted(value)}' is not a size; expected bytes or a size such as '500 kB', '20 MB' or '1.5 GiB'.",
            facts={"value": _quoted(value)},
        )
    return int(size)


def is_whole(text: str) -> bool:
    """Return whether a text is a whole number in digits as `int` takes it, of a length that counts have."""
    return len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit()


_BEFORE_UNIT = re.compile(r"(?<=\d) (?=[^\W\d]|%)")


def format_duration(seconds: float | None, unknown: str = "-") -> str:
    """Format a duration in the unit that fits.

    Args:
        seconds: The duration; None where it is not known.
        unknown: Text for None.

    Example:
        ```python
        format_duration(0.35)  # '350 ms'
        format_duration(90.2)  # '90.2 s'
        format_duration(125)  # '2 min 5 s'
        format_duration(7980)  # '2 h 13 min'
        ```
    """
    if seconds is None:
        return unknown
    if not math.isfinite(seconds):
        return "∞"
    return f"{'-' * (seconds < 0)}{_formatted(abs(seconds))}"


def unbroken(text: str) -> str:
    """Return a measured value whose number and unit stay on one line of a page: the space between them is a hard one.

    Example:
        ```python
        unbroken("0 s … 28.9 s")  # may be wrapped beside the dots only
        ```
    """
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)


def format_share(share: float) -> str:
    """Format a share of 1 as a percentage, to three digits; to four where 100 % is near.

    Example:
        ```python
        format_share(0.9214)  # '92.1 %'
        format_share(0.9996)  # '99.96 %'
        ```
    """
    return f"{share * 100:.3g} %" if abs(share) < 0.9995 else f"{share * 100:.4g} %"


def format_size(size: float | None, unknown: str = "-") -> str:
    """Format a number of bytes in the decimal unit that fits.

    Args:
        size: Bytes; None where the size is not known.
        unknown: Text for None.

    Example:
        ```python
        format_size(532)  # '532 bytes'
        format_size(13_400_000)  # '13.4 MB'
        ```
    """
    if size is None:
        return unknown
    if size < 0:
        return f"-{format_size(-size)}"
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= 0.99995 * factor and (unit != "kB" or size >= factor):
            return f"{_stripped(f'{size / factor:.1f}')} {unit}"
    return "1 byte" if size == 1 else f"{int(size)} bytes"


def _seconds(value: Any) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _float(value)
    text = str(value)
    if len(text) > _LONGEST:
        return None
    number = _float(text)
    if number is not None:
        return number
    clock = _CLOCK.fullmatch(text.strip())
    return _clock(clock) if clock else _parts("".join(text.split()).casefold())


def _float(value: float | str) -> float | None:
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _clock(match: re.Match[str]) -> float:
    sign, hours, minutes, seconds, fraction = match.groups()
    total = float(minutes) * 60 + float(seconds) + float(hours or 0) * 3600 + float(fraction or 0)
    return -total if sign == "-" else total


def _parts(text: str) -> float | None:
    """Add up numbers with units, each unit at most once, in any order; one sign in front is that of the whole."""
    for name, letter in _CHINESE:
        text = text.replace(name, letter)
    for letter, names in _ALIASES:
        for name in names:
            text = text.replace(name, letter)
    sign = -1.0 if text.startswith("-") else 1.0
    text = text.removeprefix("-")
    total, end, seen = 0.0, 0, set[str]()
    for part in _PART.finditer(text):
        number, letter = _float(part[1]), part[2]
        if number is None or letter in seen:
            return None
        seen.add(letter)
        total += number / _DIVISORS[letter] if letter in _DIVISORS else number * _FACTORS[letter]
        end = part.end()
    return sign * total if seen and end == len(text) else None


def _bytes(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _float(value)
    text = str(value)
    match = _SIZE.fullmatch(text) if len(text) <= _LONGEST else None
    unit = (match["unit"] or "b").lower() if match else ""
    if match is None or unit not in SIZES:
        return None
    return float(match["number"].replace("_", "")) * SIZES[unit]


def _formatted(seconds: float) -> str:
    if not seconds:
        return "0 s"
    if seconds < 0.9995:
        milliseconds = f"{seconds * 1000:.0f}" if seconds >= 0.00995 else f"{seconds * 1000:.2g}"
        return f"{milliseconds} ms"
    if seconds < 119.95:
        return f"{_stripped(f'{seconds:.2f}' if seconds < 9.995 else f'{seconds:.1f}')} s"
    return _long(round(seconds))


def _long(seconds: int) -> str:
    """Format two minutes and more by the two largest units: `2 min 5 s`, `2 h 13 min`, `3 d 4 h`."""
    if seconds < 3600:
        large, small, units = seconds // 60, seconds % 60, ("min", "s")
    elif seconds < 2 * 86400:
        minutes = round(seconds / 60)
        large, small, units = minutes // 60, minutes % 60, ("h", "min")
    else:
        hours = round(seconds / 3600)
        large, small, units = hours // 24, hours % 24, ("d", "h")
    return f"{large} {units[0]} {small} {units[1]}" if small else f"{large} {units[0]}"


def _stripped(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _quoted(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
