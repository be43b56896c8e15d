"""Runs that continue one another: `--rerunfailed` repeats some tests of a run, and both are read as one.

Results of tests are those of the last part in which the test ran. Objectives judge the product by the samples of all
parts: a repetition does not undo what the first attempt measured.
"""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from AIGCLibrary.store.store import Store
from AIGCLibrary.store.tables import run, test_result

CONTINUES = "continues"
"""Label of a run that holds the id of the run it continues."""
MOST_PARTS = 20


def note(store: Store, run_id: str, earlier: str) -> None:
    """Keep that a run continues an earlier one; nothing where they are joined already."""
    if run_id in parts(store, earlier) or earlier in parts(store, run_id):
        return
    rows = store.query(select(run.c.labels).where(run.c.id == run_id))
    if rows:
        store.upsert(run, id=run_id, labels={**(rows[0]["labels"] or {}), CONTINUES: earlier})


def parts(store: Store, run_id: str) -> list[str]:
    """Return the ids of the runs that make up a run, the first one first and the run itself last."""
    found = [run_id]
    while len(found) < MOST_PARTS:
        rows = store.query(select(run.c.labels).where(run.c.id == found[0]))
        earlier = ((rows[0]["labels"] or {}) if rows else {}).get(CONTINUES)
        if not earlier or earlier in found:
            break
        found.insert(0, str(earlier))
    return found


def within(store: Store, column: Any, run_id: str) -> ColumnElement[bool]:
    """Return the condition that a row belongs to a run or to a run that it continues."""
    ids = parts(store, run_id)
    found: ColumnElement[bool] = column == run_id if len(ids) == 1 else column.in_(ids)
    return found


def last_results(store: Store, run_id: str) -> ColumnElement[bool]:
    """Return the condition that a row of `test_result` is the last result of its test in a run and its parts."""
    c = test_result.c
    ids = parts(store, run_id)
    if len(ids) == 1:
        return c.run_id == run_id
    return c.id.in_(select(func.max(c.id)).where(c.run_id.in_(ids)).group_by(c.suite, c.test))
