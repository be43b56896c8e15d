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
NAMES = {"example": "prompt_guard", "scaffold": "word_count"}
"""Names of the plug-ins by folder."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a command where both packages are installed: `run(*command)` in the folder that holds them."""
    folder = tmp_path_factory.mktemp("packages")
    site = folder / "site"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]), "PYTHONIOENCODING": "utf-8"}

    def call(*command):
        done = subprocess.run(
            [sys.executable, "-m", *map(str, command)],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    shutil.copytree(ROOT / "docs" / "example-plugin", folder / "example")
    create_plugin(folder / "scaffold", "word-count")
    offline = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--no-compile")
    call("pip", "install", *offline, "--disable-pip-version-check", "--target", site, "./example", "./scaffold")
    return call


@pytest.fixture(scope="module")
def rows(run):
    """What `aigc plugins` says, by name."""
    return {row["name"]: row for row in json.loads(run("AIGCLibrary", "plugins", "--json"))}


@pytest.mark.parametrize("package", NAMES)
def test_an_installed_package_is_found_and_healthy(rows, package):
    row = rows[NAMES[package]]
    assert (row["health"], row["version"]) == ("healthy", "0.1.0")


@pytest.mark.parametrize("package", NAMES)
def test_the_tests_of_a_package_pass(run, package):
    run("pytest", "-q", "-p", "no:cacheprovider", "--rootdir", package, f"{package}/tests")


def test_the_suites_of_the_packages_pass(run):
    run("robot", "--outputdir", "results", "example/suites", "scaffold/suites")
