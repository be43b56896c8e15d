"""Objectives from plain Python: samples in, verdict out; no store, no run, no Robot Framework.

- `objective`: one objective from numbers, checked as slo.yaml is; `built_in` and `load_objectives` return whole sets
- `judge_values`, `judge_counts`: the verdict of samples, with interval and reason
- `Watch`: looks after every sample and says when the objective is broken, with at most 1 % false alarms a run

Example:
    ```python
    from AIGCLibrary.monitoring.api import Watch, judge_counts, objective

    hits = objective("locator.gold_hit_rate", min=0.7, target=0.85)
    judge_counts(hits, good=3, n=4).verdict          # Verdict.UNPROVEN: 30 … 95 %
    judge_counts(hits, good=28, n=70).verdict        # Verdict.BREACH: 29 … 52 %

    watch = Watch(hits)
    for hit in stream:
        if watch.add(hit):
            alarm()
    ```
"""

from collections.abc import Iterable
from typing import Any

from AIGCLibrary.monitoring.catalogue import MetricKind
from AIGCLibrary.monitoring.live import SequentialTest
from AIGCLibrary.monitoring.objectives import Better, Gate, Objective, Objectives, built_in, from_data, load_objectives
from AIGCLibrary.monitoring.series import Series, series_of
from AIGCLibrary.monitoring.stats import Interval, mean_interval, wilson
from AIGCLibrary.monitoring.units import to_base
from AIGCLibrary.monitoring.verdict import Status, Verdict, judge

__all__ = [
    "Better",
    "Gate",
    "Interval",
    "Objective",
    "Objectives",
    "Status",
    "Verdict",
    "Watch",
    "built_in",
    "judge_counts",
    "judge_values",
    "load_objectives",
    "mean_interval",
    "objective",
    "wilson",
]


def objective(name: str, **given: Any) -> Objective:
    """Make an objective, checked as an entry of slo.yaml is.

    Args:
        name: `<group>.<name>`. A name that is measured by itself, such as `async_task.avg_wait_time`, brings its unit.
        given: What an entry of slo.yaml may say: `min`, `max`, `target`, `unit`, `better`, `min_samples`,
            `confidence`, `gate`, `description`. Times and sizes may be texts such as `"300 ms"`.

    Raises:
        ConfigError: It asks for what cannot be, for example a target outside of its limits.
    """
    group, _, own = name.rpartition(".")
    (made,) = from_data({"slo": {group or "own": {own: given}}}).items.values()
    return made


def judge_values(wanted: Objective, values: Iterable[float | str], weights: Iterable[float] | None = None) -> Status:
    """Judge single values: zeros and ones for a share, else times, sizes, or parts with the weight of their wholes.

    Args:
        wanted: What is demanded.
        values: Numbers in base units (seconds, bytes, shares), or texts with a unit.
        weights: What each value counts for, in a ratio of sums.
    """
    numbers = [to_base(value, wanted.unit) if isinstance(value, str) else float(value) for value in values]
    series = series_of(wanted.metric, numbers, weights, unit=wanted.unit)
    beyond = None
    if (wanted.kind or series.kind) is MetricKind.MEAN:
        up = wanted.better is Better.HIGHER
        beyond = sum(value < wanted.line if up else value > wanted.line for value in numbers)
    return judge(wanted, series, beyond)


def judge_counts(wanted: Objective, good: int, n: int) -> Status:
    """Judge a share by counts: `good` of `n`, where good means a hit if it must be high, and a miss if it must be low.

    Raises:
        ValueError: `good` does not lie between 0 and `n`.
    """
    if not 0 <= good <= n:
        raise ValueError(f"good={good} of n={n} is impossible: it must be between 0 and {n}.")
    ones = good if wanted.better is Better.HIGHER else n - good
    return judge(wanted, Series(wanted.metric, n=n, weight=n, total=ones, weights=n, cross=ones, squares=ones,
                                cubes=ones, least=float(ones == n), greatest=float(ones > 0)))  # fmt: skip


class Watch:
    """Follows one objective sample by sample, as the live monitor does.

    The test behind it may be looked at after every sample: for a system that is just good enough, at most 1 % of all
    runs ever alarm, however long they are.

    Args:
        wanted: What is demanded.
    """

    def __init__(self, wanted: Objective) -> None:
        self._test = SequentialTest(wanted)

    def add(self, *values: float) -> bool:
        """Take in samples in base units; returns whether the objective is proven broken by now."""
        self._test.add(values)
        return self.broken

    @property
    def broken(self) -> bool:
        """Whether the objective is proven broken."""
        return self._test.finding.broken

    @property
    def n(self) -> int:
        """Samples taken in."""
        return self._test.finding.n

    @property
    def strength(self) -> float:
        """Evidence against the objective; it alarms at 100, which stands for a chance of 1 % of a false alarm."""
        return self._test.finding.strength
