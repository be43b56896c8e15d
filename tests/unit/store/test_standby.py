"""A run goes on from what its process knows while its store is unavailable, and says so once."""

import logging
import sqlite3
from concurrent.futures import Future

import pytest
from sqlalchemy import create_engine, event, func, insert, make_url, select, text

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store import Store, lease, tables, writer
from AIGCLibrary.store.store import shown_url
from AIGCLibrary.store.write import Write
from tests.support.stores import urls
from tests.support.waiting import until


def row(**more):
    return {"at": 1.0, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None} | more


COUNT = select(func.count().label("n")).select_from(tables.sample)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(writer, "PATIENCE", (0.05,))
    monkeypatch.setattr("AIGCLibrary.store.store.AGAIN_SECONDS", 0.05)
    monkeypatch.setattr("AIGCLibrary.store.store.PATIENCE_SECONDS", 0.5)


@pytest.fixture(params=["text", "folder", "corrupt", "refused"])
def broken(request, tmp_path):
    """A store that cannot be opened, in several ways."""
    place = tmp_path / "aigc.db"
    url = f"sqlite:///{place.as_posix()}"
    if request.param == "text":
        place.write_text("hello")
    elif request.param == "folder":
        place.mkdir()
    elif request.param == "corrupt":
        place.write_bytes(bytes(range(256)) * 50)
    else:
        pytest.importorskip("psycopg")
        url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    store = Store(url, "run-1", standby=True)
    yield store
    store.close()


def test_what_was_written_is_read_and_counted(broken, caplog):
    for _ in range(3):
        broken.insert(tables.sample, **row())
    assert broken.query(COUNT) == [{"n": 3}]
    assert broken.execute(tables.sample.delete()) == 3
    assert broken.query(COUNT) == [{"n": 0}]
    warnings = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "the tests go on with what this process knows" in warnings[0]
    assert "budgets and limits are not shared" in warnings[0]


def test_a_store_is_away_before_a_write_is_answered(broken):
    """A reader that is woken by the answer must not read from the database, which has nothing of it."""
    seen, done = [], Future()
    done.add_done_callback(lambda _done: seen.append(broken.away))
    broken._put(Write(insert(tables.sample), [row(run_id="run-1")], done))
    assert done.result(60) == 1
    assert seen == [True]


def test_a_write_that_was_waited_for_is_always_read(broken):
    for count in range(1, 200):
        broken.insert(tables.sample, **row())
        assert broken.query(COUNT) == [{"n": count}]


def test_leases_hold_within_the_process(broken):
    assert lease.acquire(broken, "monitor", "me", 10.0, 60.0)
    assert not lease.acquire(broken, "monitor", "other", 11.0, 60.0)


def test_sums_by_minute_are_kept_as_in_the_store(broken):
    broken.insert(tables.sample, **row(value=4.0))
    assert [one["total"] for one in broken.query(select(tables.rollup))] == [4.0]


def test_everything_reaches_the_store_when_it_is_back(tmp_path):
    place = tmp_path / "aigc.db"
    place.mkdir()
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    store.insert(tables.sample, **row())
    assert store.execute(tables.sample.insert().values(**row(run_id="run-1"))) == 1
    place.rmdir()

    def is_back():
        store.insert(tables.sample, **row(name="tick"))
        store.flush()
        return not store.away

    until(is_back)
    assert store.query(COUNT.where(tables.sample.c.name == "m")) == [{"n": 2}]
    store.close()
    again = Store(f"sqlite:///{place.as_posix()}", "run-2")
    assert again.query(COUNT.where(tables.sample.c.name == "m")) == [{"n": 2}]
    again.close()


