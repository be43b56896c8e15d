"""The example package and a fresh scaffold, installed as a user would, with their own tests and suites."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from AIGCLibrary.plugins.scaffold import create_plugin

ROOT = Path(__file__).resolve().parents[3]


def run(folder, site, *command):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(params=["example", "scaffold"])
def package(request, tmp_path):
    folder = tmp_path / "package"
    if request.param == "example":
        shutil.copytree(ROOT / "docs" / "example-plugin", folder)
        name = "prompt_guard"
    else:
        create_plugin(folder, "word-count")
        name = "word_count"
    site = tmp_path / "site"
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    run(folder, site, *pip, "--target", str(site), ".")
    return folder, site, name


def test_package_works_as_its_readme_says(package):
    folder, site, name = package
    rows = json.loads(run(folder, site, sys.executable, "-m", "AIGCLibrary", "plugins", "--json"))
    row = next(row for row in rows if row["name"] == name)
    assert row["health"] == "healthy"
    assert row["version"] == "0.1.0"
    run(folder, site, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    run(folder, site, sys.executable, "-m", "robot", "--outputdir", "results", "suites")
