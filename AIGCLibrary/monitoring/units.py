"""Values with units as a tester writes them, and back: `2 s`, `300 ms`, `95 %`, `20 MB`."""

import re
from collections.abc import Mapping

from AIGCLibrary.errors import ConfigError

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
    """Give a value in base units.

    Args:
        value: A number in `unit`, or a text that names its own.
        unit: Unit of plain numbers.

    Example:
        `to_base("300 ms")` is 0.3, `to_base(2000, "ms")` is 2.0, `to_base("95 %")` is 0.95.
    """
    if isinstance(value, int | float):
        return _scaled(value, unit)
    match = _VALUE.fullmatch(value)
    if not match or (match[2] and match[2] not in SCALES):
        raise ConfigError(f"'{value}' is not a value with a unit such as '2 s', '300 ms', '95 %' or '20 MB'.")
    return _scaled(float(match[1]), match[2] or unit)


def _scaled(value: float, unit: str) -> float:
    """Multiply by large units and divide by small ones: 470 ms is 0.47 s, not 0.47000000000000003."""
    scale = SCALES[unit]
    return value * scale if scale >= 1 else value / round(1 / scale)


def base_of(unit: str) -> str:
    """Give the unit in which samples of a unit are stored: `ms` becomes `s`, `MB` becomes `bytes`."""
    return BASES.get(unit, unit)


def shown(value: float, unit: str) -> str:
    """Write a value of base units for people: 0.9214 of `1` is `92.1 %`, 1.2345 of `s` is `1.23 s`."""
    if unit in ("1", "%"):
        return f"{value * 100:.3g} %" if abs(value) < 0.9995 else f"{value * 100:.4g} %"
    if unit == "bytes":
        for name in ("GB", "MB", "kB"):
            if abs(value) >= SCALES[name]:
                return f"{value / SCALES[name]:.3g} {name}"
        return f"{value:.0f} B"
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
    """Give the seconds of an age such as `30 d`, beyond which something is removed.

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
    """Give the seconds of a retention such as `90 d`; None for `off`."""
    return None if text.strip().lower() == "off" else age(text)


def duration(seconds: float) -> str:
    """Write a time for people, in the unit that fits: `12 ms`, `3.42 s`, `4 min 5 s`, `2 h 13 min`."""
    if abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms" if abs(seconds) >= 0.01 or not seconds else f"{seconds * 1000:.2g} ms"
    if abs(seconds) < 60:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
