"""The file of an SQLite store, or its folder, is removed or replaced in the middle of a run."""

import shutil
import sqlite3

import pytest
from sqlalchemy import func, select

from AIGCLibrary.store import Store, tables, writer

COUNT = select(func.count().label("n")).select_from(tables.sample)


def row(**more):
    return {"at": 1.0, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None} | more


def remove(place, how):
    if how == "folder":
        shutil.rmtree(place.parent)
        return
    for suffix in ("", "-wal", "-shm"):
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    if how == "replaced":
        sqlite3.connect(place).execute("CREATE TABLE other (x)").connection.commit()


@pytest.mark.parametrize("moment", ["in the middle", "before the end"])
@pytest.mark.parametrize("how", ["file", "folder", "replaced"])
def test_own_rows_are_read_and_written_again(tmp_path, monkeypatch, how, moment, caplog):
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    place = tmp_path / "results" / "aigc.db"
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    for _ in range(3):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 3}]
    remove(place, how)
    rows = 3
    if moment == "in the middle":
        for rows in range(4, 8):
            store.insert(tables.sample, **row())
            assert store.query(COUNT) == [{"n": rows}]
    store.close()
    again = Store(f"sqlite:///{place.as_posix()}", "run-2")
    assert again.query(COUNT) == [{"n": rows}]
    again.close()
    assert len([one for one in caplog.records if one.levelname == "WARNING"]) == 1
    assert "was removed or replaced" in caplog.text


@pytest.mark.parametrize("moment", ["in the middle", "before the end"])
@pytest.mark.parametrize("missing", [0, 2], ids=["a copy of itself", "an older copy"])
def test_a_copy_in_its_place_gets_only_the_rows_that_it_lacks(tmp_path, monkeypatch, missing, moment):
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    place, copy = tmp_path / "aigc.db", tmp_path / "copy.db"
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    for _ in range(5 - missing):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 5 - missing}]
    with sqlite3.connect(place) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    for _ in range(missing):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 5}]
    remove(place, "file")
    copy.rename(place)
    rows = 5
    if moment == "in the middle":
        for rows in (6, 7):
            store.insert(tables.sample, **row())
            assert store.query(COUNT) == [{"n": rows}]
    store.close()
    again = Store(f"sqlite:///{place.as_posix()}", "run-2")
    assert again.query(COUNT) == [{"n": rows}]
    assert again.query(select(tables.rollup.c.n)) == [{"n": rows}]
    again.close()


def test_a_long_run_is_written_again_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    monkeypatch.setattr("AIGCLibrary.store.history.BLOCK", 100)
    place = tmp_path / "aigc.db"
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    for _ in range(1250):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1250}]
    remove(place, "file")
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1251}]
    store.close()
    again = Store(f"sqlite:///{place.as_posix()}", "run-2")
    assert again.query(COUNT) == [{"n": 1251}]
    again.close()


def test_writes_beyond_those_that_are_remembered_are_counted_as_lost(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    monkeypatch.setattr(writer, "HISTORY", 200)
    monkeypatch.setattr("AIGCLibrary.store.history.BLOCK", 100)
    place = tmp_path / "aigc.db"
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    for _ in range(450):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 450}]
    remove(place, "file")
    store.close()
    again = Store(f"sqlite:///{place.as_posix()}", "run-2")
    assert again.query(COUNT) == [{"n": 250}]
    again.close()
    assert "200 rows could not be written" in caplog.text


def test_the_end_waits_for_what_is_being_written_again(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "PATIENCE", (60,))
    place = tmp_path / "aigc.db"
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1}]
    remove(place, "file")
    for _ in range(2500):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 2501}]
    store._patience.charge(60)
    store.close()
    again = Store(f"sqlite:///{place.as_posix()}", "run-2")
    assert again.query(COUNT) == [{"n": 2501}]
    again.close()


@pytest.mark.parametrize("other", [b"", b"garbage" * 9000, "database", "store"])
def test_a_file_that_is_written_over_is_reported_and_its_rows_counted(tmp_path, other, caplog):
    if other == "store":
        another = Store(f"sqlite:///{(tmp_path / 'other.db').as_posix()}", "run-0")
        another.insert(tables.sample, **row())
        another.close()
        other = (tmp_path / "other.db").read_bytes()
    elif other == "database":
        sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE other (x)").connection.commit()
        other = (tmp_path / "other.db").read_bytes()
    place = tmp_path / "aigc.db"
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    for _ in range(7):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 7}]
    with place.open("r+b") as file:
        file.truncate(0)
        file.write(other)
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 8}]
    store.close()
    assert "was overwritten by another program" in caplog.text
    assert "8 rows could not be written" in caplog.text


def test_a_store_that_nobody_writes_over_is_not_reported(tmp_path, caplog):
    url = f"sqlite:///{(tmp_path / 'aigc.db').as_posix()}"
    stores = [Store(url, f"run-{n}", standby=True) for n in range(3)]
    for store in stores:
        store.insert(tables.sample, **row())
        assert store.query(select(tables.schema_version.c.version))
    for store in stores:
        store.close()
    assert caplog.text == ""
