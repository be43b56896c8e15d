"""Builds real servers and runs one suite a product: `python -m tests.world [gradio cog …]`."""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from robot.api import ExecutionResult
from robot.result import TestCase

from tests.world.builds import WorldError, built, cache_folder
from tests.world.comfyui import replaying
from tests.world.servers import WORLDS, World, running

SUITES = Path(__file__).parent / "suites"
NAMES = (*WORLDS, "comfyui")
COMFYUI = World(None, "", "comfyui.robot", ())


def main(arguments: list[str]) -> int:
    """Run the suites of the products that are named, or of all; return 0 when everything is right, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__.partition(":")[0])
    parser.add_argument("names", nargs="*", metavar="PRODUCT", help=f"{', '.join(NAMES)}; all when left out")
    parser.add_argument("--results", type=Path, help="folder for the logs of the runs")
    parser.add_argument(
        "--replay", action="store_true", help="record each run, replay it without the server and compare the verdicts"
    )
    parser.add_argument("--robot", action="append", default=[], help="option for robot, such as --robot=--test=Cancel*")
    args = parser.parse_args(arguments)
    unknown = sorted(set(args.names) - set(NAMES))
    if unknown:
        parser.error(f"{', '.join(unknown)}: not known. Available: {', '.join(NAMES)}")
    kept = nullcontext(args.results) if args.results else tempfile.TemporaryDirectory(prefix="aigc-world-results-")
    print(f"Servers are built in {cache_folder()}.", flush=True)
    bad = 0
    with kept as results:
        for name in args.names or NAMES:
            for world in (COMFYUI,) if name == "comfyui" else WORLDS[name]:
                bad += _tried(name, world, Path(results), args.robot, replay=args.replay)
    return int(bool(bad))


def _tried(name: str, world: World, results: Path, options: list[str], *, replay: bool) -> int:
    """Run the suite of one version and print each situation; return how many are wrong."""
    title = world.build.name if world.build else name
    print(f"\n==> {title}", flush=True)
    folder = results / title
    tape = (folder / "tape").resolve()
    try:
        if world.build:
            built(world.build)
        with running(world) if world.build else replaying() as served:
            groups = ",".join(map(str, served.groups))
            known = ["--variable", f"URL:{served.url}", "--variable", f"GROUPS:{groups}"]
            options = [*known, "--name", title, *options, str(SUITES / world.suite)]
            tests = _run(folder, options, {"AIGC_TAPE": f"record:{tape}"} if replay else {})
    except WorldError as error:
        print(f"FAILED  {error}", flush=True)
        return 1
    for test in tests.values():
        said = "" if test.passed else f"\n        {test.message}"
        print(f"{'right' if test.passed else 'WRONG':7} {test.name} ({test.elapsed_time.total_seconds():.1f} s){said}")
    wrong = sum(not test.passed for test in tests.values())
    print(f"{title}: {len(tests) - wrong} of {len(tests)} situations are right.", flush=True)
    return wrong + (
        _replayed(title, tests, _run(folder / "replay", options, {"AIGC_TAPE": f"replay:{tape}"})) if replay else 0
    )


def _run(folder: Path, options: list[str], environment: dict[str, str]) -> dict[str, TestCase]:
    command = [sys.executable, "-m", "robot", "--outputdir", str(folder), "--console", "none", *options]
    subprocess.run(command, check=False, timeout=1800, env={**os.environ, **environment})
    return {test.full_name: test for test in ExecutionResult(folder / "output.xml").suite.all_tests}


def _replayed(title: str, recorded: dict[str, TestCase], played: dict[str, TestCase]) -> int:
    """Print which verdicts of a replay differ from the recording; return how many."""
    differ = [name for name, test in recorded.items() if played[name].status != test.status]
    for name in differ:
        print(f"DIFFERS {played[name].name}: {played[name].status} in the replay\n        {played[name].message}")
    seconds = sum(test.elapsed_time.total_seconds() for test in played.values())
    print(
        f"{title}: {len(recorded) - len(differ)} of {len(recorded)} verdicts are equal in a replay ({seconds:.1f} s)."
    )
    return len(differ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
