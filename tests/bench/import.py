"""What `Library    AIGCLibrary` costs over bare Robot with one trivial test, beside Browser and RequestsLibrary.

Each suite runs in processes of its own, in turns, with no output files. CPU seconds of the process and its children are
compared by their minima: what disturbs a measurement only ever adds to it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figures

ROOT = Path(__file__).resolve().parents[2]
BAR = 0.25
"""CPU seconds over bare Robot."""
LIBRARIES = (None, "AIGCLibrary", "Browser", "RequestsLibrary")
OPTIONS = ("--output", "NONE", "--log", "NONE", "--report", "NONE", "--console", "none")


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench import", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="runs of each suite (default 7)")
    rounds = parser.parse_args(arguments).rounds
    with tempfile.TemporaryDirectory(prefix="aigc-bench-") as folder:
        spent: dict[str | None, list[float]] = {library: [] for library in LIBRARIES}
        for _ in range(rounds + 1):
            for library in LIBRARIES:
                spent[library].append(cpu(Path(folder), library))
    least = {library: min(times[1:]) for library, times in spent.items()}  # the first round fills caches
    over = {library: least[library] - least[None] for library in LIBRARIES if library}
    figures = Figures("import")
    figures.note(f"bare Robot, one trivial test: {least[None]:.3f} s of CPU")
    for library in LIBRARIES[2:]:
        figures.note(f"{library}: {over[library]:.3f} s over it")
    peers = ", ".join(f"{over['AIGCLibrary'] / over[library]:.2f} × {library}" for library in LIBRARIES[2:])
    figures.add("Library    AIGCLibrary, CPU over bare Robot", over["AIGCLibrary"], BAR, unit="s", peer=peers)
    return figures.end()


def cpu(folder: Path, library: str | None) -> float:
    """Run a trivial suite; give the CPU seconds of its process and the children of that."""
    suite = folder / f"{library or 'bare'}.robot"
    settings = f"*** Settings ***\nLibrary    {library}\n" if library else ""
    suite.write_text(f"{settings}*** Test Cases ***\nTrivial\n    Log    Nothing of ours.\n", encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AIGC_")}
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "robot", *OPTIONS, str(suite)],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    after = os.times()
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)
