"""Which runs are going on, which are over, and which were killed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, not_, or_, select

from AIGCLibrary.store import tables
from AIGCLibrary.store.store import Store

QUIET = 3600.0
"""Seconds without a sign of life after which a run that noted its end is over: of several processes the first that ends
notes it already, so the note alone proves nothing."""
LOST = 86400.0
"""Seconds without a sign of life after which data of a run that has no recorded end may be removed."""
BEAT = 60.0
"""Seconds between two signs of life of a process."""
SILENT = 3 * BEAT
"""Seconds without a sign of life after which a run that has no recorded end counts as abandoned: its processes were
killed, or the store was unavailable to them at the end."""


def in_progress(store: Store, now: float) -> list[str]:
    """Return the runs that are going on, or may be.

    Args:
        store: The store.
        now: Seconds since 1970.
    """
    c = tables.run.c
    going = or_(_alive(now - QUIET), c.finished_at.is_(None) & _alive(now - LOST))
    return [str(row["id"]) for row in store.query(select(c.id).where(going))]


def ended(store: Store, ids: Sequence[str], now: float) -> set[str]:
    """Return the runs that noted their end: of several processes the first that ends notes it, while others go on.

    Args:
        store: The store.
        ids: Runs to look at.
        now: Seconds since 1970.
    """
    finished = tables.run.c.finished_at
    # Clocks of machines differ, so a little later than the noted end is no sign of one that goes on for ever.
    over = or_(not_(_acted(finished + 1)), not_(_acted(finished + SILENT)) & not_(_acted(now - SILENT)))
    return _those(store, ids, finished.is_not(None), over)


def abandoned(store: Store, ids: Sequence[str], now: float) -> set[str]:
    """Return the runs that have no recorded end and show no sign of life any more.

    A run of an older version notes no signs of life; it counts as abandoned after an hour in which nothing happened.

    Args:
        store: The store.
        ids: Runs to look at.
        now: Seconds since 1970.
    """
    seen = tables.run.c.seen_at
    silent = _those(store, ids, or_(seen < now - SILENT, seen.is_(None) & not_(_alive(now - QUIET))))
    return silent - ended(store, sorted(silent), now)


def _those(store: Store, ids: Sequence[str], *conditions: Any) -> set[str]:
    c = tables.run.c
    return {str(row["id"]) for row in store.query(select(c.id).where(c.id.in_(ids), *conditions))}


def _acted(since: Any) -> Any:
    """Return whether a process of a run noted a sign of life, a test or a task after a time."""
    c, test, task = tables.run.c, tables.test_result.c, tables.task.c
    signs = ((test.run_id, test.at > since), (task.run_id, task.updated_at > since))
    exist = (select(1).where(run_id == c.id, later).correlate(tables.run).exists() for run_id, later in signs)
    return or_(func.coalesce(c.seen_at, 0.0) > since, *exist)


def _alive(since: float) -> Any:
    """Return whether a run did anything after a time."""
    run, minute = tables.run.c, tables.rollup.c
    signs = (
        (minute.run_id, minute.minute >= since - 60),
        (tables.test_result.c.run_id, tables.test_result.c.at > since),
        (tables.task.c.run_id, tables.task.c.updated_at > since),
    )
    return or_(
        *(func.coalesce(at, 0.0) > since for at in (run.started_at, run.finished_at, run.seen_at)),
        *(select(1).where(run_id == run.id, late).correlate(tables.run).exists() for run_id, late in signs),
    )
