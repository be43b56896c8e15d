"""An objective over runs: the trend against earlier ones, the error budget, and how fast it burns.

Source: Google SRE Workbook, chapter 5 (multi-window burn rates 14.4, 6 and 1, short window a twelfth of the long one).
Its thresholds can never fire for objectives below 93 %, since a burn rate is at most 1 / (1 - objective); here each is
lowered to half of that maximum where it would be out of reach.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import case, func, or_, select

from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.catalogue import MetricKind
from AIGCLibrary.monitoring.objectives import Better, Objective
from AIGCLibrary.monitoring.series import Series, merged, read
from AIGCLibrary.monitoring.stats import differs
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import rollup
from AIGCLibrary.store.tables import run as run_table

WINDOWS = ((3600.0, 14.4), (6 * 3600.0, 6.0), (72 * 3600.0, 1.0))
"""Long windows in seconds, and the burn rate at which each one alarms."""
MANY = 10
"""A budget used up more often is reported as that: how much more helps nobody."""
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
class ErrorBudget:
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


def budget_left(spent: ErrorBudget, language: str = "en") -> str:
    """Write what is left of a budget: `35 %`; of an overspent one how often it was used up, `used up 3.2 times`."""
    if spent.left >= 0:
        return f"{spent.left * 100:.0f} %"
    used = 1 - spent.left
    return Text(
        "monitoring.page.overspent" if used < MANY else "monitoring.page.overspent_much",
        times=f"{used:.2g}" if used < MANY else MANY,
    ).render(language)


def trend(store: Store, objective: Objective, run_id: str, runs: int = 20) -> Trend:
    """Compare a run with the runs before it."""
    return trends(store, [objective], run_id, runs)[objective.name]


def trends(store: Store, objectives: Sequence[Objective], run_id: str, runs: int = 20) -> dict[str, Trend]:
    """Compare a run with the runs before it, for many objectives in one question; by name."""
    return trends_in(series_by_run(store, objectives, run_id, runs), objectives, run_id)


ByRun = dict[str, dict[str, tuple[float, Series]]]
"""First minute and sums, by metric and run."""


def series_by_run(store: Store, objectives: Sequence[Objective], run_id: str, runs: int = 20) -> ByRun:
    """Sum up what the objectives measure in a run and in the runs before it."""
    return _by_run(store, {objective.metric for objective in objectives}, _runs_until(store, run_id, runs))


def trends_in(found: ByRun, objectives: Sequence[Objective], run_id: str) -> dict[str, Trend]:
    """Compare a run with the runs before it, in sums that were read already; by name."""
    return {objective.name: _trend(objective, run_id, found.get(objective.metric, {})) for objective in objectives}


def _trend(objective: Objective, run_id: str, series: dict[str, tuple[float, Series]]) -> Trend:
    order = sorted(series, key=lambda run: series[run][0])
    if run_id in order:
        order = order[: order.index(run_id) + 1]
    points = tuple(RunPoint(run, series[run][0], series[run][1].mean, series[run][1].n) for run in order)
    earlier = [series[run][1] for run in order if run != run_id]
    if run_id not in order or not earlier:
        return Trend(Direction.UNKNOWN, points)
    before = merged(earlier)
    latest = series[run_id][1]
    if min(latest.n, before.n) < objective.min_samples:
        return Trend(Direction.UNKNOWN, points)
    sign = differs((latest.mean, latest.deviation, latest.n), (before.mean, before.deviation, before.n))
    if sign == 0:
        return Trend(Direction.SAME, points)
    return Trend(Direction.BETTER if (sign > 0) == (objective.better is Better.HIGHER) else Direction.WORSE, points)


def budget(
    store: Store, objective: Objective, now: float, window: float, *, like: str | None = None
) -> ErrorBudget | None:
    """Calculate the error budget of a share over a time; None for means, which have no misses to count."""
    return budgets(store, [objective], now, window, like=like)[objective.name]


def budgets(
    store: Store, objectives: Sequence[Objective], now: float, window: float, *, like: str | None = None
) -> dict[str, ErrorBudget | None]:
    """Calculate the error budgets of many objectives in two questions; by name.

    Args:
        store: Where the samples are.
        objectives: What is demanded.
        now: Until when, in seconds since 1970.
        window: Seconds the budget reaches back.
        like: A run; runs of other suites, or against another environment, do not count. What suites miss that fail on
            purpose says nothing of the others.
    """
    lengths = [length for length, _ in WINDOWS if length <= window]
    spans = sorted({window, *lengths, *(length / SHORT for length in lengths)})
    sums = _windows(store, {objective.metric for objective in objectives}, now, spans, like)
    unknown = [objective.metric for objective in objectives if objective.kind is None]
    kinds = {name: series for name in unknown for name, series in read(store, metric=name, since=now - window).items()}
    return {
        objective.name: _budget(objective, sums.get(objective.metric), kinds.get(objective.metric), window)
        for objective in objectives
    }


def _budget(
    objective: Objective, sums: dict[float, tuple[float, float]] | None, whole: Series | None, window: float
) -> ErrorBudget | None:
    kind = objective.kind or (whole.kind if whole else MetricKind.MEAN)
    if sums is None or kind is MetricKind.MEAN:
        return None
    allowed = allowed_share(objective)
    burns = tuple(
        Burn(
            window=length,
            rate=_rate(objective, sums[length], allowed),
            short_rate=_rate(objective, sums[length / SHORT], allowed),
            threshold=reachable(threshold, allowed),
        )
        for length, threshold in WINDOWS
        if length <= window
    )
    weight, total = sums[window]
    return ErrorBudget(window, weight, _bad(objective, weight, total), allowed * weight, burns)


def allowed_share(objective: Objective) -> float:
    """Return the share of misses that an objective allows: 0.3 for a minimum of 70 %."""
    return 1 - objective.line if objective.better is Better.HIGHER else objective.line


def reachable(threshold: float, allowed: float) -> float:
    """Lower a burn rate threshold to half of what is possible at all, where it is out of reach."""
    return min(threshold, 0.5 / allowed) if allowed > 0 else threshold


def _bad(objective: Objective, weight: float, total: float) -> float:
    return weight - total if objective.better is Better.HIGHER else total


def _rate(objective: Objective, sums: tuple[float, float], allowed: float) -> float:
    weight, total = sums
    if not weight:
        return 0.0
    share = _bad(objective, weight, total) / weight
    return share / allowed if allowed > 0 else (math.inf if share else 0.0)


def _windows(
    store: Store, metrics: set[str], now: float, spans: Sequence[float], like: str | None
) -> dict[str, dict[float, tuple[float, float]]]:
    """Return weight and total of each metric over several times that all end now, in one question.

    Each minute is counted for the shortest time it belongs to; the longer ones are added up here.
    """
    c = rollup.c
    ordered = sorted(spans)
    starts = [now - span - (now - span) % 60 for span in ordered]
    shortest = case(*((c.minute >= start, index) for index, start in enumerate(starts)), else_=-1)
    statement = (
        select(c.name, shortest.label("span"), func.sum(c.weight).label("weight"), func.sum(c.total).label("total"))
        .where(c.name.in_(metrics), c.minute >= starts[-1], c.minute < now)
        .group_by(c.name, shortest)
    )
    if like is not None:
        statement = statement.where(c.run_id.not_in(_unlike(like)))
    parts: dict[str, dict[int, tuple[float, float]]] = {}
    for row in store.query(statement):
        parts.setdefault(row["name"], {})[row["span"]] = (row["weight"], row["total"])
    found: dict[str, dict[float, tuple[float, float]]] = {}
    for name, counted in parts.items():
        weight = total = 0.0
        found[name] = {}
        for index, span in enumerate(ordered):
            more = counted.get(index, (0.0, 0.0))
            weight, total = weight + more[0], total + more[1]
            found[name][span] = (weight, total)
    return found


def _runs_until(store: Store, run_id: str, runs: int) -> list[str]:
    """Return the ids of the runs that started before a run, the latest ones, and its own."""
    c = run_table.c
    started = select(c.started_at).where(c.id == run_id).scalar_subquery()
    statement = (
        select(c.id)
        .where(c.started_at < started, c.id.not_in(_unlike(run_id)))
        .order_by(c.started_at.desc())
        .limit(runs - 1)
    )
    return [*(row["id"] for row in store.query(statement)), run_id]


def _unlike(run_id: str) -> Any:
    """Return the runs of other suites, or against another environment, than a run."""
    c = run_table.c
    traits = [func.coalesce(column, "") for column in (c.name, c.environment)]
    own = [select(trait).where(c.id == run_id).scalar_subquery() for trait in traits]
    return select(c.id).where(or_(*(trait != mine for trait, mine in zip(traits, own, strict=True))))


def _by_run(store: Store, metrics: set[str], runs: Sequence[str]) -> ByRun:
    """Sum up metrics by run: first minute and sums, by metric and run."""
    c = rollup.c
    sums = [func.sum(c[name]).label(name) for name in ("weight", "total", "weights", "cross", "squares", "cubes")]
    statement = (
        select(
            c.run_id,
            c.name,
            func.min(c.minute).label("first"),
            func.sum(c.n).label("n"),
            func.max(c.unit).label("unit"),
            func.min(c.least).label("least"),
            func.max(c.greatest).label("greatest"),
            *sums,
        )
        .where(c.run_id.in_(runs), c.name.in_(metrics))
        .group_by(c.run_id, c.name)
    )
    found: ByRun = {}
    for row in store.query(statement):
        run_id, first = row.pop("run_id"), row.pop("first")
        series = Series(**{**row, "n": int(row["n"]), "unit": row["unit"] or "1"})
        found.setdefault(row["name"], {})[run_id] = (float(first), series)
    return found
