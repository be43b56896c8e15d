"""Reads what two runs have in common: the same test, and in it the same order, lookup or file, one by one."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import last_results, within
from AIGCLibrary.store.tables import file_report, sample, task, test_result

Key = tuple[Hashable, ...]
"""Test, what it did, and the how manieth time."""
Outcomes = dict[str, dict[Key, float]]
"""By measure: 1 or 0 for shares, the logarithm of a time or cost otherwise; in the order in which they happened."""

SHARES = ("tests", "tasks", "accepted", "files", "gold")
"""Measures of shares: passed tests, completed tasks, tasks not refused, accepted files, targets found by gold."""
AMOUNTS = ("task_time", "cost", "test_time")
"""Measures of times and costs, compared as ratios."""
MEASURES = ("tasks", "tests", "accepted", "files", "gold", "task_time", "cost", "test_time")
LINES = {"task_time": math.log(1.10), "test_time": math.log(1.10), "cost": math.log(1.01)}
"""Ratio up to which a time or cost is not worse, as a logarithm: 10 % for times, 1 % for costs."""

_ENDED = ("completed", "failed")
_REFUSED = "moderation"


def outcomes(store: Store, run_id: str) -> Outcomes:
    """Return what happened in a run, by measure and by thing."""
    found: Outcomes = {name: {} for name in MEASURES}
    _tests(store, run_id, found)
    _tasks(store, run_id, found)
    f, s = file_report.c, sample.c
    rows = store.query(select(f.test, f.success).where(within(store, f.run_id, run_id)).order_by(f.at, f.id))
    found["files"] = {key: float(bool(row["success"])) for key, row in _numbered(rows, "test")}
    lookups = store.query(
        select(s.test, s.labels)
        .where(within(store, s.run_id, run_id), s.name == "locator.locate_time")
        .order_by(s.at, s.id)
    )
    named = [
        {**row, "target": (row["labels"] or {}).get("target"), "tier": (row["labels"] or {}).get("tier")}
        for row in lookups
    ]
    found["gold"] = {key: float(row["tier"] == "gold") for key, row in _numbered(named, "test", "target")}
    return found


def _tests(store: Store, run_id: str, found: Outcomes) -> None:
    c = test_result.c
    rows = store.query(
        select(c.suite, c.test, c.status, c.elapsed).where(last_results(store, run_id)).order_by(c.at, c.id)
    )
    for key, row in _numbered(rows, "suite", "test"):
        if row["status"] in ("PASS", "FAIL"):
            found["tests"][key] = float(row["status"] == "PASS")
        if row["status"] == "PASS" and row["elapsed"]:
            found["test_time"][key] = math.log(row["elapsed"])


def _tasks(store: Store, run_id: str, found: Outcomes) -> None:
    """Take tasks that the product ended; what was cancelled or given up says nothing of how they end."""
    c = task.c
    rows = store.query(
        select(c.test, c.kind, c.provider, c.state, c.error_class, c.duration, c.cost, c.cost_unit)
        .where(within(store, c.run_id, run_id))
        .order_by(c.submitted_at, c.handle)
    )
    for key, row in _numbered(rows, "test", "provider", "kind"):
        if row["state"] in _ENDED:
            found["tasks"][key] = float(row["state"] == "completed")
            found["accepted"][key] = float(row["error_class"] != _REFUSED)
        if row["state"] == "completed" and row["duration"]:
            found["task_time"][key] = math.log(row["duration"])
        if row["cost"]:
            found["cost"][(*key, row["cost_unit"])] = math.log(row["cost"])


def _numbered(rows: Iterable[Mapping[str, Any]], *names: str) -> Iterable[tuple[Key, Mapping[str, Any]]]:
    """Name each row by some of its columns and by how many of that name came before it."""
    seen: Counter[Key] = Counter()
    for row in rows:
        name: Key = tuple(row[column] for column in names)
        yield (*name, seen[name]), row
        seen[name] += 1
