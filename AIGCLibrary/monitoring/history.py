"""An objective over runs: the trend against earlier ones, the error budget, and how fast it burns.

Source: Google SRE Workbook, chapter 5 (multi-window burn rates 14.4, 6 and 1, short window a twelfth of the long one).
Its thresholds can never fire for objectives below 93 %, since a burn rate is at most 1 / (1 - objective); here each is
lowered to half of that maximum where it would be out of reach.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from AIGCLibrary.monitoring.catalogue import Kind
from AIGCLibrary.monitoring.objectives import Better, Objective
from AIGCLibrary.monitoring.series import Series, read
from AIGCLibrary.monitoring.stats import differs
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import rollup

WINDOWS = ((3600.0, 14.4), (6 * 3600.0, 6.0), (72 * 3600.0, 1.0))
"""Long windows in seconds, and the burn rate at which each one alarms."""
SHORT = 12
"""A short window is this part of the long one: it ends the alarm soon after the trouble."""


class Direction(StrEnum):
    """Where a metric goes, seen from the objective."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RunPoint:
    """A metric in one run.

    Args:
        run_id: The run.
        at: Its first sample, in seconds since 1970.
        value: Mean, share or ratio in base units.
        n: How many samples.
    """

    run_id: str
    at: float
    value: float
    n: int


@dataclass(frozen=True, slots=True)
class Trend:
    """A metric over runs.

    Args:
        direction: The latest run against those before, where the difference is proven (Welch, 95 %).
        points: Runs, oldest first, the latest one last.
    """

    direction: Direction
    points: tuple[RunPoint, ...]


@dataclass(frozen=True, slots=True)
class Burn:
    """How fast the budget burns: 1 means that it lasts exactly as long as its window.

    Args:
        window: Seconds looked back.
        rate: Burn rate over it.
        short_rate: Burn rate over its last twelfth.
        threshold: Rate at which it alarms.
    """

    window: float
    rate: float
    short_rate: float
    threshold: float

    @property
    def alarms(self) -> bool:
        """Whether both windows burn too fast."""
        return self.rate >= self.threshold and self.short_rate >= self.threshold


@dataclass(frozen=True, slots=True)
class Budget:
    """The misses an objective allows over a time, and those that happened.

    Args:
        window: Seconds it reaches back.
        n: Samples (or weight) in it.
        bad: Misses among them.
        allowed: Misses that the objective allows for so many samples.
        burns: Burn rates, shortest window first.
    """

    window: float
    n: float
    bad: float
    allowed: float
    burns: tuple[Burn, ...]

    @property
    def left(self) -> float:
        """Share of the budget that is left; negative when it is overspent."""
        return 1 - self.bad / self.allowed if self.allowed else (1.0 if not self.bad else -math.inf)


def trend(store: Store, objective: Objective, run_id: str, runs: int = 20) -> Trend:
    """Compare a run with the runs before it."""
    series = _by_run(store, objective.metric)
    order = sorted(series, key=lambda run: series[run][0])
    if run_id in order:
        order = order[: order.index(run_id) + 1]
    order = order[-runs:]
    points = tuple(RunPoint(run, series[run][0], series[run][1].mean, series[run][1].n) for run in order)
    earlier = [series[run][1] for run in order if run != run_id]
    if run_id not in order or not earlier:
        return Trend(Direction.UNKNOWN, points)
    before = _merged(earlier)
    latest = series[run_id][1]
    if min(latest.n, before.n) < objective.min_samples:
        return Trend(Direction.UNKNOWN, points)
    sign = differs((latest.mean, latest.deviation, latest.n), (before.mean, before.deviation, before.n))
    if sign == 0:
        return Trend(Direction.SAME, points)
    return Trend(Direction.BETTER if (sign > 0) == (objective.better is Better.HIGHER) else Direction.WORSE, points)


def budget(store: Store, objective: Objective, now: float, window: float) -> Budget | None:
    """Reckon the error budget of a share over a time; None for means, which have no misses to count."""
    whole = read(store, metric=objective.metric, since=now - window).get(objective.metric)
    if whole is None or (objective.kind or whole.kind) is Kind.MEAN:
        return None
    allowed = allowed_share(objective)
    burns = tuple(
        Burn(
            window=length,
            rate=_burn(store, objective, now - length, allowed),
            short_rate=_burn(store, objective, now - length / SHORT, allowed),
            threshold=reachable(threshold, allowed),
        )
        for length, threshold in WINDOWS
        if length <= window
    )
    return Budget(window, whole.weight, _bad(objective, whole), allowed * whole.weight, burns)


def allowed_share(objective: Objective) -> float:
    """Give the share of misses that an objective allows: 0.3 for a minimum of 70 %."""
    return 1 - objective.line if objective.better is Better.HIGHER else objective.line


def reachable(threshold: float, allowed: float) -> float:
    """Lower a burn rate threshold to half of what is possible at all, where it is out of reach."""
    return min(threshold, 0.5 / allowed) if allowed > 0 else threshold


def _bad(objective: Objective, series: Series) -> float:
    return series.weight - series.total if objective.better is Better.HIGHER else series.total


def _burn(store: Store, objective: Objective, since: float, allowed: float) -> float:
    series = read(store, metric=objective.metric, since=since).get(objective.metric)
    if series is None or not series.weight:
        return 0.0
    share = _bad(objective, series) / series.weight
    return share / allowed if allowed > 0 else (math.inf if share else 0.0)


def _by_run(store: Store, metric: str) -> dict[str, tuple[float, Series]]:
    """Sum up a metric by run: first minute and sums."""
    c = rollup.c
    sums = [func.sum(c[name]).label(name) for name in ("weight", "total", "weights", "cross", "squares", "cubes")]
    statement = (
        select(
            c.run_id,
            func.min(c.minute).label("first"),
            func.sum(c.n).label("n"),
            func.max(c.unit).label("unit"),
            func.min(c.least).label("least"),
            func.max(c.greatest).label("greatest"),
            *sums,
        )
        .where(c.name == metric)
        .group_by(c.run_id)
    )
    found = {}
    for row in store.query(statement):
        run_id, first = row.pop("run_id"), row.pop("first")
        found[run_id] = (
            float(first),
            Series(metric, **{**row, "n": int(row["n"]), "unit": row["unit"] or "1"}),
        )
    return found


def _merged(series: list[Series]) -> Series:
    names = ("n", "weight", "total", "weights", "cross", "squares", "cubes")
    sums = {name: sum(getattr(one, name) for one in series) for name in names}
    return Series(
        series[0].name,
        series[0].unit,
        **sums,
        least=min(one.least for one in series),
        greatest=max(one.greatest for one in series),
    )
