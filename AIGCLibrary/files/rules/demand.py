"""One demand on one value: `4.5..5.5 s`, `>= 24`, `1920x1080`, `[h264, hevc]`, `*.png`.

demand      holds when the value is
4.5..5.5    between both, ends included; either end may be left open: `10 MB..`, `..2 s`
>= 24       not less (also `>`, `<=`, `<`, `==`, `!=`)
5 ± 0.5     as near as that (also `5 +- 10 %`, of the number)
16:9        a ratio, within 1 %
h264        the text, upper and lower case alike; `*` and `?` are wild
[a, b]      any of them
"""

import fnmatch
import re
from dataclasses import dataclass

from AIGCLibrary.files.units import number, show

_COMPARE = re.compile(r"^\s*(?P<sign>>=|<=|==|!=|>|<|≥|≤)\s*(?P<value>.+?)\s*$")
_NEAR = re.compile(r"^\s*(?P<middle>[^±]+?)\s*(?:±|\+-|\+/-)\s*(?P<by>.+?)\s*$")
_RATIO = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)\s*$")
_UNIT_TAIL = re.compile(r"[a-zA-Z%/]+\s*$")
Value = bool | int | float | str | list[object] | None


@dataclass(frozen=True, slots=True)
class Demand:
    """What a value must be.

    Args:
        text: The demand as written.
        what: The rule it belongs to, for messages.
    """

    text: object
    what: str = "value"

    def holds(self, value: object) -> bool:
        """Say whether a value is as demanded."""
        if isinstance(self.text, list):
            return any(Demand(item, self.what).holds(value) for item in self.text)
        if isinstance(self.text, bool) or isinstance(value, bool):
            return _truth(self.text) == _truth(value)
        if isinstance(value, int | float):
            return self._number_holds(float(value))
        return value is not None and _text_holds(str(self.text), str(value))

    def check(self) -> None:
        """Read the demand once, so that a mistake in it is told before any file is fetched.

        Raises:
            ConfigError: It cannot be read as a demand on a number.
        """
        for item in self.text if isinstance(self.text, list) else [self.text]:
            if not isinstance(item, bool):
                Demand(item, self.what).bounds()

    def _number_holds(self, value: float) -> bool:
        low, low_open, high, high_open = self.bounds()
        above = value > low if low_open else value >= low
        below = value < high if high_open else value <= high
        inside = above and below
        return not inside if str(self.text).strip().startswith("!=") else inside

    def bounds(self) -> tuple[float, bool, float, bool]:
        """Give the interval: low, low excluded, high, high excluded."""
        infinite = float("inf")
        if isinstance(self.text, int | float):
            return _close(float(self.text))
        text = str(self.text)
        if match := _RATIO.match(text):
            ratio = float(match[1]) / float(match[2])
            return ratio * 0.99, False, ratio * 1.01, False
        if match := _COMPARE.match(text):
            limit = number(match["value"], self.what)
            return {
                ">": (limit, True, infinite, False),
                "<": (-infinite, False, limit, True),
                ">=": (limit, False, infinite, False),
                "≥": (limit, False, infinite, False),
                "<=": (-infinite, False, limit, False),
                "≤": (-infinite, False, limit, False),
            }.get(match["sign"], _close(limit))
        if match := _NEAR.match(text):
            middle, by = number(match["middle"], self.what), number(match["by"], self.what)
            by = by * abs(middle) if match["by"].strip().endswith("%") else by
            return middle - by, False, middle + by, False
        if ".." in text:
            low, high = (end.strip() for end in text.split("..", 1))
            unit = _UNIT_TAIL.search(high)
            if low and unit and not _UNIT_TAIL.search(low):
                low += unit[0]
            return (
                number(low, self.what) if low else -infinite,
                False,
                number(high, self.what) if high else infinite,
                False,
            )
        return _close(number(text, self.what))

    def __str__(self) -> str:
        if isinstance(self.text, list):
            return " or ".join(str(item) for item in self.text)
        return show(self.text)


def _close(value: float) -> tuple[float, bool, float, bool]:
    return value - 1e-9, False, value + 1e-9, False


def _truth(value: object) -> object:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "on", "1")
    return bool(value)


def _text_holds(wanted: str, value: str) -> bool:
    if wanted.startswith("!="):
        return not _text_holds(wanted[2:].strip(), value)
    return fnmatch.fnmatchcase(value.lower(), wanted.lower())
