"""Inner Robot runs: a suite given as text, run by a real robot process, read back from its output.xml."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from robot.api import ExecutionResult

ROOT = Path(__file__).resolve().parents[2]


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


def run_robot(
    directory: Path,
    text: str,
    *options: str,
    name: str = "suite.robot",
    env: dict[str, str] | None = None,
    timeout: float = 180,
) -> RobotRun:
    """Run suite text in a directory of its own; the store lands in `results/aigc.db` there."""
    (directory / name).write_text(text, encoding="utf-8")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AIGC_")}
    clean |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **(env or {})}
    done = subprocess.run(
        [sys.executable, "-m", "robot", "--outputdir", "results", *options, name],
        cwd=directory,
        env=clean,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return RobotRun(done.returncode, done.stdout + done.stderr, directory)
