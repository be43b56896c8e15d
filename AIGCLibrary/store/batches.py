"""Executes batches of writes, and answers who waits for them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Insert, Table

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
    """Make inserts into a table with the same columns one statement, also where those into other tables are between.

    Statements of another kind, and what is waited for, keep their place among all others.
    """
    joined: list[Write] = []
    last: dict[Table, tuple[Write, Write]] = {}  # of each table, what was joined last and its first write
    for write in batch:
        if not write.rows or write.done is not None or not isinstance(write.statement, Insert):
            if write.rows != []:
                last.clear()
            joined.append(write)
            continue
        table = write.statement.table
        before = last.get(table) if isinstance(table, Table) else None
        if before and before[0].rows is not None and _is_alike(before[1], write):
            before[0].rows.extend(write.rows)
            continue
        copy = Write(write.statement, list(write.rows))
        joined.append(copy)
        if isinstance(table, Table):
            last[table] = (copy, write)
    return joined


def _is_alike(write: Write, other: Write) -> bool:
    """Return whether two inserts into a table may be one statement: the same upsert, or plain ones."""
    plain = not hasattr(other.statement, "on_conflict_do_update")
    same = other.statement is write.statement or (plain and not hasattr(write.statement, "on_conflict_do_update"))
    return same and bool(write.rows and other.rows and write.rows[0].keys() == other.rows[0].keys())


def _adds_samples(write: Write) -> bool:
    return bool(write.rows) and getattr(write.statement, "table", None) is tables.sample


def _run(connection: Connection, write: Write) -> tuple[Write, int]:
    if write.rows is not None and not write.rows:
        return write, 0
    # Without being asked, SQLAlchemy counts no inserted rows on PostgreSQL, and a lease taken would count as refused.
    counting = {"preserve_rowcount": True} if write.done else {}
    result = connection.execute(write.statement, write.rows, execution_options=counting)
    return write, max(result.rowcount, 0)
