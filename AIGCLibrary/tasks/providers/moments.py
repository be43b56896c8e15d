"""Points in time as providers write them: seconds since 1970 or parts of them, ISO 8601 and its relatives."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MILLISECONDS = 1e11
"""Numbers above this are milliseconds: as seconds they would lie beyond the year 5000."""
_FINER = ((1e17, 1e9), (1e14, 1e6), (_MILLISECONDS, 1e3))
"""Above the first number, a time is in so many parts of a second: nanoseconds, microseconds, milliseconds."""
_EARLIEST = 946_684_800.0
"""2000-01-01: earlier times are a product's word for "none", such as 1970-01-01 and 0001-01-01."""
_LONGEST = 100
"""Characters of a date with zone and names of days."""
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)[T ]?(\d\d)(\d\d)(\d\d)(?=$|Z|[+-]|\.)")
_ZONE = re.compile(r"\s*([+-]\d{2}:?\d{2})?\s*(?:UTC|GMT|Z)?$")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def moment(value: Any, unit: str = "auto", zone: str = "UTC") -> float | None:
    """Read a point in time.

    Args:
        value: A number, a text of digits, or ISO 8601 with or without zone, with `T` or a space.
        unit: `s`, `ms`, `iso`, or `auto`: numbers above 1e11 are milliseconds.
        zone: Where naive times are meant: `UTC`, `+08:00`, or a name such as `Asia/Shanghai`.

    Returns:
        Seconds since 1970, or None when it is no time.
    """
    if value is None or isinstance(value, bool) or value == "" or (isinstance(value, str) and len(value) > _LONGEST):
        return None
    compact = _COMPACT.match(str(value))
    number = None if compact else _number(value)
    if number is not None:
        return _epoch(number, unit) if number > 0 else None
    read = _calendar(str(value), compact) if compact or isinstance(value, str) else None
    if read is None:
        return None
    found = (read if read.tzinfo else read.replace(tzinfo=tzinfo(zone))).timestamp()
    return found if found >= _EARLIEST else None


def _epoch(number: float, unit: str) -> float:
    """Return seconds since 1970 from a number in seconds or in parts of one."""
    if unit == "ms":
        return number / 1000
    return next((number / parts for least, parts in _FINER if unit == "auto" and number > least), number)


def _calendar(text: str, compact: re.Match[str] | None) -> datetime | None:
    """Read ISO 8601 and what is close to it: slashes, digits alone, names of zones; and the dates of HTTP headers."""
    text = text.strip()
    if compact:
        year, month, day, *clock = compact.groups()
        text = f"{year}-{month}-{day} {':'.join(clock)}{text[compact.end() :]}"
    text = re.sub(r"(\.\d{6})\d+", r"\1", text).replace("/", "-")
    zone = _ZONE.search(text)
    if zone and zone[0]:
        text = text[: zone.start()] + (zone[1] or "+00:00")
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def tzinfo(zone: str) -> timezone | ZoneInfo:
    """Return a time zone by offset or name.

    Raises:
        ValueError: The zone is not known.
    """
    offset = _OFFSET.fullmatch(zone)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if zone.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone '{zone}'; write '+08:00' or 'Asia/Shanghai'") from error


def _number(value: Any) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value) if isinstance(value, str) and re.fullmatch(r"\s*\d+(\.\d+)?\s*", value) else None
    except ValueError:
        return None
