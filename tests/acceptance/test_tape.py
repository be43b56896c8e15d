"""The demo from its tape: a whole run without the product, in a fresh folder."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_runs_from_its_tape_without_the_product(tmp_path):
    for name in ("suites", "keywords", "resources", "tapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIGC_", "STUDIO_"))}
    command = [sys.executable, "-m", "AIGCLibrary", "demo", "--replay", "--json"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["orders"] == 17
    assert (found["missing"], found["unplayed"], found["beyond"]) == ([], [], [])
