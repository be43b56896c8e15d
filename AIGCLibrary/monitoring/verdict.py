"""From samples and an objective to a verdict that knows how sure it is."""

from dataclasses import dataclass
from enum import StrEnum

from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.catalogue import MetricKind
from AIGCLibrary.monitoring.objectives import Better, Gate, Objective
from AIGCLibrary.monitoring.series import Series
from AIGCLibrary.monitoring.stats import Interval, all_good_needed, mean_interval, wilson


class Verdict(StrEnum):
    """What can be said of an objective; worst first where they are sorted by trouble."""

    BREACH = "breach"
    """The whole interval lies beyond the hard line."""
    AT_RISK = "at_risk"
    """The hard line holds, proven, but the target is missed."""
    UNPROVEN = "unproven"
    """Too few samples, or the interval crosses the line."""
    HEALTHY = "healthy"
    """The hard line holds, proven, and the target is reached."""


TROUBLE = list(Verdict)
MOST_NEEDED = 100_000
"""Samples beyond which an objective counts as not provable: the value lies at the line."""


@dataclass(frozen=True, slots=True)
class Status:
    """The verdict of one objective.

    Args:
        objective: What was demanded.
        verdict: What can be said.
        value: Mean, share or ratio in base units; None without samples.
        interval: Where the true value lies with the confidence of the objective; None without samples.
        n: How many samples.
        good: How many of them were good: hits, or values within the hard line. None for a weighted ratio.
        reason: Why the verdict is this one.
        needed: How many more samples would prove the objective if they are like those so far; None where it is decided,
            or where such samples would never prove it.
    """

    objective: Objective
    verdict: Verdict
    value: float | None
    interval: Interval | None
    n: int
    good: int | None
    reason: Text
    needed: int | None = None

    @property
    def fails_gate(self) -> bool:
        """Whether `SLO Should Be Met` fails on it."""
        gate = self.objective.gate
        if gate is Gate.NEVER:
            return False
        return self.verdict is Verdict.BREACH or (gate is Gate.UNPROVEN and self.verdict is Verdict.UNPROVEN)


def judge(objective: Objective, series: Series | None, beyond: int | None = None) -> Status:
    """Judge an objective by the samples of its metric.

    Args:
        objective: What is demanded.
        series: The sums of the samples; None when there are none.
        beyond: How many single values lie beyond the hard line, where values are times or sizes.
    """
    if series is None or not series.n:
        nothing = Text("monitoring.reason.no_data")
        return Status(objective, Verdict.UNPROVEN, None, None, 0, None, nothing, objective.min_samples)
    kind = objective.kind or series.kind
    interval = interval_of(objective, series, kind)
    verdict, reason = _verdict(objective, series, interval, kind)
    good = _good(objective, series, kind, beyond)
    needed = _needed(objective, series, kind) if verdict is Verdict.UNPROVEN else None
    return Status(objective, verdict, series.mean, interval, series.n, good, reason, needed)


def _needed(objective: Objective, series: Series, kind: MetricKind) -> int | None:
    """Return how many more samples like those so far bring the whole interval within the hard lines."""
    if not objective.allows(series.mean):
        return None

    def proven(n: int) -> bool:
        found = interval_of(objective, series.grown(n), kind)
        return n >= objective.min_samples and objective.allows(found.low) and objective.allows(found.high)

    enough = series.n + 1
    while not proven(enough):
        enough *= 2
        if enough > MOST_NEEDED:
            return None
    low = max(enough // 2, series.n)
    while enough - low > 1:
        middle = (low + enough) // 2
        low, enough = (low, middle) if proven(middle) else (middle, enough)
    return enough - series.n


def interval_of(objective: Objective, series: Series, kind: MetricKind) -> Interval:
    """Return the interval of the mean, share or ratio."""
    if kind is MetricKind.SHARE:
        return wilson(series.total, series.n, objective.confidence)
    found = mean_interval(series.mean, series.deviation, series.skew, series.n, objective.confidence)
    floor, ceiling = (0.0, 1.0) if kind is MetricKind.RATIO else (0.0 if series.least >= 0 else found.low, found.high)
    return Interval(max(found.low, floor), min(found.high, ceiling))


def _verdict(objective: Objective, series: Series, interval: Interval, kind: MetricKind) -> tuple[Verdict, Text]:
    if series.n < objective.min_samples:
        return Verdict.UNPROVEN, Text("monitoring.reason.few", n=series.n, needed=objective.min_samples)
    below = objective.least is not None and interval.high < objective.least
    above = objective.most is not None and interval.low > objective.most
    if below or above:
        return Verdict.BREACH, Text("monitoring.reason.breach")
    if objective.allows(interval.low) and objective.allows(interval.high):
        if objective.reaches_target(series.mean):
            return Verdict.HEALTHY, Text("monitoring.reason.healthy")
        return Verdict.AT_RISK, Text("monitoring.reason.below_target")
    return Verdict.UNPROVEN, _why_unproven(objective, series, kind)


def _why_unproven(objective: Objective, series: Series, kind: MetricKind) -> Text:
    if not objective.allows(series.mean):
        return Text("monitoring.reason.looks_bad")
    up = objective.better is Better.HIGHER
    if kind is MetricKind.SHARE and series.mean == (1.0 if up else 0.0):
        needed = all_good_needed(objective.line if up else 1 - objective.line, objective.confidence)
        return Text("monitoring.reason.all_good", needed=needed)
    return Text("monitoring.reason.crosses")


def _good(objective: Objective, series: Series, kind: MetricKind, beyond: int | None) -> int | None:
    if kind is MetricKind.SHARE:
        hits = round(series.total)
        return hits if objective.better is Better.HIGHER else series.n - hits
    return None if beyond is None else series.n - beyond
