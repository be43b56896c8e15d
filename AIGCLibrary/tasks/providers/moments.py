"""Points in time as providers write them: epoch seconds or milliseconds, ISO 8601, naive local times."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MILLISECONDS = 1e11
"""Numbers above this are milliseconds: as seconds they would lie beyond the year 5000."""
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
    if value is None or isinstance(value, bool) or value == "":
        return None
    number = _number(value)
    if number is not None:
        if number <= 0:
            return None
        return number / 1000 if unit == "ms" or (unit == "auto" and number > _MILLISECONDS) else number
    if not isinstance(value, str):
        return None
    text = re.sub(r"(\.\d{6})\d+", r"\1", value.strip()).replace("Z", "+00:00").replace("/", "-")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=tzinfo(zone))).timestamp()


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
