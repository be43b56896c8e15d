"""The name of this process, and whether another process has ended.

A process ID alone names nothing: containers that share a host name use the same ones, and so do machines made of one
image. A mark therefore holds the kernel's boot and the PID namespace (pid_namespaces(7)) its number belongs to, and the
moment the process began. A mark of another place is never said to have ended: it cannot be seen from here.
"""

import os
import socket
import sys
import uuid
from functools import cache
from pathlib import Path


def identity() -> str:
    """Name this process as no other one on any machine: containers may share host names and process IDs."""
    return _identity(os.getpid())


@cache
def _identity(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}:{uuid.uuid4().hex[:8]}"


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
        pass  # it belongs to another user
    return _stat(pid)[:1] not in (["Z"], ["X"])  # one that has ended keeps its number until its parent asks for it


def process_mark() -> str:
    """Name this process so that others can ask whether it has ended: `host/place:pid@start`."""
    pid = os.getpid()
    return f"{_here()}:{pid}@{started_at(pid)}"


def has_ended(mark: str | None) -> bool:
    """Return whether the process of a mark has certainly ended.

    Args:
        mark: Result of `process_mark` in that process. One of another place (machine, boot, container) cannot be
            seen, and counts as running.
    """
    where, _, process = (mark or "").rpartition(":")
    number, _, start = process.partition("@")
    if where != _here() or not number.isdigit():
        return False
    return not process_alive(int(number)) or (bool(start) and start != started_at(int(number)))


def is_running(mark: str | None) -> bool:
    """Return whether the process of a mark certainly runs; one of another place cannot be seen."""
    where, _, process = (mark or "").rpartition(":")
    seen = where == _here() and process.partition("@")[0].isdigit()
    return seen and not has_ended(mark)


def started_at(pid: int) -> str:
    """Return when a process began, in clock ticks since the boot; empty where it is unknown.

    Linux alone reports it without a dependency.
    """
    return "".join(_stat(pid)[19:20])


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat (proc(5)) from the third on; none where the system has no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _here() -> str:
    return f"{socket.gethostname()}/{_place(os.getpid())}"


@cache
def _place(_pid: int) -> str:
    """Name what the process IDs of this process are unique in: boot and PID namespace, else the machine.

    Where neither is known it is random, so that no other process is ever said to have ended.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{uuid.getnode():x}"  # a random number where the machine has no network card
