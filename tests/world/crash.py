"""Ends servers as a crash does: `python -m tests.world.crash PID,PID` kills processes and all that they started."""

import contextlib
import os
import signal
import sys
from pathlib import Path


def main(pids: list[int]) -> None:
    """Kill processes and all below them: workers may have sessions of their own."""
    for pid in _family(pids):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _family(pids: list[int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(stat.parent.name))
    found = list(pids)
    for pid in found:  # it grows while it is read
        found += children.get(pid, [])
    return found


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1].split(",") if one])
