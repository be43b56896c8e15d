"""The store's door: what was given can be read, by this process and by others, exactly once."""

import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, event, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store import Store, tables
from tests.support import stores


def count(store, table):
    return store.query(select(func.count().label("n")).select_from(table))[0]["n"]


def row(**changes):
    return {"at": 60.0, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None} | changes


def test_rows_carry_run_suite_and_test(store):
    store.enter("Suite", "Suite.Test")
    store.insert(tables.sample, **row())
    found = store.query(select(tables.sample))[0]
    assert (found["run_id"], found["suite"], found["test"]) == ("run-1", "Suite", "Suite.Test")


def test_upsert_replaces_the_given_columns_only(store):
    store.upsert(tables.run, id="r", name="first", status="RUNNING")
    store.upsert(tables.run, id="r", status="PASS")
    assert [(r["name"], r["status"]) for r in store.query(select(tables.run))] == [("first", "PASS")]


def test_ensure_leaves_what_is_there(store):
    store.ensure(tables.run, id="r", started_at=1.0)
    store.ensure(tables.run, id="r", started_at=2.0)
    assert [r["started_at"] for r in store.query(select(tables.run))] == [1.0]


def test_execute_waits_and_tells_how_many_rows(store):
    for value in range(5):
        store.insert(tables.sample, **row(value=float(value)))
    assert store.execute(tables.sample.delete().where(tables.sample.c.value > 2)) == 2
    assert count(store, tables.sample) == 3


def test_rollup_equals_the_samples(store):
    values = [0.5, 2.0, 3.5, 1.0]
    for minute, value in enumerate(values):
        store.insert(tables.sample, **row(at=minute * 30.0, value=value, weight=minute + 1.0))
    store.flush()
    store.insert(tables.sample, **row(at=59.0, value=9.0, weight=2.0))
    found = {r["minute"]: r for r in store.query(select(tables.rollup))}
    assert sorted(found) == [0, 60]
    first = found[0]
    assert (first["n"], first["least"], first["greatest"]) == (3, 0.5, 9.0)
    assert first["total"] == pytest.approx(0.5 + 2 * 2.0 + 2 * 9.0)
    assert first["weights"] == pytest.approx(1 + 4 + 4)
    assert first["squares"] == pytest.approx(0.25 + 16 + 324)


def test_threads_lose_nothing(store):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: store.insert(tables.sample, **row(value=float(i))), range(2000)))
    assert count(store, tables.sample) == 2000
    assert store.query(select(func.sum(tables.rollup.c.n).label("n")))[0]["n"] == 2000


def test_processes_share_one_store(store, url):
    count(store, tables.sample)
    script = textwrap.dedent("""
        import sys
        from AIGCLibrary.store import Store, engines, tables
        engines.CONNECT_SECONDS = 60
        store = Store(sys.argv[1], "run-1")
        for i in range(500):
            store.insert(tables.sample, at=float(i), name="m", value=1.0, weight=None, unit="1", labels={}, place=None)
        store.flush(60)
        store.close()
    """)
    started = [subprocess.Popen([sys.executable, "-c", script, url]) for _ in range(4)]
    assert [process.wait(600) for process in started] == [0] * 4
    assert count(store, tables.sample) == 2000
    assert store.query(select(func.sum(tables.rollup.c.n).label("n")))[0]["n"] == 2000


def test_processes_may_create_the_tables_together(url):
    script = "import sys\nfrom AIGCLibrary.store import Store, engines\nengines.CONNECT_SECONDS = 60\n"
    script += "Store(sys.argv[1]).engine.dispose()"
    started = [subprocess.Popen([sys.executable, "-c", script, url]) for _ in range(6)]
    assert [process.wait(600) for process in started] == [0] * 6


def test_a_store_of_an_older_version_gets_the_new_columns(url):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE sample (id INTEGER PRIMARY KEY, run_id VARCHAR(80), name VARCHAR(120))"))
    engine.dispose()
    store = Store(url)
    columns = {column["name"] for column in inspect(store.engine).get_columns("sample")}
    store.close()
    assert {"weight", "place", "value", "labels"} <= columns


def test_a_connection_that_is_cut_before_the_last_rows_costs_none_of_them(url):
    store = Store(url)
    before = count(store, tables.sample)
    connections = []

    def cut(dbapi_connection, *_):
        if not connections:
            connections.append(dbapi_connection)
            if url.startswith("sqlite"):
                raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))
            dbapi_connection.close()

    event.listen(store.engine, "checkout", cut)
    for _ in range(5):
        store.insert(tables.sample, **row())
    store.close()
    assert connections
    again = Store(url)
    assert count(again, tables.sample) == before + 5
    again.close()


def test_a_closed_store_takes_rows_without_complaint(store):
    store.insert(tables.sample, **row())
    store.close()
    store.insert(tables.sample, **row())
    again = Store(store.url, "run-1")
    assert count(again, tables.sample) == 1
    again.close()


def test_an_unreachable_store_is_reported_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(MonitoringError, match="cannot be opened") as caught:
        _ = Store(f"sqlite:///{tmp_path}/file/aigc.db").engine
    assert caught.value.code == "AIGC501"


@pytest.mark.skipif(not stores.POSTGRES, reason=stores.NO_POSTGRES)
def test_a_database_without_an_encoding_keeps_chinese_as_well():
    url = stores.database("ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    store = Store(url, "run")
    store.insert(tables.task, handle="视频:1", state="completed")
    assert [row["handle"] for row in store.query(select(tables.task.c.handle))] == ["视频:1"]
    store.close()
