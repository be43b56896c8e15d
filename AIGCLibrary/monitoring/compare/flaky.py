"""Flaky tests by their history: those that pass and fail in turns, as opposed to those that broke and were fixed."""

import math
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.monitoring.compare.choose import earlier_runs
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import last_results
from AIGCLibrary.store.tables import test_result

RUNS = 20
"""Runs looked back."""
_SECOND_BREAK = 0.1  # how probable it is beforehand that a test breaks and is fixed twice within the runs looked at


@dataclass(frozen=True, slots=True)
class FlakyTest:
    """A test that passed and failed.

    Args:
        test: Full name.
        results: Results, the oldest first; True is passed.
        certainty: Probability that it is flaky, rather than broken for a while and fixed.
    """

    test: str
    results: tuple[bool, ...]
    certainty: float


def flaky_tests(store: Store, run_id: str, least: float = 0.5) -> list[FlakyTest]:
    """Return the tests that are probably flaky, the surest first.

    Args:
        store: Where the runs are.
        run_id: The run up to which is looked, with those of the same suites before it.
        least: Least probability of a test that is listed.
    """
    try:
        runs = [*reversed(earlier_runs(store, run_id, f"last {RUNS - 1}")), run_id]
    except ConfigError:
        return []
    history: dict[str, list[bool]] = {}
    c = test_result.c
    for run in runs:
        for row in store.query(
            select(c.test, c.status).where(last_results(store, run), c.status.in_(("PASS", "FAIL")))
        ):
            history.setdefault(str(row["test"]), []).append(row["status"] == "PASS")
    found = [FlakyTest(test, tuple(results), certainty(results)) for test, results in history.items()]
    return sorted(
        (flaky_test for flaky_test in found if flaky_test.certainty >= least),
        key=lambda flaky_test: (-flaky_test.certainty, flaky_test.test),
    )


def certainty(results: "list[bool] | tuple[bool, ...]") -> float:
    """Return how probable it is that a test is flaky.

    Two explanations are weighed (Bayes, equal before): it fails with an unknown but constant probability in each run;
    or it was broken during one span of runs, rarely two, and passed in all others.
    """
    n, failed = len(results), results.count(False)
    if not failed or failed == n:
        return 0.0
    flaky = 1 / ((n + 1) * math.comb(n, failed))
    spans = (not results[0]) + sum(before and not now for before, now in pairwise(results))
    if spans == 1:
        broken = (1 - _SECOND_BREAK) / math.comb(n + 1, 2)
    else:
        broken = _SECOND_BREAK / math.comb(n + 1, 4) if spans == 2 and n >= 3 else 0.0
    return flaky / (flaky + broken)
