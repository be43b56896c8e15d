"""kill -9 at any moment: the store is whole."""

import random
import signal
import subprocess
import sys
import textwrap
import time

from sqlalchemy import func, select, text

from AIGCLibrary.store import Store, tables
from AIGCLibrary.store.writer import FLUSH_SECONDS

SCRIPT = textwrap.dedent("""
    import sys, time
    from AIGCLibrary.store import Store, tables
    store = Store(sys.argv[1], "run-1")
    print("ready", flush=True)
    while True:
        store.insert(tables.sample, at=time.time(), name="m", value=1.0, weight=None, unit="1", labels={}, place=None)
        time.sleep(0.002)
""")


def rows(url):
    """How many samples are on disk, and how many the sums by minute count."""
    store = Store(url, "run-1")
    try:
        n = store.query(select(func.count().label("n")).select_from(tables.sample))[0]["n"]
        summed = store.query(select(func.sum(tables.rollup.c.n).label("n")))[0]["n"]
        with store.engine.connect() as connection:
            return n, summed or 0, connection.execute(text("PRAGMA integrity_check")).scalar()
    finally:
        store.close()


def test_a_killed_process_leaves_a_whole_store(tmp_path):
    """What may be lost is less than a second old: `python -m tests.bench monitoring` measures it."""
    rng = random.Random(7)
    for attempt in range(3):
        url = f"sqlite:///{tmp_path}/{attempt}.db"
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, url], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        while not rows(url)[0]:
            assert process.poll() is None
        time.sleep(0.3 * rng.random())  # any moment of a transaction
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        n, summed, integrity = rows(url)
        assert integrity == "ok"
        assert n > 0
        assert summed == n


def test_a_reader_that_comes_and_goes_leaves_the_log_of_a_store_in_use(tmp_path):
    """SQLite keeps it while another process has the file open; whether one has is said by locks on the file."""
    store, path = Store(f"sqlite:///{tmp_path}/s.db", "run-1"), tmp_path / "s.db"
    read = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT count(*) FROM sample'); c.close()"
    for number in range(3):
        store.insert(tables.sample, at=1.0, name="m", value=1.0, weight=None, unit="1", labels={}, place=None)
        store.flush()
        subprocess.run([sys.executable, "-c", read], check=True)
        assert path.with_name("s.db-wal").exists(), number
    other = Store(f"sqlite:///{path}", "run-1")
    other.flush()
    assert other.query(select(func.count().label("n")).select_from(tables.sample))[0]["n"] == 3
    other.close()
    subprocess.run([sys.executable, "-c", read], check=True)
    assert path.with_name("s.db-wal").exists(), "a second store of this process was closed"
    store.close()


def test_a_row_is_written_within_half_a_second():
    assert FLUSH_SECONDS == 0.5
