"""What a store holds, all of it as JSON lines, and getting rid of what is old."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Table, delete, func, inspect, or_, select, text

from AIGCLibrary.store import tables
from AIGCLibrary.store.running import in_progress
from AIGCLibrary.store.store import Store, cleaned, shown_url

_TIMES = {"run": "started_at", "task": "updated_at", "download": "updated_at", "alert": "updated_at"}
_KEPT = {"fingerprint", "lease", "run", "rollup", "data_record", "preparation", "sync_mark", "writer"}
"""Never removed by age: what heals locators, what is small, what still exists in the product."""
CHUNK = 1000
"""Rows held in memory at once."""


def info(store: Store) -> dict[str, Any]:
    """Describe what a store holds: rows by table, runs, times, size in bytes."""
    counts = {}
    for table in tables.metadata.sorted_tables:
        counts[table.name] = store.query(select(func.count().label("n")).select_from(table))[0]["n"]
    times = store.query(
        select(func.min(tables.sample.c.at).label("oldest"), func.max(tables.sample.c.at).label("newest"))
    )[0]
    return {
        "url": shown_url(store.url),
        "bytes": _size(store),
        "rows": counts,
        **times,
    }


def export(store: Store, run_id: str | None = None, clean: Callable[[str], str] = lambda text: text) -> Iterator[str]:
    """Return all rows, or those of a run, as JSON lines: `{"table": …, …columns}`, their texts through `clean`."""
    for table in tables.metadata.sorted_tables:
        if table.name in ("lease", "outbox", "writer"):
            continue  # of this machine and this moment, and channels hold secrets
        column = "id" if table.name == "run" else "run_id"
        if run_id is not None and column not in table.c:
            continue
        keys = list(table.primary_key.columns)
        statement = select(table).order_by(*keys)
        if run_id is not None:
            statement = statement.where(table.c[column] == run_id)
        store.flush()
        with store.engine.connect().execution_options(yield_per=CHUNK) as connection:
            for row in connection.execute(statement).mappings():
                yield json.dumps({"table": table.name, **cleaned(dict(row), clean)}, ensure_ascii=False)


def prunable(store: Store, before: float, now: float) -> dict[str, int]:
    """Describe what `prune` would remove: rows by table."""
    counts = {
        table.name: store.query(select(func.count().label("n")).select_from(table).where(old))[0]["n"]
        for table, old in _old(before, in_progress(store, now))
    }
    return {name: n for name, n in counts.items() if n}


def prune(store: Store, before: float, now: float) -> dict[str, int]:
    """Remove rows older than a time; sums by minute stay, so that trends and budgets of old runs can still be read.

    A run that is or may be in progress is left alone, however old its rows are.

    Args:
        store: The store.
        before: Seconds since 1970.
        now: Seconds since 1970.

    Returns:
        Rows removed by table.
    """
    removed = {
        table.name: store.execute(delete(table).where(old)) for table, old in _old(before, in_progress(store, now))
    }
    _shrink(store)
    return {name: n for name, n in removed.items() if n}


def _old(before: float, going: list[str]) -> Iterator[tuple[Table, Any]]:
    """Return tables, and which of their rows are too old; what hangs on others comes first."""

    def old(table: Table) -> Any:
        late = table.c[_TIMES.get(table.name, "at")] < before
        if "run_id" not in table.c or not going:
            return late
        return late & or_(table.c.run_id.is_(None), table.c.run_id.not_in(going))

    task, report = tables.task, tables.file_report
    yield tables.transition, tables.transition.c.task.in_(select(task.c.handle).where(old(task)))
    yield tables.finding, tables.finding.c.report.in_(select(report.c.id).where(old(report)))
    for table in tables.metadata.sorted_tables:
        if table.name in (_KEPT | {"transition", "finding"}) or _TIMES.get(table.name, "at") not in table.c:
            continue
        yield table, old(table)


def _size(store: Store) -> int | None:
    with store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            pages = connection.execute(text("PRAGMA page_count")).scalar() or 0
            return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar() or 0)
        if connection.dialect.name == "postgresql":
            names = inspect(connection).get_table_names()
            known = [table.name for table in tables.metadata.sorted_tables if table.name in names]
            sizes = [
                connection.execute(text("SELECT pg_total_relation_size(to_regclass(:name))"), {"name": f'"{name}"'})
                for name in known
            ]
            return sum(int(size.scalar() or 0) for size in sizes)
    return None


def _shrink(store: Store) -> None:
    """Release the space on the disk; PostgreSQL does so by itself."""
    if store.engine.dialect.name == "sqlite":
        store.flush()
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
