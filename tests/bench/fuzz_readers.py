"""Sends hostile bytes to every reader for minutes, each in a process of its own with limits of time and memory.

Run as a module, it is such a process: `python -m tests.bench.fuzz_readers NAME SEED SECONDS FILE`.
"""

import json
import os
import random
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.figures import Figures
from tests.support.fuzzing import hostile, targets

SECONDS = 2.0
"""CPU time that one input may take."""
MEGABYTES = 256
"""Memory that one input may add."""
HANG_SECONDS = 30.0
"""CPU time without a sign of a process after which it hangs."""
SILENT_SECONDS = 600.0
"""Time without a sign after which it hangs, whatever it used: on a busy machine a process may get little CPU."""
ADDRESS_SPACE = 4 << 30


def fuzz_readers(figures: Figures, minutes: float, seed: int, only: str, folder: Path, parallel: int = 2) -> None:
    """Fuzz all readers for a time, and print what was found; bad inputs stay in the folder."""
    names = [name for name in targets() if not only or name in only.split(",")]
    share = minutes * 60 * parallel / len(names)
    with ThreadPoolExecutor(parallel) as pool:
        found = list(pool.map(lambda name: _fuzz(name, seed, share, folder), names))
    totals = {kind: sum(len(one[kind]) for one in found) for kind in ("crash", "slow", "large")}
    for name, one in zip(names, found, strict=True):
        for kind in totals:
            for row in one[kind][:5]:
                print(f"     {kind} in {name}: {row}")
    counts = ", ".join(f"{name} {one['inputs']}" for name, one in zip(names, found, strict=True))
    figures.note(f"{sum(one['inputs'] for one in found)} inputs of readers: {counts}")
    figures.add("crashes of readers", totals["crash"], 0)
    figures.add(f"inputs over {SECONDS:g} s", totals["slow"], 0)
    figures.add(f"inputs over {MEGABYTES} MB", totals["large"], 0)
    figures.add("slowest input", max(one["slowest"] for one in found), SECONDS, unit="s")


def _fuzz(name: str, seed: int, seconds: float, folder: Path) -> dict:
    found: dict = {"crash": [], "slow": [], "large": [], "inputs": 0, "slowest": 0.0}
    until, part = time.monotonic() + seconds, 0
    while (left := until - time.monotonic()) > 0 and part < 20:
        part += 1
        held = folder / f"{name}.{seed}.{part}"
        command = [sys.executable, "-m", "tests.bench.fuzz_readers", name, f"{seed}.{part}", str(left), str(held)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ended = False
        for line in _lines(process):
            ended = ended or "end" in line
            found["inputs"] += line.get("inputs", 0)
            found["slowest"] = max(found["slowest"], line.get("seconds", 0.0))
            for kind in ("crash", "slow", "large"):
                if kind in line:
                    found[kind].append(f"{line[kind]} ({line['held']})")
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            found["slow"].append(f"no sign within {HANG_SECONDS:g} s of CPU ({held})")
        else:
            if not ended:
                found["crash"].append(f"the process died with {process.returncode} ({held})")
        process.wait()
    return found


def _lines(process: subprocess.Popen) -> Iterator[dict]:
    """Return what a process reports, until it ends, or hangs."""
    heard, used = time.monotonic(), 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() - heard < SILENT_SECONDS and _cpu(process.pid) - used < HANG_SECONDS:
            if not selector.select(1.0):
                continue
            line = process.stdout.readline()
            if not line:
                return
            heard, used = time.monotonic(), _cpu(process.pid)
            yield json.loads(line)


def _cpu(pid: int) -> float:
    """Return the CPU time of a process; 0 where it cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _serve(name: str, seed: str, seconds: float, held: Path) -> None:
    target, rng = targets()[name](), random.Random(f"{name} {seed}")
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    until = time.monotonic() + seconds
    inputs, slowest, said = 0, 0.0, time.monotonic()
    for one in target.seeds:
        _read(target, one)
    while time.monotonic() < until:
        data = hostile(target, rng)
        held.write_bytes(data)
        before, started = _peak(), time.process_time()
        problem = _read(target, data)
        took, grown = time.process_time() - started, _peak() - before
        inputs, slowest = inputs + 1, max(slowest, took)
        slow, large = took > SECONDS and f"{took:.1f} s", grown > MEGABYTES and f"{grown:.0f} MB"
        kinds = {"crash": problem, "slow": slow, "large": large}
        for kind, what in kinds.items():
            if what:
                kept = held.with_name(f"{held.name}.{kind}{inputs}")
                kept.write_bytes(data)
                print(json.dumps({kind: what, "held": str(kept)}), flush=True)
        if time.monotonic() - said > 1:
            print(json.dumps({"inputs": inputs, "seconds": slowest}), flush=True)
            inputs, said = 0, time.monotonic()
    print(json.dumps({"inputs": inputs, "seconds": slowest, "end": True}), flush=True)
    target.close()


def _read(target, data: bytes) -> str:
    """Read an input; returns what went wrong."""
    try:
        target.read(data)
    except target.allowed:
        return ""
    except Exception as error:  # noqa: BLE001 - a crash is what is looked for
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def _peak() -> float:
    """Return the peak of memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4]))
