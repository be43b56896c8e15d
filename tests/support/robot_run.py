"""Inner Robot runs: a suite given as text, run by a real robot process, read back from its output.xml."""

import os
from dataclasses import dataclass
from pathlib import Path

from robot.api import ExecutionResult

from tests.support.forks import ROOT, run_module


@dataclass(frozen=True)
class RobotRun:
    """What came of an inner run."""

    code: int
    console: str
    directory: Path

    @property
    def result(self):
        return ExecutionResult(self.directory / "results" / "output.xml")

    @property
    def tests(self) -> dict[str, object]:
        """Tests by name."""
        return {test.name: test for test in self.result.suite.all_tests}

    @property
    def log(self) -> str:
        return (self.directory / "results" / "log.html").read_text(encoding="utf-8")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without settings of the library, but with what is named."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AIGC_")}
    return clean | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **more}


def run_aigc(directory: Path, *arguments: object, timeout: float = 900, **env: str):
    """Run the `aigc` command in a directory; the browser of the tests is known to it."""
    browser = {key: value for key, value in os.environ.items() if key.startswith("AIGC_BROWSER")}
    return run_module(
        "AIGCLibrary", *arguments, cwd=directory, env=clean_environment(**browser, **env), timeout=timeout
    )


def run_robot(
    directory: Path,
    text: str,
    *options: str,
    name: str = "suite.robot",
    env: dict[str, str] | None = None,
    timeout: float = 900,
) -> RobotRun:
    """Run suite text in a directory of its own; the store lands in `results/aigc.db` there."""
    (directory / name).write_text(text, encoding="utf-8")
    command = ("robot", "--outputdir", "results", *options, name)
    done = run_module(*command, cwd=directory, env=clean_environment(**(env or {})), timeout=timeout)
    return RobotRun(done.returncode, done.stdout + done.stderr, directory)
