"""How a store is opened: over a slow line each statement is a way there and back, and tests wait for few of them."""

import sqlite3

import pytest
from sqlalchemy import Engine, event, inspect, select, text

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store import Store, tables
from AIGCLibrary.store.engines import open_engine
from AIGCLibrary.store.migrations import VERSION
from AIGCLibrary.store.standby import Standby
from tests.support.stores import urls


@pytest.fixture(params=["postgresql", "sqlite"])
def opened(request, tmp_path):
    """Return a function that opens one store, and what it had to ask for."""
    seen, made = [], []
    (url,) = urls(tmp_path, request.param)

    def note(*given):
        seen.append(given[2])

    def open_store():
        seen.clear()
        made.append(open_engine(url))
        return made[-1], tuple(seen)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield open_store
    finally:
        for engine in made:
            engine.dispose()
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("opened", ["postgresql"], indirect=True)
def test_a_store_is_created_and_opened_by_few_statements(opened):
    assert len(opened()[1]) <= 7
    assert len(opened()[1]) == 2


@pytest.mark.parametrize("missing", ["DROP TABLE sample", "ALTER TABLE sample DROP COLUMN unit", "DROP INDEX {index}"])
def test_what_is_missing_is_created_again(opened, missing):
    engine, _ = opened()
    index = next(iter(tables.sample.indexes)).name
    with engine.begin() as connection:
        connection.execute(text(missing.format(index=index)))
    engine, _ = opened()
    found = inspect(engine)
    assert "unit" in {column["name"] for column in found.get_columns("sample")}
    assert index in {one["name"] for one in found.get_indexes("sample")}


def test_a_complete_sqlite_store_is_opened_beside_a_writer(tmp_path):
    """All processes of a run open it at once: none of them waits for a lock only to find nothing to do."""
    url = f"sqlite:///{(tmp_path / 'aigc.db').as_posix()}"
    open_engine(url).dispose()
    other = sqlite3.connect(tmp_path / "aigc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine = open_engine(url, busy=0.01)
    with engine.connect() as connection:
        assert connection.execute(select(tables.schema_version.c.version)).scalar() == VERSION
    engine.dispose()
    other.close()


def test_a_password_with_an_at_sign_is_reported_without_it():
    store = Store("postgresql+psycopg://qa:one@two@127.0.0.1:1/x")
    with pytest.raises(MonitoringError, match="%40") as caught:
        store.query(select(tables.sample))
    assert "two" not in str(caught.value)
    store.close()


def test_nothing_waits_for_the_disk_in_a_standby():
    standby = Standby()
    with standby._open().connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "memory"
    standby.close()
