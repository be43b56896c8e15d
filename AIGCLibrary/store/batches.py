"""Executes batches of writes, and answers who waits for them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from AIGCLibrary.store import rollup, tables
from AIGCLibrary.store.write import Write


def execute(connection: Connection, batch: Sequence[Write]) -> list[tuple[Write, int]]:
    """Execute a batch with the sums by minute; returns how many rows each write touched."""
    results = [_run(connection, write) for write in _joined(batch)]
    rollup.add(connection, (row for write in batch if _adds_samples(write) for row in write.rows or ()))
    return results


def answer(results: list[tuple[Write, int]]) -> None:
    """Answer who waits for writes that were executed."""
    for write, count in results:
        if write.done and not write.done.done():
            write.done.set_result(count)


def fail(batch: Sequence[Write], error: Exception) -> None:
    """Raise an error where a write of the batch is waited for."""
    for write in batch:
        if write.done and not write.done.done():
            write.done.set_exception(error)


def count(batch: Iterable[Write]) -> int:
    """Return the rows of a batch; a statement without rows counts as one."""
    return sum(1 if write.rows is None else len(write.rows) for write in batch)


def _joined(batch: Sequence[Write]) -> Iterable[Write]:
    """Make neighbouring inserts into the same table with the same columns one statement."""
    joined: list[Write] = []
    for write in batch:
        previous = joined[-1] if joined else None
        if (
            previous
            and write.rows
            and previous.rows
            and previous.done is None
            and write.done is None
            and write.statement.is_insert
            and previous.statement.is_insert
            and (
                write.statement is previous.statement  # the same upsert
                or (
                    not hasattr(write.statement, "on_conflict_do_update")
                    and write.statement.table is previous.statement.table  # type: ignore[attr-defined]
                )
            )
            and write.rows[0].keys() == previous.rows[0].keys()
        ):
            previous.rows.extend(write.rows)
        else:
            joined.append(Write(write.statement, list(write.rows) if write.rows is not None else None, write.done))
    return joined


def _adds_samples(write: Write) -> bool:
    return bool(write.rows) and getattr(write.statement, "table", None) is tables.sample


def _run(connection: Connection, write: Write) -> tuple[Write, int]:
    if write.rows is not None and not write.rows:
        return write, 0
    # Without being asked, SQLAlchemy counts no inserted rows on PostgreSQL, and a lease taken would count as refused.
    counting = {"preserve_rowcount": True} if write.done else {}
    result = connection.execute(write.statement, write.rows, execution_options=counting)
    return write, max(result.rowcount, 0)
