"""How long generation takes: families of durations as seen with real providers, sampled under a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Family = Literal["fixed", "uniform", "exponential", "lognormal", "bimodal", "heavy_tail"]
FAMILIES: tuple[str, ...] = get_args(Family)


@dataclass(frozen=True, slots=True)
class Duration:
    """A distribution of production times in seconds.

    Attributes:
        family: `fixed` (always the median), `uniform` (minimum to maximum), `exponential` (memoryless),
            `lognormal`, `bimodal` (a share of jobs centres on `second_median`),
            `heavy_tail` (a share of jobs follows a Pareto tail that starts at the median).
        median: The typical job, in seconds.
        sigma: Spread of the logarithm, for `lognormal` and the bodies of `bimodal` and `heavy_tail`.
        second_median: The slow hump of `bimodal`, in seconds; four times the median when left out.
        share: Part of the jobs in the second hump or in the tail, 0 to 1.
        alpha: Exponent of the Pareto tail; smaller is heavier.
        minimum: Nothing is quicker, in seconds.
        maximum: Nothing is slower, in seconds.
    """

    family: Family = "lognormal"
    median: float = 90.0
    sigma: float = 0.5
    second_median: float | None = None
    share: float = 0.3
    alpha: float = 1.5
    minimum: float = 0.0
    maximum: float = 3600.0

    def sample(self, rng: random.Random) -> float:
        """Draw one production time in seconds."""
        return min(max(self._draw(rng), self.minimum), self.maximum)

    def _draw(self, rng: random.Random) -> float:
        spread = math.exp(self.sigma * rng.gauss(0.0, 1.0))
        choice = rng.random()
        match self.family:
            case "fixed":
                return self.median
            case "uniform":
                return self.minimum + (self.maximum - self.minimum) * choice
            case "exponential":
                return -math.log(1.0 - choice) * self.median / math.log(2.0)
            case "bimodal" if choice < self.share:
                return (self.second_median or 4 * self.median) * spread
            case "heavy_tail" if choice < self.share:
                return self.median * rng.paretovariate(self.alpha)
            case _:
                return self.median * spread


VIDEO = Duration("lognormal", 90.0, 0.5)
IMAGE = Duration("lognormal", 12.0, 0.4)
AUDIO = Duration("lognormal", 20.0, 0.4)
BUNDLE = Duration("lognormal", 60.0, 0.4)
DEFAULTS: Mapping[str, Duration] = {"video": VIDEO, "image": IMAGE, "audio": AUDIO, "bundle": BUNDLE}


def parse_duration(value: Any, base: Duration = VIDEO) -> Duration:
    """Read a duration from JSON: seconds, the name of a family, or an object.

    >>> parse_duration(3).family
    'fixed'
    >>> parse_duration({"family": "bimodal", "median": 45, "second_median": 180}).second_median
    180.0

    Args:
        value: A number of seconds, a family's name (keeps the median of `base`), or an object with the
            attributes of `Duration`.
        base: Where the left-out attributes come from.

    Raises:
        ValueError: The message names the attribute and what is expected of it.
    """
    if isinstance(value, Duration):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Duration("fixed", _number("duration", value))
    if isinstance(value, str):
        value = {"family": value}
    if not isinstance(value, Mapping):
        raise ValueError("'duration' must be seconds, the name of a family, or an object")  # noqa: TRY004
    family = value.get("family", base.family)
    if family not in FAMILIES:
        raise ValueError(f"'duration.family' is '{family}'; expected one of: {', '.join(FAMILIES)}")
    known = {name: getattr(base, name) for name in Duration.__dataclass_fields__}
    if family == "uniform" and "maximum" not in value:
        known["maximum"] = base.median * 2
    for name, number in value.items():
        if name not in known:
            raise ValueError(f"'duration' has no attribute '{name}'; it has: {', '.join(known)}")
        if name != "family":
            known[name] = _number(f"duration.{name}", number)
    return Duration(**{**known, "family": family})


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(f"'{name}' is '{value}'; expected a number of zero or more")
    return float(value)
