"""All checks of the project with a summary: what `python bootstrap.py test` runs.

Lint and types are checked beside the tests.

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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
KEPT = (
    "AIGC_BROWSER",
    "AIGC_BROWSER_ARGS",
    "AIGC_TEST_POSTGRES",
    "AIGC_PLAYWRIGHT_MCP",
)  # all other settings would change what is tested
CORES = os.cpu_count() or 1
WORKERS = {"unit": min(4, CORES + 1), "acceptance": min(8, 2 * CORES + 1)}
"""Processes by group: acceptance tests wait for browsers, servers and inner runs half of their time."""
RUN_AGAIN = 5
"""Failed tests of a group that are run a second time, alone: more of them are no accident of a busy machine."""
ROBOT_FOLDERS = ("suites", "keywords", "tests", "AIGCLibrary/defaults/project")


@dataclass(frozen=True, slots=True)
class Gate:
    """One check: its name, the group it belongs to, and its command."""

    name: str
    group: str
    command: tuple[str, ...]


Result = tuple[Gate, int, float]
"""A check, its exit code and the seconds it took."""


def gates(groups: set[str], pytest_options: list[str], counts: Path) -> list[Gate]:
    """Return the checks of the groups; tests leave their numbers in `counts`."""
    python = sys.executable
    robot = [folder for folder in ROBOT_FOLDERS if any((ROOT / folder).rglob("*.r[eo][sb]o*"))]
    ruff = (python, "-m", "ruff")
    # Files go to the processes in the order of tests/conftest.py, not by their number of tests.
    spread = ("--dist", "loadfile", "--no-loadscope-reorder")
    # Generated examples are the same in each run of the gate; new ones are looked for by `tests.bench fuzz`.
    pytest = (python, "-m", "pytest", "-q", *spread, "--hypothesis-seed=0", *pytest_options)
    tests = {
        group: (*pytest, "-n", str(workers), f"--junitxml={counts / group}.xml", f"tests/{group}")
        for group, workers in WORKERS.items()
    }
    folders = [f"tests/{group}" for group in WORKERS if group in groups]
    checks = [
        Gate("ruff check", "lint", (*ruff, "check", ".")),
        Gate("ruff format", "lint", (*ruff, "format", "--check", ".")),
        Gate("mypy", "lint", (python, "-m", "mypy")),
        Gate("robocop", "lint", (python, "-m", "robocop", "check", *robot)),
        # Else each process of the tests would compile all of them, at the same moment.
        *([Gate("collection", "compiled", (*pytest, "--collect-only", "-qq", *folders))] if folders else []),
        *(Gate(f"{group} tests", group, command) for group, command in tests.items()),
    ]
    return [gate for gate in checks if gate.group in {*groups, "compiled"}]


def main(arguments: list[str]) -> int:
    """Run the checks asked for; return 0 when all passed, else 1."""
    if arguments[:1] == ["--world"]:  # not part of the gate: the environments of the servers are big
        return subprocess.run([sys.executable, "-m", "tests.world", *arguments[1:]], cwd=ROOT, check=False).returncode
    parser = argparse.ArgumentParser(prog="python bootstrap.py test", description=__doc__.partition("\n")[0])
    for group in ("lint", "unit", "acceptance"):
        parser.add_argument(f"--{group}", action="store_true", help=f"run the {group} checks")
    parser.add_argument("pytest", nargs="*", help="options for pytest, after --")
    args = parser.parse_args(arguments)
    known = ("lint", "unit", "acceptance")
    asked = {group for group in known if getattr(args, group)} or set(known)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aigc-gates-") as folder:
        results, unsteady = run_again(run_all(gates(asked, args.pytest, Path(folder))), Path(folder))
        numbers = count(Path(folder))
    elapsed = time.monotonic() - started
    print("\n" + "=" * 60)
    for name in unsteady:
        print(f"UNSTEADY {name}: failed among the others and passed alone; the first failure is printed above")
    for gate, code, seconds in results:
        print(f"{'passed' if code == 0 else 'FAILED':8} {gate.name:24} {seconds:6.1f} s")
    print(f"{'':8} {'all':24} {elapsed:6.1f} s", flush=True)
    if sum(numbers.values()):
        print("{passed} passed, {failed} failed, {skipped} skipped".format(**numbers), flush=True)
    return int(any(code for _, code, _ in results))


def count(folder: Path) -> Counter[str]:
    """Add up the tests of all JUnit files of a folder: passed, failed, skipped; a test run again counts once."""
    total: Counter[str] = Counter(passed=0, failed=0, skipped=0)
    for path in folder.glob("*.xml"):
        total.update(outcome(case) for case in ET.parse(path).iter("testcase"))
    for path in folder.glob("*.again"):
        total["failed"] -= sum(1 for _ in ET.parse(path).iter("testcase"))
        total.update(outcome(case) for case in ET.parse(path).iter("testcase"))
    return total


def outcome(case: ET.Element) -> str:
    """Return what became of a test of a JUnit file."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def failed_in(path: Path) -> list[str]:
    """Return the names of the failed tests of a JUnit file; none where there is no file."""
    cases = ET.parse(path).iter("testcase") if path.is_file() else ()
    return [f"{case.get('classname')}.{case.get('name')}" for case in cases if outcome(case) == "failed"]


def run_again(results: list[Result], folder: Path) -> tuple[list[Result], list[str]]:
    """Run the few tests that failed once more, alone; return the results and the names of those that passed then.

    Some tests need servers, browsers and several processes at once, on machines that others load as well. What fails
    twice has failed; what passes alone is named at the end, so that it is not overlooked.
    """
    unsteady: list[str] = []
    for place, (gate, code, seconds) in enumerate(results):
        failed = failed_in(folder / f"{gate.group}.xml") if gate.group in WORKERS else []
        if code != 1 or not 0 < len(failed) <= RUN_AGAIN:
            continue
        report = folder / f"{gate.group}.again"
        once_more = ("--last-failed", "--last-failed-no-failures=none", "-n", "0", f"--junitxml={report}")
        _, second, more = run(replace(gate, name=f"{gate.name} again", command=(*gate.command, *once_more)))
        unsteady += [name for name in failed if name not in failed_in(report)] if report.is_file() else []
        results[place] = (gate, second, seconds + more)
    return results, unsteady


def run_all(checks: list[Gate]) -> list[Result]:
    """Run the tests and beside them the rest, both one after the other, the rest with its output in one piece."""
    beside = [gate for gate in checks if gate.group == "lint"]
    tests = [gate for gate in checks if gate.group != "lint"]
    if not tests:
        return [run(gate) for gate in beside]
    with ThreadPoolExecutor(max_workers=1) as lane:
        waiting = [lane.submit(run, gate, aside=True) for gate in beside]
        # The browsers of the acceptance tests last, when the lint is over.
        done = [run(gate, aside=gate.group not in WORKERS) for gate in tests]
        return [one.result() for one in waiting] + done


def run(gate: Gate, *, aside: bool = False) -> Result:
    """Run one check and let its output through; `aside` prints it at once when the check has ended."""
    head = f"\n==> {gate.name}: {' '.join(gate.command[1:])}"
    if not aside:
        print(head, flush=True)
    started = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIGC_") or name in KEPT}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # each of hundreds of processes would compile the library
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if aside else {}
    done = subprocess.run(gate.command, cwd=ROOT, env={**environment, "PYTHONUTF8": "1"}, check=False, **pipes)
    if aside:
        print(f"{head}\n{done.stdout.decode('utf-8', 'replace')}", flush=True)
    return gate, done.returncode, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
