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

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.units import number, show

_COMPARE = re.compile(r"^\s*(?P<sign>>=|<=|==|!=|>|<|≥|≤)\s*(?P<value>.+?)\s*$")
_NEAR = re.compile(r"^\s*(?P<middle>[^±]+?)\s*(?:±|\+-|\+/-)\s*(?P<by>.+?)\s*$")
_RATIO = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)\s*$")
_UNIT_TAIL = re.compile(r"[^\W\d_][\w/]*\s*$|[%°]\s*$")
_AMOUNT = r"(?:-?\d+(?:\.\d+)?\s*(?:[^\W\d_]{1,6}(?:/s)?|%)?)"
_OTHER_RANGES = (
    re.compile(rf"^\s*(?P<low>{_AMOUNT}?)\s*(?:-|–|—|~|～|…|to|至|到)\s*(?P<high>{_AMOUNT})\s*$", re.IGNORECASE),
    re.compile(
        rf"^\s*(?:>=?|≥)\s*(?P<low>{_AMOUNT}?)\s*(?:,|，|;|&&?|and|且|并且)?\s*(?:<=?|≤)\s*(?P<high>{_AMOUNT})\s*$",
        re.IGNORECASE,
    ),
)
"""How ranges are written elsewhere: `2-4 s`, `2 s ~ 4 s`, `>= 2 s and <= 4 s`."""
Value = bool | int | float | str | list[object] | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a value must be.

    Args:
        text: The demand as written.
        what: The rule it belongs to, for messages.
        base: Base unit its numbers must belong to; None: any.
    """

    text: object
    what: str = "value"
    base: str | None = None

    def holds(self, value: object) -> bool:
        """Report whether a value is as demanded."""
        if isinstance(self.text, list):
            return any(Constraint(item, self.what, self.base).holds(value) for item in self.text)
        if isinstance(self.text, bool) or isinstance(value, bool):
            return _truth(self.text) == _truth(value)
        if isinstance(value, int | float):
            return self._number_holds(float(value))
        return value is not None and _text_holds(str(self.text), str(value))

    def check(self) -> None:
        """Read the demand once, so that a mistake in it is reported before any file is fetched.

        Raises:
            ConfigError: It cannot be read as a demand on a number.
        """
        for item in options_of(self.text):
            if isinstance(item, bool):
                continue
            demand = Constraint(item, self.what, self.base)
            try:
                demand.bounds()
            except ConfigError:
                demand._refuse_other_range(str(item))
                raise

    def _number_holds(self, value: float) -> bool:
        low, low_open, high, high_open = self.bounds()
        above = value > low if low_open else value >= low
        below = value < high if high_open else value <= high
        inside = above and below
        return not inside if str(self.text).strip().startswith("!=") else inside

    def bounds(self) -> tuple[float, bool, float, bool]:
        """Return the interval: low, low excluded, high, high excluded."""
        infinite = float("inf")
        if isinstance(self.text, int | float):
            return _close(float(self.text))
        text = str(self.text)
        if match := _RATIO.match(text):
            ratio = float(match[1]) / float(match[2])
            return ratio * 0.99, False, ratio * 1.01, False
        if match := _COMPARE.match(text):
            limit = self._number(match["value"])
            return {
                ">": (limit, True, infinite, False),
                "<": (-infinite, False, limit, True),
                ">=": (limit, False, infinite, False),
                "≥": (limit, False, infinite, False),
                "<=": (-infinite, False, limit, False),
                "≤": (-infinite, False, limit, False),
            }.get(match["sign"], _close(limit))
        if match := _NEAR.match(text):
            middle = self._number(match["middle"])
            share = match["by"].strip().endswith("%")
            by = number(match["by"], self.what) * abs(middle) if share else self._number(match["by"])
            return middle - by, False, middle + by, False
        if ".." in text:
            low, high = (end.strip() for end in text.split("..", 1))
            unit = _UNIT_TAIL.search(high)
            if low and unit and not _UNIT_TAIL.search(low):
                low = f"{low} {unit[0]}"
            top = self._number(high) if high else infinite  # first: it is the end that bears the unit
            return self._number(low) if low else -infinite, False, top, False
        return _close(self._number(text))

    def _refuse_other_range(self, text: str) -> None:
        match = next(filter(None, (pattern.match(text) for pattern in _OTHER_RANGES)), None)
        if match and match["low"]:
            wanted = f"{match['low'].strip()}..{match['high'].strip()}"
            raise ConfigError(f"{self.what} '{text}' is not how a range is written.", hint=f"Write it as '{wanted}'.")

    def _number(self, text: str) -> float:
        return number(text, self.what, self.base)

    def __str__(self) -> str:
        if isinstance(self.text, list):
            return " or ".join(str(item) for item in self.text)
        return show(self.text)


def options_of(demand: object) -> list[object]:
    """Return the demands of which one must hold."""
    return list(demand) if isinstance(demand, list) else [demand]


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
