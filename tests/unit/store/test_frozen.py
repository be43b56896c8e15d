"""A PostgreSQL that freezes in the middle of a run: it closes no connection, and answers nothing."""

import logging

import pytest
from sqlalchemy import func, make_url, select

from AIGCLibrary.store import Store, tables, writer
from tests.support.freezing_proxy import FreezingProxy
from tests.support.stores import urls
from tests.support.waiting import until

COUNT = select(func.count().label("n")).select_from(tables.sample)


def row(**more):
    return {"at": 1.0, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None} | more


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    """A store behind a proxy, the proxy, and the same store without it."""
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    (direct,) = urls(tmp_path, "postgresql")
    target = make_url(direct)
    proxy = FreezingProxy(target.host, target.port)
    url = target.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    Store(direct, "run-0").query(COUNT)
    with monkeypatch.context() as patch:
        patch.setattr("AIGCLibrary.store.store.PATIENCE_SECONDS", 0.5)
        patch.setattr("AIGCLibrary.store.store.AGAIN_SECONDS", 0.05)
        patch.setattr("AIGCLibrary.store.patience.BACKGROUND_SECONDS", 0.5)
        store = Store(url, "run-1", standby=True)
        other = Store(direct, "run-0")
        yield store, proxy, other
        proxy.thaw()
        store.close()
        other.close()
        proxy.close()


def wait_until_back(store):
    def is_back():
        if store.away:
            store.written().result(60)
        return not store.away

    until(is_back)


@pytest.mark.parametrize("directions", [("up", "down"), ("down",)])
def test_own_rows_are_read_and_each_reaches_the_store_once(frozen, directions, caplog):
    store, proxy, other = frozen
    for _ in range(3):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 3}]
    proxy.freeze(*directions)
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 4}]
    assert store.execute(tables.sample.insert().values(**row(run_id="run-1"))) == 1
    assert store.query(COUNT) == [{"n": 5}]
    assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) == 1
    proxy.thaw()
    wait_until_back(store)
    assert other.query(COUNT) == store.query(COUNT) == [{"n": 5}]


@pytest.mark.parametrize("outages", [2, 3])
def test_a_row_written_in_an_outage_is_read_once_in_the_next_one(frozen, outages):
    store, proxy, other = frozen
    rows = 0
    for _ in range(outages):
        for freezing in (False, True):
            if freezing:
                proxy.freeze()
            store.insert(tables.sample, **row())
            rows += 1
            assert store.query(COUNT) == [{"n": rows}]
        proxy.thaw()
        wait_until_back(store)
    assert other.query(COUNT) == store.query(COUNT) == [{"n": rows}]
    assert other.query(select(tables.rollup.c.n)) == [{"n": rows}]


def test_a_read_that_hangs_is_answered_from_memory(frozen):
    store, proxy, _ = frozen
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1}]
    proxy.freeze()
    assert store.query(COUNT) == [{"n": 1}]
    assert store.away


def test_the_budget_is_one_for_everything(frozen):
    store, proxy, _ = frozen
    store.insert(tables.sample, **row())
    store.query(COUNT)
    proxy.freeze()
    for _ in range(20):
        store.insert(tables.sample, **row())
        store.query(COUNT)
        store.execute(tables.rollup.delete())
    assert store._patience.used < 10 * store._patience.total  # of 60 calls, each would wait as long


def test_an_opening_that_hangs_is_tried_again(frozen):
    store, proxy, other = frozen
    proxy.freeze()
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1}]
    assert store.away
    proxy.thaw()
    wait_until_back(store)
    assert other.query(COUNT) == [{"n": 1}]


def test_what_is_lost_is_counted(frozen, caplog):
    store, proxy, _ = frozen
    store.query(COUNT)
    proxy.freeze()
    for _ in range(7):
        store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 7}]
    store.close()
    assert "7 rows could not be written" in caplog.text
