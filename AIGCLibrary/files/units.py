"""Quantities of rules with their dimension: `500 MB`, `250 ms`, `2 Mbit/s`, `24 fps`, `5 %`."""

import re

from AIGCLibrary.errors import ConfigError, close_names
from AIGCLibrary.units import NUMBER, SIZES, UnitError, parse_duration

_NUMBER = re.compile(rf"^\s*(?P<number>{NUMBER})\s*(?P<unit>[^\d\s].*)?$", re.IGNORECASE)
DIMENSIONS: dict[str, dict[str, float]] = {
    "bytes": {unit: float(factor) for unit, factor in SIZES.items()},
    "s": {
        "s": 1, "sec": 1, "second": 1, "seconds": 1, "ms": 1e-3, "min": 60, "minute": 60, "minutes": 60, "h": 3600,
        "hour": 3600, "hours": 3600,
    },
    "bit/s": {
        "bit/s": 1, "kbit/s": 1e3, "mbit/s": 1e6, "gbit/s": 1e9, "bps": 1, "kbps": 1e3, "mbps": 1e6, "gbps": 1e9,
    },
    "bytes/s": {"b/s": 1, "kb/s": 1e3, "mb/s": 1e6, "gb/s": 1e9},
    "px": {"px": 1},
    "fps": {"fps": 1, "hz": 1},
    "Hz": {"hz": 1, "khz": 1e3},
    "LUFS": {"lufs": 1, "db": 1},
    "LU": {"lu": 1, "db": 1},
    "dBFS": {"dbfs": 1, "db": 1},
    "dBTP": {"dbtp": 1, "db": 1},
    "bit": {"bit": 1, "bits": 1},
    "degrees": {"degrees": 1, "deg": 1, "°": 1},
    "": {"%": 0.01, "x": 1},
}  # fmt: skip
"""Factor to the base unit by lower-case unit, for each base unit; the empty one is that of ratios and counts."""
UNITS: dict[str, float] = {unit: factor for units in DIMENSIONS.values() for unit, factor in units.items()}
"""Factor to the base unit (bytes, seconds, bit/s, ratio, Hz …) by lower-case unit."""
_WRITTEN = {
    "bytes": "bytes, kB, MB, GB or GiB", "s": "ms, s, min or h", "bit/s": "bit/s, kbit/s or Mbit/s", "Hz": "Hz or kHz",
    "": "nothing or %",
}  # fmt: skip


def number(value: float | str, what: str = "value", base: str | None = None) -> float:
    """Read a number with an optional unit, in the base unit.

    Args:
        value: What was written.
        what: What it is for, for messages.
        base: Base unit it must belong to, of `DIMENSIONS`; None: any.

    Raises:
        ConfigError: It is no number, or the unit is not known, or is one of something else.

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
    if base in (None, "s") and (match is None or unit not in {"", *UNITS}):
        try:
            return parse_duration(value, signed=True)
        except UnitError:
            pass
    if match is None or (unit and unit not in UNITS):
        near = close_names(unit, UNITS if base is None else DIMENSIONS[base])
        wanted = "500 MB, 4.5 s, 250 ms, 24 fps, 2 Mbit/s or 5 %" if base is None else _WRITTEN.get(base, base)
        raise ConfigError(
            f"{what} '{value}' is not a number with a known unit.",
            hint=(f"Did you mean '{near[0]}'? " if near else "")
            + (f"Write for example {wanted}." if base is None else f"Its unit is {wanted}."),
        )
    if unit and base is not None and unit not in DIMENSIONS[base]:
        raise ConfigError(
            f"{what} '{value}' has the unit of something else.", hint=f"Its unit is {_WRITTEN.get(base, base)}."
        )
    return float(match["number"].replace("_", "")) * (UNITS[unit] if unit else 1)


def show(value: object) -> str:
    """Write a measured value briefly."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)
