"""kill -9 at any moment: the store is whole, and what is lost is younger than a second."""

import random
import signal
import subprocess
import sys
import textwrap
import time

from sqlalchemy import func, select, text

from AIGCLibrary.store import Store, tables

SCRIPT = textwrap.dedent("""
    import sys, time
    from AIGCLibrary.store import Store, tables
    store = Store(sys.argv[1], "run-1")
    print("ready", flush=True)
    while True:
        store.insert(tables.sample, at=time.time(), name="m", value=1.0, weight=None, unit="1", labels={}, place=None)
        time.sleep(0.002)
""")


def test_a_killed_process_loses_at_most_a_second(tmp_path):
    rng = random.Random(7)
    for attempt in range(3):
        url = f"sqlite:///{tmp_path}/{attempt}.db"
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, url], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.8 + rng.random())
        killed_at = time.time()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        store = Store(url, "run-1")
        newest, n = store.query(select(func.max(tables.sample.c.at).label("a"), func.count().label("n")))[0].values()
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        summed = store.query(select(func.sum(tables.rollup.c.n).label("n")))[0]["n"]
        store.close()
        assert n > 0
        assert summed == n
        assert killed_at - newest <= 1.0
