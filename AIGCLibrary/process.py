"""The name of this process, and whether a process of this machine still runs."""

import os
import socket
import sys
from functools import cache
from pathlib import Path
from uuid import uuid4


def identity() -> str:
    """Name this process as no other one on any machine: containers may share host names and process IDs."""
    return _identity(os.getpid())


@cache
def _identity(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}:{uuid4().hex[:8]}"


def process_alive(pid: int) -> bool:
    """Return whether a process runs. On Windows `os.kill(pid, 0)` would end it, so the system is asked there."""
    if sys.platform == "win32":
        import ctypes

        query, still_active = 0x1000, 259
        handle = ctypes.windll.kernel32.OpenProcess(query, False, pid)
        if not handle:
            return False
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(handle)
        return code.value == still_active
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it belongs to another user
    return True


def started_at(pid: int) -> str:
    """Return a mark of when a process began, which no other process of this number has; empty where it is unknown.

    Linux alone tells it without a dependency: field 22 of /proc/PID/stat (clock ticks since the boot), beside
    the id of that boot (proc(5)).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return f"{_boot()}-{fields[19]}"
    except (OSError, IndexError):
        return ""


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
