"""How long suites will probably take: the sum over their tests of the median time of each."""

import heapq
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.monitoring.compare.choose import earlier_runs
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import last_results
from AIGCLibrary.store.tables import test_result

RUNS = 10
"""Runs looked back."""


@dataclass(frozen=True, slots=True)
class SuiteTime:
    """A suite.

    Args:
        suite: Its full name.
        seconds: What it will probably take.
        runs: In how many runs its tests were measured, at most.
    """

    suite: str
    seconds: float
    runs: int


def predicted(store: Store, run_id: str) -> list[SuiteTime]:
    """Return the suites of a run, the longest first.

    Args:
        store: Where the runs are.
        run_id: The run; earlier ones of the same suites add to what is known of each test.
    """
    try:
        runs = [run_id, *earlier_runs(store, run_id, f"last {RUNS - 1}")]
    except ConfigError:
        runs = [run_id]
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    c = test_result.c
    for run in runs:
        for row in store.query(select(c.suite, c.test, c.elapsed).where(last_results(store, run), c.status != "SKIP")):
            if run == run_id or row["test"] in times.get(row["suite"], {}):
                times[row["suite"]][row["test"]].append(row["elapsed"] or 0.0)
    found = [
        SuiteTime(suite, sum(map(statistics.median, tests.values())), max(map(len, tests.values())))
        for suite, tests in times.items()
    ]
    return sorted(found, key=lambda suite_time: (-suite_time.seconds, suite_time.suite))


def total(suites: Sequence[SuiteTime], processes: int) -> float:
    """Return the seconds that processes need together when each takes the next suite as soon as it is free."""
    free = [0.0] * max(processes, 1)
    for suite in suites:
        heapq.heappush(free, heapq.heappop(free) + suite.seconds)
    return max(free)
