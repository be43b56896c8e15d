"""Runs suites in forks of a process that has imported everything: one fork for each mutant."""

import multiprocessing
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from AIGCLibrary.cli.mutate_probe import ProbeNotes, TrialLine

PRELOADED = (
    *("robot.run", "RequestsLibrary", "aiohttp", "sqlalchemy.dialects.sqlite", "jinja2", "yaml", "av", "PIL.Image"),
    *("AIGCLibrary.library", "AIGCLibrary.files.service", "AIGCLibrary.tasks.service", "AIGCLibrary.tape.session"),
    *("AIGCLibrary.tape.plain_requests", "AIGCLibrary.data.service", "AIGCLibrary.monitoring.service"),
    *("AIGCLibrary.recovery.service", "AIGCLibrary.misbehave.transport", "AIGCLibrary.files.inspector"),
)
LONGEST = 900.0
"""Seconds after which a run counts as one that never ends: far more than any needs, since waits take no time."""
TOP = "Suites"
"""Name of the suite above several: robot would name it after those that are left of them."""


@dataclass(frozen=True, slots=True)
class MutantJob:
    """A run of the suites.

    Args:
        name: Its name.
        scenario: What the product does wrong; nothing when empty.
        tests: Full names of the tests that run; all when empty.
        trial: A line that is tried.
    """

    name: str
    scenario: str = ""
    tests: tuple[str, ...] = ()
    trial: TrialLine = field(default_factory=TrialLine)


@dataclass(slots=True)
class SuiteRunner:
    """Runs jobs.

    Args:
        suites: Suite files or folders.
        tape: The tape.
        options: More options of robot, as one text.
        environment: More environment variables.
        workers: Runs at a time.
        limit: Seconds one may take.
    """

    suites: Sequence[Path]
    tape: Path
    options: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: int = field(
        default_factory=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    )
    limit: float = LONGEST

    def run(self, jobs: Iterable[MutantJob], done: Callable[[MutantJob, ProbeNotes], None]) -> None:
        """Run jobs, several at a time, and pass on what each showed as soon as it is over."""
        context: Any = multiprocessing.get_context("fork" if _forks() else "spawn")
        if _forks():
            preload()
        running: dict[Connection, tuple[MutantJob, Any, float]] = {}
        waiting = list(jobs)[::-1]
        folder = Path(tempfile.mkdtemp(prefix="aigc-mutants-"))
        try:
            while waiting or running:
                while waiting and len(running) < self.workers:
                    job = waiting.pop()
                    ours, theirs = context.Pipe(duplex=False)
                    target = tempfile.mkdtemp(dir=folder)
                    process = context.Process(target=_child, args=(theirs, self._plain(), job, target), daemon=True)
                    process.start()
                    theirs.close()
                    running[ours] = (job, process, time.monotonic() + self.limit)
                for connection in self._ready(running):
                    job, process, _ = running.pop(connection)
                    notes = _received(connection, process, self.limit)
                    done(job, notes)
        finally:
            for _, process, _ in running.values():
                process.kill()
                process.join()
            shutil.rmtree(folder, ignore_errors=True)

    def one(self, job: MutantJob) -> ProbeNotes:
        """Run one job."""
        found: list[ProbeNotes] = []
        self.run([job], lambda _job, notes: found.append(notes))
        return found[0]

    def _plain(self) -> "SuiteRunner":
        return replace(self, environment=dict(self.environment))

    @staticmethod
    def _ready(running: dict[Connection, tuple[MutantJob, Any, float]]) -> list[Connection]:
        """Return the runs that are over, those that never end included."""
        left = min(end for _, _, end in running.values()) - time.monotonic()
        over = [connection for connection in wait(list(running), max(left, 0.0)) if isinstance(connection, Connection)]
        return over or [connection for connection, (_, _, end) in running.items() if end <= time.monotonic()]


def preload() -> None:
    """Import what every run needs."""
    import contextlib
    import gc
    import importlib

    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _forks() -> bool:
    return hasattr(os, "fork") and sys.platform != "darwin"


def _received(connection: Connection, process: Any, limit: float) -> ProbeNotes:
    try:
        notes: ProbeNotes = (
            connection.recv() if connection.poll() else ProbeNotes(error=f"it did not end within {limit:.0f} s")
        )
    except (EOFError, OSError):
        notes = ProbeNotes(error="its process died")
    connection.close()
    process.join(0.5)
    if process.is_alive():
        process.kill()
        process.join()
    return notes


def _child(connection: Connection, runner: SuiteRunner, job: MutantJob, folder: str) -> None:
    """Run the suites in this process, which ends afterwards."""
    os.setsid() if hasattr(os, "setsid") else None
    quiet = os.open(Path(folder) / "console.txt", os.O_WRONLY | os.O_CREAT)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    notes = ProbeNotes()
    try:
        notes = _notes(runner, job, Path(folder))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the process that waits has to know
        notes.error = repr(error)
    connection.send(notes)
    connection.close()
    os._exit(0)  # nothing of this run is needed any more


def _notes(runner: SuiteRunner, job: MutantJob, folder: Path) -> ProbeNotes:
    from robot.run import run_cli

    from AIGCLibrary.cli import mutate_probe
    from AIGCLibrary.misbehave.transport import VARIABLE
    from AIGCLibrary.misbehave.watching import WATCH
    from AIGCLibrary.tape.session import REPORT

    os.environ |= {
        **runner.environment,
        "AIGC_TAPE": f"replay:{runner.tape.resolve()}",
        "AIGC_STORE": f"sqlite:///{(folder / 'run.db').as_posix()}",
        VARIABLE: job.scenario,
    }
    for name in (REPORT, "AIGC_RUN_ID"):
        os.environ.pop(name, None)
    WATCH.on = True
    for name in ("rule_set", "rule", "keyword", "kind"):
        setattr(mutate_probe.TRIAL, name, getattr(job.trial, name))
    mutate_probe.observe_rules()
    words = ["--outputdir", str(folder), "--output", "output.xml", "--log", "NONE", "--report", "NONE"]
    if len(runner.suites) > 1:
        words += ["--name", TOP]
    words += ["--console", "none", "--listener", "AIGCLibrary.cli.mutate_probe.MutantProbe"]
    for test in job.tests:
        words += ["--test", _pattern(test)]
    words += [*shlex.split(runner.options), *map(str, runner.suites)]
    code = run_cli(words, exit=False)
    notes = mutate_probe.collect()
    if code > 250:
        notes.error = (folder / "console.txt").read_text(encoding="utf-8", errors="replace").strip()[-500:]
    return notes


def _pattern(name: str) -> str:
    """Write a name so that none of its characters is a wildcard, except that `?` is any character."""
    return "".join("?" if sign in "*?[]" else sign for sign in name)
