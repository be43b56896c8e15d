"""Eight ways in which a helper fails, twenty times each: time beyond the deadline, changed verdicts, processes left."""

import logging
import shutil
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import TargetError

ROOT = Path(__file__).resolve().parents[2]
TIMES = 20
DEADLINE = 1.0
MODES = ("mute", "deaf", "dies", "garbage", "crash", "raises", "missing program", "http refused")


def run(show, note):
    """Return the longest time beyond the deadline, changed verdicts, processes left, and how many were made."""
    worst, changed, count = 0.0, 0, 0
    logging.getLogger("aigc").addHandler(logging.NullHandler())
    logging.getLogger("aigc").propagate = False
    before = _servers()
    closers = []
    for mode in MODES:
        over = []
        for _ in range(TIMES):
            beyond, same, closer = _once(mode)
            closers.append(closer)
            over.append(beyond)
            changed += not same
            count += 1
        worst = max(worst, *over)
        if show:
            note(f"{mode}: at most {max(over):+.2f} s beyond the deadline of {DEADLINE:g} s")
    for closer in closers:
        closer.join(30)
    changed += sum(closer.is_alive() for closer in closers)
    end = time.monotonic() + 10
    while (left := _servers() - before) and time.monotonic() < end:
        time.sleep(0.2)
    return worst, changed, len(left), count


def _once(mode):
    engine = Engine(_settings(mode), directory=Path(tempfile.mkdtemp(prefix="aigc-bench-")))
    error = TargetError("Target 'x' was not found.", code="AIGC101", facts={"target": "x"})
    engine.recovery.note("Click Target", error)
    engine.recovery.suggestions(error.message)  # what is loaded once is not part of an escalation
    engine.store.flush()
    started = time.monotonic()
    found = engine.recovery.conclude("Bench.Test", True, error.message)
    elapsed = time.monotonic() - started
    # The verdict stays failed with its own suggestions, and nothing is raised.
    same = bool(found) and all(not one.source.startswith("helper") for one in found)
    closer = threading.Thread(target=_close, args=(engine,))
    closer.start()
    return elapsed - DEADLINE, same, closer


def _close(engine):
    engine.close()
    shutil.rmtree(engine.directory, ignore_errors=True)


def _settings(mode):
    entry = {"command": [sys.executable, "-m", "tests.support.mcp_server", mode], "env": {"PYTHONPATH": str(ROOT)}}
    if mode == "missing program":
        entry = {"command": ["/no/such/program"]}
    if mode == "http refused":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            entry = {"url": f"http://127.0.0.1:{free.getsockname()[1]}/mcp"}
    escalation = {
        "server": "helper", "tool": "suggest_fix", "automatic": True, "deadline": DEADLINE,
        "arguments": {"summary": "summary"}, "servers": {"helper": {**entry, "allow": ["suggest_fix"]}},
    }  # fmt: skip
    return Settings(options={"recovery": {"escalation": escalation}}, language="en").identified({})


def _servers():
    """Process ids of the helpers of this bench, where the system tells them."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if b"tests.support.mcp_server" in (entry / "cmdline").read_bytes():
                found.add(entry.name)
        except OSError:
            continue
    return found
