"""Live evidence: takes the samples in as they come, and says when an objective is broken, however often it is asked."""

import math
from dataclasses import dataclass

from sqlalchemy import Select, select

from AIGCLibrary.monitoring.catalogue import Kind
from AIGCLibrary.monitoring.objectives import Better, Objective
from AIGCLibrary.monitoring.series import read
from AIGCLibrary.monitoring.stats import Evidence, mean_interval
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import sample

ALPHA = 0.01
"""Highest chance of a false alarm over a whole run, with a system that is just good enough."""
STRICT = 0.999
"""Confidence asked of a mean that must be high: nothing bounds its values, so no sequential test can be made."""
CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What the live evidence says of an objective.

    Args:
        broken: It is proven broken.
        n: Samples taken in.
        strength: Evidence against it; 100 stands for a chance of 1 % that it is a false alarm.
    """

    broken: bool
    n: int
    strength: float


class LiveEvidence:
    """Follows one objective through one run.

    Args:
        objective: What is demanded.
        run_id: The run.
    """

    def __init__(self, objective: Objective, run_id: str) -> None:
        self.objective = objective
        self._run_id = run_id
        self._seen = 0
        self._evidence = Evidence(_allowed(objective))

    def look(self, store: Store) -> Finding:
        """Take in what is new, and judge."""
        objective = self.objective
        if objective.kind in (None, Kind.MEAN) and objective.better is Better.HIGHER and objective.unit != "1":
            return self._strict(store)
        up = objective.better is Better.HIGHER
        while rows := store.query(self._new()):
            self._seen = rows[-1]["id"]
            self._evidence.add(1 - row["value"] if up else row["value"] for row in rows)
        wealth = self._evidence.wealth
        n = self._evidence.n
        return Finding(wealth >= 1 / ALPHA and n >= objective.min_samples, n, wealth)

    def _new(self) -> Select[tuple[int, float]]:
        c = sample.c
        return (
            select(c.id, c.value)
            .where(c.run_id == self._run_id, c.name == self.objective.metric, c.id > self._seen)
            .order_by(c.id)
            .limit(CHUNK)
        )

    def _strict(self, store: Store) -> Finding:
        series = read(store, run_id=self._run_id, metric=self.objective.metric).get(self.objective.metric)
        if series is None or series.n < self.objective.min_samples:
            return Finding(False, series.n if series else 0, 1.0)
        found = mean_interval(series.mean, series.deviation, series.skew, series.n, STRICT)
        broken = found.high < self.objective.line
        return Finding(broken, series.n, 1 / (1 - STRICT) if broken else 1.0)


def _allowed(objective: Objective) -> float:
    """Give the mean that the misses may have: the share of misses, or the limit of a time."""
    line = 1 - objective.line if objective.better is Better.HIGHER else objective.line
    return line if math.isfinite(line) and line > 0 else 1e-9
