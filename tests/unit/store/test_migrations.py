"""Stores of older versions open with all that they hold; those of newer ones are refused, and left as they are."""

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, create_engine, event, insert, select, update

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store import Store, tables
from AIGCLibrary.store.engines import open_engine
from AIGCLibrary.store.migrations import ROWS, VERSION
from AIGCLibrary.tasks.record import Task, from_row, to_row
from AIGCLibrary.tasks.sla import SLA
from tests.support.stores import urls

NEW = {
    *("idempotency_key", "origin", "priority", "attempt", "retry_of", "tracked", "submitted", "unsure", "polls"),
    *("partial", "cancel_requested"),
}
"""Columns of a task that version 1 did not have."""


def version_1(url, rows):
    """Make a store as version 1 left it: without a version, and with fields of a task in its JSON."""
    engine, old = create_engine(url), MetaData()
    for table in tables.metadata.sorted_tables:
        if table is not tables.schema_version:
            kept = [
                Column(column.name, column.type, primary_key=column.primary_key)
                for column in table.columns
                if table is not tables.task or column.name not in NEW
            ]
            Table(table.name, old, *kept)
    with engine.begin() as connection:
        old.create_all(connection)
        connection.execute(insert(old.tables["task"]), rows)
    engine.dispose()


def old_row(number, **more):
    task = Task(f"video:{number:08d}", "video", "kling", sla=SLA().changed({"timeout": 120}))
    row = {name: value for name, value in to_row(task).items() if name not in NEW}
    hidden = {"priority": 5, "attempt": 2, "retry_of": "video:first", "tracked": True, "submitted": True}
    hidden |= {"unsure": False, "polls": number, "partial": None, "cancel": True}
    urls = {"status": "https://product/1", "_key": f"key-{number}", "_origin": "product:443"}
    return {**row, "sla": {**row["sla"], "_": hidden}, "urls": urls, **more}


def rows_of(url):
    store = Store(url)
    found = store.query(select(tables.task).order_by(tables.task.c.handle))
    store.close()
    return found


def test_a_store_of_version_1_keeps_all_fields_of_all_tasks(url):
    version_1(url, [old_row(number) for number in range(ROWS + 7)])
    found = rows_of(url)
    assert len(found) == ROWS + 7
    task = from_row(found[3])
    assert (task.key, task.origin, dict(task.urls)) == ("key-3", "product:443", {"status": "https://product/1"})
    assert (task.priority, task.attempt, task.retry_of, task.polls) == (5, 2, "video:first", 3)
    assert (task.tracked, task.submitted, task.unsure, task.cancel_requested) == (True, True, False, True)
    assert task.sla.timeout == 120
    assert not [key for row in found for key in (*row["sla"], *row["urls"]) if key.startswith("_")]


def test_rows_without_limits_or_addresses_stay_readable(url):
    version_1(url, [old_row(1, sla=None, urls=None, remote_id="77")])
    task = from_row(rows_of(url)[0])
    assert (task.key, task.origin, task.polls, task.attempt, task.submitted) == ("", "", 0, 1, True)


def test_a_second_opening_changes_nothing(url):
    version_1(url, [old_row(1)])
    assert rows_of(url) == rows_of(url)


def test_a_new_store_notes_its_version(store):
    assert store.query(select(tables.schema_version.c.version)) == [{"version": VERSION}]


def test_a_store_of_a_newer_version_is_refused_and_left_alone(url):
    Store(url).engine.dispose()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(update(tables.schema_version).values(version=VERSION + 1))
    store = Store(url)
    with pytest.raises(MonitoringError, match=f"version {VERSION + 1} of the schema.*reads up to {VERSION}"):
        store.query(select(tables.task))
    store.close()
    with engine.connect() as connection:
        assert connection.execute(select(tables.schema_version.c.version)).scalar_one() == VERSION + 1
    engine.dispose()


def test_opening_a_store_that_is_whole_takes_few_questions(tmp_path):
    """Each costs the delay of the line to the server."""
    (url,) = urls(tmp_path, "postgresql")
    Store(url).query(select(tables.run))
    asked = []
    listen = (Engine, "before_cursor_execute", lambda _connection, _cursor, text, *_: asked.append(text))
    event.listen(*listen)
    try:
        engine = open_engine(url)
        engine.dispose()
    finally:
        event.remove(*listen)
    assert len(asked) <= 15
