"""Values with units as a tester writes them, and back: `2 s`, `300 ms`, `95 %`, `20 MB`."""

import re
from collections.abc import Mapping

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.units import UnitError, format_duration, format_share, format_size, parse_duration, parse_size

SCALES = {
    "1": 1.0,
    "%": 0.01,
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "B": 1.0,
    "kB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
}
"""What one of each unit is in base units: seconds, bytes, shares."""

BASES = {
    "%": "1",
    "ms": "s",
    "min": "s",
    "h": "s",
    "m": "s",
    "d": "s",
    "kB": "bytes",
    "MB": "bytes",
    "GB": "bytes",
    "B": "bytes",
}
AGE_UNITS = ("d", "h", "min", "s")
_VALUE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([A-Za-z%]*)\s*")


def to_base(value: float | str, unit: str = "1") -> float:
    """Return a value in base units.

    Args:
        value: A number in `unit`, or a text that names its own.
        unit: Unit of plain numbers.

    Example:
        `to_base("300 ms")` is 0.3, `to_base(2000, "ms")` is 2.0, `to_base("95 %")` is 0.95.
    """
    if isinstance(value, int | float):
        return _scaled(value, unit)
    match = _VALUE.fullmatch(value)
    if match and match[2] in ("", "1", "%"):
        return _scaled(float(match[1]), match[2] or unit)
    for parse in (parse_duration, parse_size):
        try:
            return float(parse(value.strip().removeprefix("-"))) * (-1 if value.lstrip().startswith("-") else 1)
        except UnitError:
            continue
    raise ConfigError(f"'{value}' is not a value with a unit such as '2 s', '300 ms', '95 %' or '20 MB'.")


def _scaled(value: float, unit: str) -> float:
    """Multiply by large units and divide by small ones: 470 ms is 0.47 s, not 0.47000000000000003."""
    scale = SCALES[unit]
    return value * scale if scale >= 1 else value / round(1 / scale)


def base_of(unit: str) -> str:
    """Return the unit in which samples of a unit are stored: `ms` becomes `s`, `MB` becomes `bytes`."""
    return BASES.get(unit, unit)


def shown(value: float, unit: str) -> str:
    """Write a value of base units for people: 0.9214 of `1` is `92.1 %`, 0.35 of `s` is `350 ms`."""
    if unit in ("1", "%"):
        return format_share(value)
    base = base_of(unit)
    if base == "s":
        return format_duration(value)
    if base == "bytes":
        return format_size(value)
    scaled = value / SCALES.get(unit, 1.0)
    digits = f"{scaled:.0f}" if abs(scaled) >= 100 else f"{scaled:.3g}"
    return f"{digits} {unit}"


def amount(value: float, unit: str) -> str:
    """Write what something costs: `12.5 credits`, `0.042 USD`."""
    return f"{value:,.4g} {unit}" if abs(value) < 1000 else f"{value:,.0f} {unit}"


def amounts(totals: Mapping[str, float]) -> str:
    """Write sums by unit: `0.04 USD + 5.5 credits`; credits and dollars are never one number."""
    return " + ".join(amount(total, unit) for unit, total in sorted(totals.items()))


def age(text: str) -> float:
    """Return the seconds of an age such as `30 d`, beyond which something is removed.

    Nothing is guessed where data would be lost: a number without a unit is refused, and so is `m`, which may be months.

    Raises:
        ConfigError: It is not a number above 0 with one of the units d, h, min and s.
    """
    match = _VALUE.fullmatch(text)
    if match is None or match[2] not in AGE_UNITS or float(match[1]) <= 0:
        why = "has no unit" if match is not None and not match[2] else "is not an age"
        raise ConfigError(
            f"'{text}' {why}; expected a number above 0 with d, h, min or s, such as '30 d' or '12 h'.",
            facts={"age": text},
        )
    return to_base(text)


def kept_for(text: str) -> float | None:
    """Return the seconds of a retention such as `90 d`; None for `off`."""
    return None if text.strip().lower() == "off" else age(text)