def test_a_command_does_not_take_an_empty_standby_for_the_store(tmp_path):
    (tmp_path / "aigc.db").write_text("hello")
    store = Store(f"sqlite:///{(tmp_path / 'aigc.db').as_posix()}", "run-1")
    with pytest.raises(MonitoringError, match="cannot be opened"):
        store.query(COUNT)
    store.close()


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL store with its tables, and a connection that can spoil it."""
    (url,) = urls(tmp_path, "postgres")
    Store(url, "run-1").query(COUNT)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    name = make_url(url).database
    with admin.connect() as connection:
        yield url, connection
        connection.execute(text(f'ALTER DATABASE "{name}" RESET ALL'))
        connection.execute(text("DROP ROLE IF EXISTS visitor"))
    admin.dispose()


@pytest.mark.parametrize("spoiled", ["read-only", "no rights", "locked"])
def test_a_database_that_answers_but_takes_nothing_is_unavailable(postgres, spoiled, caplog):
    url, admin = postgres
    name = make_url(url).database
    if spoiled == "read-only":
        admin.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    elif spoiled == "no rights":
        admin.execute(text("CREATE ROLE visitor LOGIN"))
        url = make_url(url).set(username="visitor").render_as_string(hide_password=False)
    else:
        locking = create_engine(url).connect()
        locking.execute(text("LOCK TABLE sample IN ACCESS EXCLUSIVE MODE"))
    store = Store(url, "run-1", standby=True)
    for count in range(1, 4):
        store.insert(tables.sample, **row())
        assert store.query(COUNT) == [{"n": count}]
    assert store.execute(tables.sample.delete()) == 3
    if spoiled == "locked":
        locking.close()
    store.close()
    warnings = [one.getMessage() for one in caplog.records if "the tests go on" in one.getMessage()]
    assert len(warnings) == 1
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("full", ["from the start", "later"])
def test_the_standby_goes_on_in_memory_when_no_temporary_file_can_be_written(tmp_path, monkeypatch, full, caplog):
    (tmp_path / "aigc.db").write_text("hello")
    nowhere = tmp_path / "nowhere"
    nowhere.write_text("a file, so that no folder can be made in it")
    if full == "from the start":
        monkeypatch.setattr("tempfile.tempdir", str(nowhere / "x"))
    store = Store(f"sqlite:///{(tmp_path / 'aigc.db').as_posix()}", "run-1", standby=True)
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1}]
    if full == "later":
        with store._standby._open().begin() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
        store._standby._engine.dispose()
        event.listen(store._standby._engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}"))
    for _ in range(100):
        store.insert(tables.sample, **row(labels={"padding": "x" * 5000}))
    assert store.execute(tables.sample.insert().values(**row(run_id="run-1"))) == 1
    assert store.query(COUNT) == [{"n": 102}]
    store.close()
    assert len([one for one in caplog.records if "the tests go on" in one.getMessage()]) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_tables_that_vanish_are_created_again_with_what_they_held(tmp_path, monkeypatch, kind, caplog):
    monkeypatch.setattr("AIGCLibrary.store.store.PATIENCE_SECONDS", 30)
    (url,) = urls(tmp_path, kind)
    store = Store(url, "run-1", standby=True)
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1}]
    spoiler = create_engine(url)
    with spoiler.begin() as connection:
        for name in tables.metadata.tables:
            connection.execute(text(f'DROP TABLE "{name}"'))
    spoiler.dispose()
    for rows in (2, 3, 4):
        store.insert(tables.sample, **row())
        assert store.execute(tables.lease.delete()) == 0
        assert store.query(COUNT) == [{"n": rows}]

    def is_back():
        store.written().result(60)
        return not store.away

    until(is_back)
    assert store.query(COUNT) == [{"n": 4}]
    store.close()
    assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) == 1


@pytest.fixture
def locked(tmp_path):
    """An SQLite store with a row, and a connection of another program that locks it."""
    place = tmp_path / "aigc.db"
    store = Store(f"sqlite:///{place.as_posix()}", "run-1", standby=True)
    store.enter("suite", "first")
    store.insert(tables.sample, **row())
    assert store.query(COUNT) == [{"n": 1}]
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield store
    other.close()
    store.close()


def test_locks_of_another_program_have_one_budget_in_a_test(locked):
    for rows in range(2, 12):
        locked.insert(tables.sample, **row())
        assert locked.query(COUNT) == [{"n": rows}]
        assert lease.acquire(locked, "monitor", "me", 10.0, 60.0)
    assert 0 < locked._patience.used < 10 * locked._patience.total  # of 30 calls, each would wait as long


def test_the_next_test_has_a_budget_of_its_own(locked):
    locked.insert(tables.sample, **row())
    assert locked.query(COUNT) == [{"n": 2}]
    assert locked._patience.used > 0
    locked.enter("suite", "second")
    assert locked._patience.used == 0


def test_the_address_of_a_file_is_shown_as_people_write_it():
    assert shown_url("sqlite:////tmp/%E6%B5%8B%E8%AF%95/aigc.db") == "sqlite:////tmp/测试/aigc.db"
    assert shown_url("postgresql://qa:p%40ss@db/%E6%B5%8B") == "postgresql://qa:***@db/%E6%B5%8B"
