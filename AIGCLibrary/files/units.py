"""Sizes, times and rates as people write them: `500 MB`, `1.5 GiB`, `250 ms`, `2 Mbit/s`."""

import re

from AIGCLibrary.errors import ConfigError

_NUMBER = re.compile(
    r"^\s*(?P<number>[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(?P<unit>[^\d\s].*)?$", re.IGNORECASE
)
UNITS: dict[str, float] = {
    "b": 1, "byte": 1, "bytes": 1,
    "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
    "s": 1, "sec": 1, "second": 1, "seconds": 1, "ms": 1e-3, "min": 60, "minute": 60, "minutes": 60, "h": 3600,
    "hour": 3600, "hours": 3600,
    "%": 0.01, "px": 1, "fps": 1, "hz": 1, "khz": 1e3, "db": 1, "dbfs": 1, "lufs": 1, "x": 1,
    "bit/s": 1, "kbit/s": 1e3, "mbit/s": 1e6, "gbit/s": 1e9, "bps": 1, "kbps": 1e3, "mbps": 1e6, "gbps": 1e9,
    "b/s": 1, "kb/s": 1e3, "mb/s": 1e6, "gb/s": 1e9,
}  # fmt: skip
"""Factor to the base unit (bytes, seconds, bit/s, ratio, Hz …) by lower-case unit."""


def number(value: float | str, what: str = "value") -> float:
    """Read a number with an optional unit, in the base unit.

    Raises:
        ConfigError: It is no number, or the unit is not known.

    Example:
        ```python
        number("500 MB")  # 500000000.0
        number("250 ms")  # 0.25
        ```
    """
    if isinstance(value, int | float):
        return float(value)
    match = _NUMBER.match(value)
    unit = (match["unit"] or "").strip().lower() if match else ""
    if match is None or (unit and unit not in UNITS):
        raise ConfigError(
            f"{what} '{value}' is not a number with a known unit.",
            hint="Write for example 500 MB, 4.5 s, 250 ms, 24 fps, 2 Mbit/s or 5 %.",
        )
    return float(match["number"].replace("_", "")) * (UNITS[unit] if unit else 1)


def size(value: float | str, what: str = "size") -> int:
    """Read a size in bytes."""
    return int(number(value, what))


def show_bytes(count: float) -> str:
    """Write a size for people: `13.4 MB`."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{int(count)} bytes"


def show(value: object) -> str:
    """Write a measured value briefly."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)
