"""Which runs may still be going on, so that nothing of them is removed."""

from typing import Any

from sqlalchemy import or_, select

from AIGCLibrary.store import tables
from AIGCLibrary.store.store import Store

QUIET = 3600.0
"""Seconds without a sign of life after which a run that noted its end is over: of several processes the first that ends
notes it already, so the note alone does not tell."""
LOST = 86400.0
"""Seconds without a sign of life after which a run that noted no end is taken for killed."""


def in_progress(store: Store, now: float) -> list[str]:
    """Return the runs that are going on, or may be.

    Args:
        store: The store.
        now: Seconds since 1970.
    """
    c = tables.run.c
    going = or_(_alive(now - QUIET), c.finished_at.is_(None) & _alive(now - LOST))
    return [str(row["id"]) for row in store.query(select(c.id).where(going))]


def _alive(since: float) -> Any:
    """Return whether a run did anything after a time."""
    run, minute = tables.run.c, tables.rollup.c
    signs = (
        (minute.run_id, minute.minute >= since - 60),
        (tables.test_result.c.run_id, tables.test_result.c.at > since),
        (tables.task.c.run_id, tables.task.c.updated_at > since),
    )
    return or_(
        run.started_at > since,
        run.finished_at > since,
        *(select(1).where(run_id == run.id, late).correlate(tables.run).exists() for run_id, late in signs),
    )
