"""A database that cannot be reached or written: nobody waits for it, nothing is lost while it is away for a while."""

import sqlite3

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, OperationalError

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store import Store, tables, writer
from tests.support.waiting import until


def row(**more):
    return {"at": 1.0, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None} | more


@pytest.fixture
def blocked(tmp_path, monkeypatch):
    """A store whose file is a folder, until `tmp_path/store` is removed."""
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    monkeypatch.setattr("AIGCLibrary.store.store.AGAIN_SECONDS", 0.05)
    (tmp_path / "aigc.db").mkdir()
    store = Store(f"sqlite:///{tmp_path}/aigc.db", "run-1")
    yield store, tmp_path / "aigc.db"
    store.close()


def test_rows_wait_in_memory_until_the_database_is_there(blocked, caplog):
    store, place = blocked
    for _ in range(40):
        store.insert(tables.sample, **row())
    until(lambda: store.away)
    with pytest.raises(MonitoringError, match="cannot be"):
        store.execute(tables.sample.delete())
    store.flush()  # does not wait for what is not there
    store.insert(tables.sample, **row())
    place.rmdir()
    until(lambda: not store.away)
    assert len(store.query(tables.sample.select())) == 41
    warnings = [one for one in caplog.records if one.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "is tried again; the tests go on" in warnings[0].message


def test_what_is_lost_in_the_end_is_counted(blocked, caplog):
    store, _place = blocked
    store.insert(tables.sample, **row())
    until(lambda: store.away)
    store.close()
    assert "1 rows could not be written" in caplog.text


def test_a_row_that_is_refused_costs_no_other(tmp_path, caplog):
    store = Store(f"sqlite:///{tmp_path}/aigc.db", "run-1")
    store.insert(tables.run, id="a")
    store.insert(tables.sample, **row())
    store.insert(tables.run, id="a")
    store.insert(tables.sample, **row())
    store.flush()
    assert len(store.query(tables.sample.select())) == 2
    assert "refuses a row" in caplog.text
    assert not store.away
    store.close()


def test_a_caller_whose_statement_is_refused_is_reported(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/aigc.db", "run-1")
    store.execute(insert(tables.run).values(id="a"))
    with pytest.raises(IntegrityError, match="UNIQUE"):
        store.execute(insert(tables.run).values(id="a"))
    with pytest.raises(OperationalError, match="no such table"):
        store.execute(text("DELETE FROM nowhere"))
    assert not store.away
    store.close()


def test_a_database_locked_by_another_program_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr("AIGCLibrary.store.store.BUSY_SECONDS", 0.05)
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    store = Store(f"sqlite:///{tmp_path}/aigc.db", "run-1")
    assert store.query(tables.sample.select()) == []
    other = sqlite3.connect(tmp_path / "aigc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.insert(tables.sample, **row())
    until(lambda: store.away)
    other.execute("ROLLBACK")
    other.close()
    until(lambda: not store.away)
    assert len(store.query(tables.sample.select())) == 1
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/nothing/aigc.db", "unknown://host/x"])
def test_a_url_that_leads_nowhere_is_reported_in_one_sentence(url):
    with pytest.raises(MonitoringError, match="cannot be opened") as caught:
        _ = Store(url).engine
    assert caught.value.hint
    assert "\n" not in str(caught.value)
