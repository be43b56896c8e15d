"""An SQLite file that is read-only for a while: what was opened in that time hinders nothing afterwards."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from sqlalchemy import func, select

from AIGCLibrary.store import Store, tables, writer
from tests.support.waiting import until

COUNT = select(func.count().label("n")).select_from(tables.sample)


def row(**more):
    return {"at": 1.0, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None} | more


@pytest.fixture
def permission(tmp_path, monkeypatch):
    """Whether the file can be opened for writing, as SQLite finds it: modes do not bind an administrator."""
    monkeypatch.setattr(writer, "PATIENCE", (0.01,))
    monkeypatch.setattr("AIGCLibrary.store.store.AGAIN_SECONDS", 0.01)
    granted, connect = {"write": True}, sqlite3.dbapi2.connect

    def asked(database, *arguments, **options):
        if granted["write"] or not str(database).endswith("aigc.db"):
            return connect(database, *arguments, **options)
        return connect(f"file:{database}?mode=ro&readonly_shm=1", *arguments, **options | {"uri": True})

    monkeypatch.setattr(sqlite3.dbapi2, "connect", asked)
    return granted


@contextlib.contextmanager
def used_elsewhere(place):
    """Another process has the file open: its log and index stay when this one closes its connections."""
    script = (
        "import sqlite3, sys\nfile = sqlite3.connect(sys.argv[1])\n"
        "file.execute('SELECT count(*) FROM sample').fetchone()\nprint('open', flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline().strip() == b"open"
        yield
        other.stdin.close()


@pytest.mark.parametrize("others", [0, 1, 3])
@pytest.mark.parametrize("given_back", ["before", "after"])
def test_a_store_is_back_when_its_file_can_be_written_again(tmp_path, permission, others, given_back):
    with contextlib.ExitStack() as using:
        store = using.enter_context(closing(Store(f"sqlite:///{tmp_path}/aigc.db", "run-1", standby=True)))
        store.insert(tables.sample, **row())
        assert store.query(COUNT) == [{"n": 1}]
        using.enter_context(used_elsewhere(tmp_path / "aigc.db"))
        store.engine.dispose()
        permission["write"] = False
        readers = [store.engine.connect() for _ in range(others)]
        for reader in readers:
            assert reader.execute(COUNT).scalar() == 1
        if given_back == "before":
            for reader in readers:
                reader.close()
        store.insert(tables.sample, **row())
        assert store.query(COUNT) == [{"n": 2}]
        assert store.away
        permission["write"] = True
        if given_back == "after":
            for reader in readers:
                reader.close()
        until(lambda: not store.away)
        assert store.query(COUNT) == [{"n": 2}]
    with closing(sqlite3.connect(tmp_path / "aigc.db")) as file:
        assert file.execute("SELECT count(*) FROM sample").fetchone() == (2,)


def test_rows_are_tried_again_though_nothing_is_put_while_they_are_sent(tmp_path, permission, monkeypatch):
    """The thread that sends them again takes long to connect, and fails: nobody else knows of them meanwhile."""
    connect, never = sqlite3.dbapi2.connect, threading.Event()

    def slow(*arguments, **options):
        if threading.current_thread().name == "aigc-store-again" and not permission["write"]:
            never.wait(0.3)
            permission["tried"] = permission.get("tried", 0) + 1
        return connect(*arguments, **options)

    with closing(Store(f"sqlite:///{tmp_path}/aigc.db", "run-1", standby=True)) as store:
        store.insert(tables.sample, **row())
        assert store.query(COUNT) == [{"n": 1}]
        with used_elsewhere(tmp_path / "aigc.db"):
            store.engine.dispose()
            permission["write"] = False
            monkeypatch.setattr(sqlite3.dbapi2, "connect", slow)
            store.insert(tables.sample, **row())
            assert store.query(COUNT) == [{"n": 2}]
            until(lambda: permission.get("tried", 0) > 2)
            permission["write"] = True
            until(lambda: not store.away)
            assert store.query(COUNT) == [{"n": 2}]


def test_a_store_that_was_read_only_from_the_start_is_back(tmp_path, permission):
    url = f"sqlite:///{tmp_path}/aigc.db"
    with closing(Store(url, "run-0")) as before, contextlib.ExitStack() as using:
        before.insert(tables.sample, **row())
        before.flush()
        using.enter_context(used_elsewhere(tmp_path / "aigc.db"))
        before.close()
        permission["write"] = False
        store = using.enter_context(closing(Store(url, "run-1", standby=True)))
        store.insert(tables.sample, **row())
        assert store.query(COUNT) == [{"n": 1}]  # what this process knows
        assert store.away
        permission["write"] = True
        until(lambda: not store.away)
        assert store.query(COUNT) == [{"n": 2}]


def test_a_command_without_standby_writes_again(tmp_path, permission):
    with closing(Store(f"sqlite:///{tmp_path}/aigc.db", "run-1")) as store, contextlib.ExitStack() as using:
        store.insert(tables.sample, **row())
        assert store.query(COUNT) == [{"n": 1}]
        using.enter_context(used_elsewhere(tmp_path / "aigc.db"))
        store.engine.dispose()
        permission["write"] = False
        assert store.query(COUNT) == [{"n": 1}]
        store.insert(tables.sample, **row())
        until(lambda: store.away)
        permission["write"] = True
        until(lambda: not store.away)
        assert store.query(COUNT) == [{"n": 2}]


def test_what_sqlite_created_in_the_meantime_is_made_writable(tmp_path):
    """Its log and index take the mode that the file had then."""
    url, names = f"sqlite:///{tmp_path}/aigc.db", ("aigc.db-wal", "aigc.db-shm")
    with closing(Store(url, "run-0")) as before:
        before.insert(tables.sample, **row())
        before.flush()
        for name in names:
            (tmp_path / name).chmod(0o444)
        with closing(Store(url, "run-1")) as store:
            assert store.query(COUNT) == [{"n": 1}]
            modes = {(tmp_path / name).stat().st_mode & 0o222 for name in ("aigc.db", *names)}
            assert len(modes) == 1


def test_a_file_that_is_meant_to_be_read_only_keeps_its_log_so(tmp_path):
    url, names = f"sqlite:///{tmp_path}/aigc.db", ("aigc.db", "aigc.db-wal", "aigc.db-shm")
    with closing(Store(url, "run-0")) as before:
        before.insert(tables.sample, **row())
        before.flush()
        for name in names:
            (tmp_path / name).chmod(0o444)
        with closing(Store(url, "run-1")) as store:
            assert store.query(COUNT) == [{"n": 1}]
            assert [(tmp_path / name).stat().st_mode & 0o222 for name in names] == [0, 0, 0]
