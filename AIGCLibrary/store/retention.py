"""Old runs lose their single values by themselves; their sums stay, so trends and budgets know them for ever.

At most once a day one process of all, at the end of its run, takes the runs that are older than the retention and not
among the newest ones. It works in small steps and stops after a moment; what is left is taken the next time.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, select, text, update

from AIGCLibrary.store import tables
from AIGCLibrary.store.lease import acquire, release
from AIGCLibrary.store.running import in_progress
from AIGCLibrary.store.store import Store

NEWEST = 20
"""Runs that are kept whole whatever their age: a project that runs once a month still sees its last ones."""
EVERY = 86400.0
MOMENT = 0.5
"""Seconds the end of a run may take longer for it."""
CHUNK = 2000
LEASE = "retention"

_SUMS = ("n", "weight", "total", "weights", "cross", "squares", "cubes")
_WHOLE = (
    tables.sample,
    tables.test_result,
    tables.target_hit,
    tables.task,
    tables.budget,
    tables.file_report,
    tables.picture,
    tables.suggestion,
    tables.recovery,
    tables.escalation,
    tables.alert,
    tables.download,
)
"""Tables a run leaves altogether. What was prepared and not removed again stays, and so do fingerprints."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was done.

    Args:
        runs: Runs that are down to their sums now.
        rows: Rows removed.
        finished: Nothing that is old enough is left.
    """

    runs: int
    rows: int
    finished: bool


def tidy(
    store: Store,
    keep: float,
    now: float,
    owner: str,
    *,
    seconds: float | None = None,
    timer: Callable[[], float] = time.monotonic,
) -> Tidied | None:
    """Remove what is too old, if it is time for it and no other process does it.

    Args:
        store: The store.
        keep: Seconds for which runs are kept whole.
        now: Seconds since 1970.
        owner: Name of this process.
        seconds: Longest time it may take, half a second when not given; a step that was begun is ended.
        timer: Time that passes.

    Returns:
        What was done; None when it was not the time for it.
    """
    old_runs = _old_runs(now - keep, in_progress(store, now))
    due = store.query(old_runs.limit(1))
    if not due or not acquire(store, LEASE, owner, now, EVERY):
        return None
    deadline = timer() + (MOMENT if seconds is None else seconds)
    runs = rows = 0
    finished = True
    with store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA busy_timeout=200"))
            connection.commit()
        for run_id in connection.execute(old_runs).scalars().all():
            removed, done = _reduce(connection, run_id, now, lambda: timer() < deadline)
            rows += removed
            if not done:
                finished = False
                break
            runs += 1
    if not finished:
        release(store, LEASE, owner)
    return Tidied(runs, rows, finished)


def _old_runs(before: float, going: list[str]) -> Any:
    c = tables.run.c
    newest = select(c.id).order_by(c.started_at.desc()).limit(NEWEST)
    old = (c.started_at < before, c.pruned_at.is_(None), c.id.not_in(newest), c.id.not_in(going))
    return select(c.id).where(*old).order_by(c.started_at)


def _reduce(connection: Connection, run_id: str, now: float, time_left: Callable[[], bool]) -> tuple[int, bool]:
    """Remove the rows of a run, a few at a time; says how many, and whether that was all."""
    removed = 0
    for table, keys, of_run in _parts(run_id):
        while True:
            if not time_left():
                return removed, False
            found = connection.execute(select(keys[0]).where(of_run).limit(CHUNK)).scalars().all()
            if not found:
                connection.rollback()
                break
            connection.execute(delete(table).where(keys[0].in_(found)))
            connection.commit()
            removed += len(found)
    _sum_up(connection, run_id)
    connection.execute(update(tables.run).where(tables.run.c.id == run_id).values(pruned_at=now))
    connection.commit()
    return removed, True


def _parts(run_id: str) -> Sequence[tuple[Table, list["Column[Any]"], Any]]:
    """Return tables with a column that names their rows, and which rows; what hangs on others goes first."""
    tasks = select(tables.task.c.handle).where(tables.task.c.run_id == run_id)
    reports = select(tables.file_report.c.id).where(tables.file_report.c.run_id == run_id)
    records, prepared = tables.data_record, tables.preparation
    return [
        (tables.transition, [tables.transition.c.id], tables.transition.c.task.in_(tasks)),
        (tables.finding, [tables.finding.c.id], tables.finding.c.report.in_(reports)),
        *((table, list(table.primary_key.columns), table.c.run_id == run_id) for table in _WHOLE),
        (records, [records.c.id], (records.c.run_id == run_id) & (records.c.state == "removed")),
        (prepared, [prepared.c.id], (prepared.c.run_id == run_id) & (prepared.c.state == "removed")),
    ]


def _sum_up(connection: Connection, run_id: str) -> None:
    """Make one row a metric of the sums by minute."""
    c = tables.rollup.c
    statement = (
        select(
            c.name,
            func.min(c.minute).label("minute"),
            func.max(c.unit).label("unit"),
            *(func.sum(c[name]).label(name) for name in _SUMS),
            func.min(c.least).label("least"),
            func.max(c.greatest).label("greatest"),
        )
        .where(c.run_id == run_id)
        .group_by(c.name)
    )
    whole = [{**row, "run_id": run_id, "n": int(row["n"])} for row in connection.execute(statement).mappings()]
    if whole:
        connection.execute(delete(tables.rollup).where(c.run_id == run_id))
        connection.execute(insert(tables.rollup), whole)
