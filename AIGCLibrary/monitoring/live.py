"""Live evidence: takes the samples in as they come, and says when an objective is broken, however often it is asked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from AIGCLibrary.monitoring.catalogue import MetricKind
from AIGCLibrary.monitoring.objectives import Better, Objective
from AIGCLibrary.monitoring.series import Series, merged, series_of
from AIGCLibrary.monitoring.stats import Evidence, mean_interval
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import sample

ALPHA = 0.01
"""Highest chance of a false alarm over a whole run, with a system that is just good enough."""
STRICT = 0.999
"""Confidence asked of a mean that must be high: nothing bounds its values, so no sequential test can be made."""
CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class LiveVerdict:
    """What the live evidence says of an objective.

    Args:
        broken: It is proven broken.
        n: Samples taken in.
        strength: Evidence against it; 100 stands for a chance of 1 % that it is a false alarm.
    """

    broken: bool
    n: int
    strength: float


class SequentialTest:
    """Takes in samples of one objective, and may be looked at after every one of them.

    A mean that must be high and has no bound does not allow such a test: there a very strict interval decides.

    Args:
        objective: What is demanded.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._up = objective.better is Better.HIGHER
        self._evidence = Evidence(_allowed(objective))
        self._series = Series(objective.metric)
        self._unbounded = objective.kind in (None, MetricKind.MEAN) and self._up and objective.unit != "1"

    def add(self, values: Sequence[float]) -> None:
        """Take in samples, in base units."""
        if self._unbounded:
            self._series = merged([self._series, series_of(self._objective.metric, values)])
        else:
            self._evidence.add(1 - value if self._up else value for value in values)

    @property
    def finding(self) -> LiveVerdict:
        """What can be said by now."""
        objective, series = self._objective, self._series
        if not self._unbounded:
            n, wealth = self._evidence.n, self._evidence.wealth
            return LiveVerdict(wealth >= 1 / ALPHA and n >= objective.min_samples, n, wealth)
        if series.n < max(objective.min_samples, 2):
            return LiveVerdict(False, series.n, 1.0)
        found = mean_interval(series.mean, series.deviation, series.skew, series.n, STRICT)
        broken = found.high < objective.line
        return LiveVerdict(broken, series.n, 1 / (1 - STRICT) if broken else 1.0)


class LiveEvidence:
    """Follows one objective through one run in the store.

    Args:
        objective: What is demanded.
        run_id: The run.
    """

    def __init__(self, objective: Objective, run_id: str) -> None:
        self.objective = objective
        self._run_id = run_id
        self._seen = 0
        self._test = SequentialTest(objective)

    def look(self, store: Store) -> LiveVerdict:
        """Take in what is new, and judge."""
        while rows := store.query(self._new()):
            self._seen = rows[-1]["id"]
            self._test.add([row["value"] for row in rows])
        return self._test.finding

    def _new(self) -> Select[tuple[int, float]]:
        c = sample.c
        return (
            select(c.id, c.value)
            .where(c.run_id == self._run_id, c.name == self.objective.metric, c.id > self._seen)
            .order_by(c.id)
            .limit(CHUNK)
        )


def _allowed(objective: Objective) -> float:
    """Return the mean that the misses may have: the share of misses, or the limit of a time."""
    line = 1 - objective.line if objective.better is Better.HIGHER else objective.line
    return line if math.isfinite(line) and line > 0 else 1e-9
