"""Geometry of the small charts: numbers in, positions on a 0 to 100 scale out; the template draws them as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from AIGCLibrary.monitoring.catalogue import MetricKind
from AIGCLibrary.monitoring.history import RunPoint
from AIGCLibrary.monitoring.verdict import Status


@dataclass(frozen=True, slots=True)
class IntervalBar:
    """An interval against what is allowed; all positions are percent of the width.

    Args:
        allowed: From and to of the allowed band.
        interval: From and to of the interval; None without samples.
        value: The measured value; None without samples.
        target: What is aimed at.
        low: Label of the left end, in base units.
        high: Label of the right end.
    """

    allowed: tuple[float, float]
    interval: tuple[float, float] | None
    value: float | None
    target: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of a histogram: from and to in seconds, how many, and position, width, height in percent."""

    start: float
    end: float
    n: int
    x: float
    width: float
    height: float


def interval_bar(status: Status) -> IntervalBar:
    """Place an interval; what is read in percent reaches from 0 to 1, other values a quarter beyond what matters."""
    objective = status.objective
    lines = [line for line in (objective.least, objective.most) if line is not None]
    ends = [*lines, objective.target, status.value or 0.0]
    if status.interval and math.isfinite(status.interval.high):
        ends.append(status.interval.high)
    of_one = objective.unit in ("1", "%") and min(ends) >= 0 and max(ends) <= 1  # an own metric may have no kind
    if of_one or objective.kind in (MetricKind.SHARE, MetricKind.RATIO):
        low, high = 0.0, 1.0
    else:
        low, high = min(0.0, *ends), max(ends) * 1.25 or 1.0

    def place(value: float) -> float:
        return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)

    return IntervalBar(
        allowed=(
            place(objective.least) if objective.least is not None else 0.0,
            place(objective.most) if objective.most is not None else 100.0,
        ),
        interval=(place(status.interval.low), place(status.interval.high)) if status.interval else None,
        value=None if status.value is None else place(status.value),
        target=place(objective.target),
        low=low,
        high=high,
    )


def histogram(values: Sequence[float], bins: int = 14) -> list[Bin]:
    """Count times in bins that grow evenly on a logarithmic scale, as waiting times do."""
    times = [max(value, 1e-3) for value in values]
    if not times:
        return []
    low, high = min(times), max(times)
    if high / low < 1.05:
        return [Bin(low, high, len(times), 40.0, 20.0, 100.0)]
    step = (math.log(high) - math.log(low)) / bins
    counts = [0] * bins
    for value in times:
        counts[min(int((math.log(value) - math.log(low)) / step), bins - 1)] += 1
    top = max(counts)
    edge = [low * math.exp(step * index) for index in range(bins + 1)]
    return [
        Bin(edge[i], edge[i + 1], n, round(100 * i / bins, 2), round(100 / bins * 0.86, 2), round(100 * n / top, 2))
        for i, n in enumerate(counts)
    ]


def sparkline(points: Sequence[RunPoint], width: float = 120.0, height: float = 28.0) -> list[tuple[float, float]]:
    """Place the values of runs on a small line."""
    values = [point.value for point in points]
    if len(values) < 2:
        return []
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (width - 6) / (len(values) - 1)
    return [
        (round(3 + index * step, 1), round(height - 4 - (value - low) / span * (height - 8), 1))
        for index, value in enumerate(values)
    ]
