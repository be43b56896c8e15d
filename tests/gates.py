"""All checks of the project, one after the other, with a summary: what `python bootstrap.py test` runs.

python -m tests.gates                 everything
python -m tests.gates --lint          only lint and types
python -m tests.gates --unit          only the unit tests
python -m tests.gates --acceptance    only the acceptance tests
python -m tests.gates -- -k wait      everything; pytest is given what follows --
python -m tests.gates --world cog     real servers from the package index instead, see tests/world
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
KEPT = (
    "AIGC_BROWSER",
    "AIGC_BROWSER_ARGS",
    "AIGC_TEST_POSTGRES",
    "AIGC_PLAYWRIGHT_MCP",
)  # all other settings would change what is tested
WORKERS = min(4, (os.cpu_count() or 1) + 1)  # a third of the time is waiting for browsers, servers and inner runs
ROBOT_FOLDERS = ("suites", "keywords", "tests", "AIGCLibrary/defaults/project")


@dataclass(frozen=True, slots=True)
class Gate:
    """One check: its name, the group it belongs to, and its command."""

    name: str
    group: str
    command: tuple[str, ...]


def gates(pytest_options: list[str], counts: Path) -> list[Gate]:
    """Give all checks in the order they run, the quick ones first; tests leave their numbers in `counts`."""
    python = sys.executable
    robot = [folder for folder in ROBOT_FOLDERS if any((ROOT / folder).rglob("*.r[eo][sb]o*"))]
    ruff = (python, "-m", "ruff")
    # Files go to the processes in the order of acceptance/conftest.py, not by their number of tests.
    spread = ("-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder")
    # Generated examples are the same in each run of the gate; new ones are looked for by `tests.bench fuzz`.
    pytest = (python, "-m", "pytest", "-q", *spread, "--hypothesis-seed=0", *pytest_options)
    return [
        Gate("ruff check", "lint", (*ruff, "check", ".")),
        Gate("ruff format", "lint", (*ruff, "format", "--check", ".")),
        Gate("mypy", "lint", (python, "-m", "mypy")),
        Gate("robocop", "lint", (python, "-m", "robocop", "check", *robot)),
        Gate("unit tests", "unit", (*pytest, f"--junitxml={counts / 'unit.xml'}", "tests/unit")),
        Gate(
            "acceptance tests", "acceptance", (*pytest, f"--junitxml={counts / 'acceptance.xml'}", "tests/acceptance")
        ),
    ]


def main(arguments: list[str]) -> int:
    """Run the checks asked for; give 0 when all passed, else 1."""
    if arguments[:1] == ["--world"]:  # not part of the gate: the environments of the servers are big
        return subprocess.run([sys.executable, "-m", "tests.world", *arguments[1:]], cwd=ROOT, check=False).returncode
    parser = argparse.ArgumentParser(prog="python bootstrap.py test", description=__doc__.partition("\n")[0])
    for group in ("lint", "unit", "acceptance"):
        parser.add_argument(f"--{group}", action="store_true", help=f"run the {group} checks")
    parser.add_argument("pytest", nargs="*", help="options for pytest, after --")
    args = parser.parse_args(arguments)
    asked = {group for group in ("lint", "unit", "acceptance") if getattr(args, group)}
    with tempfile.TemporaryDirectory(prefix="aigc-gates-") as folder:
        results = [run(gate) for gate in gates(args.pytest, Path(folder)) if not asked or gate.group in asked]
        numbers = count(Path(folder))
    print("\n" + "=" * 60)
    for name, code, seconds in results:
        print(f"{'passed' if code == 0 else 'FAILED':8} {name:24} {seconds:6.1f} s")
    print(f"{'':8} {'all':24} {sum(seconds for *_, seconds in results):6.1f} s", flush=True)
    if sum(numbers.values()):
        print("{passed} passed, {failed} failed, {skipped} skipped".format(**numbers), flush=True)
    return int(any(code for _, code, _ in results))


def count(folder: Path) -> Counter[str]:
    """Add up the tests of all JUnit files of a folder: passed, failed, skipped."""
    total: Counter[str] = Counter(passed=0, failed=0, skipped=0)
    for path in folder.glob("*.xml"):
        for suite in ET.parse(path).iter("testsuite"):
            number = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            failed = number["failures"] + number["errors"]
            total.update(failed=failed, skipped=number["skipped"])
            total.update(passed=number["tests"] - failed - number["skipped"])
    return total


def run(gate: Gate) -> tuple[str, int, float]:
    """Run one check and let its output through."""
    print(f"\n==> {gate.name}: {' '.join(gate.command[1:])}", flush=True)
    started = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIGC_") or name in KEPT}
    done = subprocess.run(gate.command, cwd=ROOT, env={**environment, "PYTHONUTF8": "1"}, check=False)
    return gate.name, done.returncode, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
