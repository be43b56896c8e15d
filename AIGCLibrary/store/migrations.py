"""What became of the data of older stores: one function for each version of the schema that moved something.

Missing tables and columns are added without a migration (`schema.py`); a migration is for values that have to move.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from AIGCLibrary.store import tables

ROWS = 1000
"""Rows that a migration reads at a time, so that the memory does not grow with the store."""


def _fields_of_tasks(connection: Connection) -> None:
    """Version 2: fields of a task that lay in the JSON of its limits and addresses get columns of their own."""
    renamed = {"cancel": "cancel_requested"}
    names = ("priority", "attempt", "retry_of", "tracked", "submitted", "unsure", "polls", "partial", "cancel")
    columns = ("idempotency_key", "origin", *(renamed.get(name, name) for name in names))
    statement = (
        update(tables.task)
        .where(tables.task.c.handle == bindparam("row_handle"))
        .values({name: bindparam(f"new_{name}") for name in ("urls", "sla", *columns)})
    )
    for rows in _pages_of_tasks(connection):
        changes = []
        for row in rows:
            urls, sla = dict(row["urls"] or {}), dict(row["sla"] or {})
            more = sla.pop("_", {})
            values = {"idempotency_key": urls.pop("_key", None), "origin": urls.pop("_origin", None)}
            values |= {renamed.get(name, name): more.get(name) for name in names}
            values |= {"urls": urls, "sla": sla}
            changes.append({"row_handle": row["handle"], **{f"new_{name}": value for name, value in values.items()}})
        connection.execute(statement, changes)


def _pages_of_tasks(connection: Connection) -> Iterator[list[Any]]:
    """Read handle, addresses and limits of all tasks, some at a time."""
    table, last = tables.task, ""
    while True:
        page = select(table.c.handle, table.c.urls, table.c.sla).where(table.c.handle > last)
        rows = list(connection.execute(page.order_by(table.c.handle).limit(ROWS)).mappings())
        if not rows:
            return
        yield rows
        last = rows[-1]["handle"]


MIGRATIONS: dict[int, Callable[[Connection], None]] = {2: _fields_of_tasks}
"""By the version of the schema that they lead to."""
VERSION = max(MIGRATIONS)
"""The version of the schema that this version of the library reads and writes."""
