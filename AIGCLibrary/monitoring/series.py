"""Reads what was measured: sums by metric from the roll-ups, single values where they are needed."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from AIGCLibrary.monitoring.catalogue import BY_METRIC, MetricKind
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import within
from AIGCLibrary.store.tables import rollup, sample

LATEST = 100_000
"""Values read at most for percentiles and distributions of one metric: the newest ones."""


@dataclass(frozen=True, slots=True)
class Series:
    """The sums of one metric over a run or a time.

    Args:
        name: Name of the metric.
        unit: Base unit of the values.
        n: How many samples.
        weight: Sum of their weights; equals `n` where they have none.
        total: Σ weight·value.
        weights: Σ weight².
        cross: Σ weight²·value.
        squares: Σ (weight·value)².
        cubes: Σ (weight·value)³.
        least: Smallest value.
        greatest: Largest value.
    """

    name: str
    unit: str = "1"
    n: int = 0
    weight: float = 0.0
    total: float = 0.0
    weights: float = 0.0
    cross: float = 0.0
    squares: float = 0.0
    cubes: float = 0.0
    least: float = math.nan
    greatest: float = math.nan

    @property
    def kind(self) -> MetricKind:
        """How the samples are summed up; for own metrics, zeros and ones without a unit are a share."""
        if self.name in BY_METRIC:
            return BY_METRIC[self.name].kind
        if self.weight != self.n:
            return MetricKind.RATIO
        only_bits = self.least in (0, 1) and self.greatest in (0, 1) and self.squares == self.total
        return MetricKind.SHARE if self.unit == "1" and only_bits else MetricKind.MEAN

    @property
    def mean(self) -> float:
        """Weighted mean; not a number without samples."""
        return self.total / self.weight if self.weight else math.nan

    @property
    def deviation(self) -> float:
        """Standard deviation (n - 1) of the values; of the weighted residuals for a ratio."""
        if self.n < 2:
            return 0.0
        mean = self.mean
        spread = self.squares - 2 * mean * self.cross + mean * mean * self.weights
        scale = self.weight / self.n
        return math.sqrt(max(spread, 0.0) / (self.n - 1)) / scale if scale else 0.0

    def grown(self, n: int) -> "Series":
        """Return the series as it would be with `n` samples like those it has."""
        factor = n / self.n
        sums = ("weight", "total", "weights", "cross", "squares", "cubes")
        return replace(self, n=n, **{name: getattr(self, name) * factor for name in sums})

    @property
    def skew(self) -> float:
        """Skewness of unweighted values; 0 for a ratio."""
        if self.n < 3 or self.weight != self.n:
            return 0.0
        mean, n = self.mean, self.n
        variance = max(self.squares / n - mean * mean, 0.0)
        # Sums of powers lose digits when the values hardly differ; such a skewness means nothing.
        if variance <= 1e-12 * max(mean * mean, 1e-300):
            return 0.0
        third = self.cubes / n - 3 * mean * self.squares / n + 2 * mean**3
        return float(third / variance**1.5)


def read(
    store: Store,
    *,
    run_id: str | None = None,
    since: float | None = None,
    until: float | None = None,
    metric: str | None = None,
) -> dict[str, Series]:
    """Sum up the samples of a run, or of a time; series by metric.

    Args:
        store: Where they are.
        run_id: Only this run.
        since: Only from this time on, in seconds since 1970 (whole minutes).
        until: Only before this time.
        metric: Only this one.
    """
    c = rollup.c
    sums = [func.sum(c[name]).label(name) for name in ("weight", "total", "weights", "cross", "squares", "cubes")]
    statement = (
        select(
            c.name,
            func.max(c.unit).label("unit"),
            func.sum(c.n).label("n"),
            func.min(c.least).label("least"),
            func.max(c.greatest).label("greatest"),
            *sums,
        )
        .where(*_where(store, c, run_id, metric))
        .group_by(c.name)
    )
    if since is not None:
        statement = statement.where(c.minute >= since - since % 60)
    if until is not None:
        statement = statement.where(c.minute < until)
    rows = store.query(statement)
    return {row["name"]: Series(**{**row, "n": int(row["n"]), "unit": row["unit"] or "1"}) for row in rows}


def series_of(name: str, values: Sequence[float], weights: Iterable[float] | None = None, *, unit: str = "1") -> Series:
    """Sum up values at hand.

    Args:
        name: Name of the metric.
        values: In base units.
        weights: What each counts for; 1 when not given.
        unit: Unit they are reported in.
    """
    pairs = list(zip(values, weights, strict=True)) if weights is not None else [(value, 1.0) for value in values]
    if not pairs:
        return Series(name, unit)
    parts = [weight * value for value, weight in pairs]
    return Series(
        name=name,
        unit=unit,
        n=len(pairs),
        weight=math.fsum(weight for _, weight in pairs),
        total=math.fsum(parts),
        weights=math.fsum(weight * weight for _, weight in pairs),
        cross=math.fsum(weight * part for (_, weight), part in zip(pairs, parts, strict=True)),
        squares=math.fsum(part * part for part in parts),
        cubes=math.fsum(part**3 for part in parts),
        least=min(values),
        greatest=max(values),
    )


def merged(series: Sequence[Series]) -> Series:
    """Add up series of one metric."""
    filled = [bucket for bucket in series if bucket.n] or series[:1]
    names = ("n", "weight", "total", "weights", "cross", "squares", "cubes")
    sums = {name: sum(getattr(bucket, name) for bucket in filled) for name in names}
    least, greatest = min(bucket.least for bucket in filled), max(bucket.greatest for bucket in filled)
    return Series(filled[0].name, filled[0].unit, **sums, least=least, greatest=greatest)


def values(store: Store, metric: str, *, run_id: str | None = None, limit: int = LATEST) -> list[float]:
    """Return the single values of a metric, oldest first; the newest `limit` of them."""
    c = sample.c
    statement = select(c.value).where(*_where(store, c, run_id, metric)).order_by(c.at.desc()).limit(limit)
    return [row["value"] for row in reversed(store.query(statement))]


def count_beyond(
    store: Store, metric: str, line: float, *, run_id: str | None = None, since: float | None = None
) -> tuple[int, int]:
    """Count the samples above a line, and all.

    Returns:
        How many are above, how many there are.
    """
    c = sample.c
    above = func.coalesce(func.sum(case((c.value > line, 1), else_=0)), 0).label("above")
    statement = select(above, func.count().label("n")).where(*_where(store, c, run_id, metric))
    if since is not None:
        statement = statement.where(c.at >= since)
    row = store.query(statement)[0]
    return int(row["above"]), int(row["n"])


def percentile(ordered: list[float], share: float) -> float:
    """Return a percentile of sorted values by linear interpolation; not a number when there are none."""
    if not ordered:
        return math.nan
    position = share * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def _where(store: Store, columns: Any, run_id: str | None, metric: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if run_id is not None:
        conditions.append(within(store, columns.run_id, run_id))
    if metric is not None:
        conditions.append(columns.name == metric)
    return conditions
