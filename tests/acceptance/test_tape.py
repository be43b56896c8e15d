"""The demo from its tape: a whole run without the product, in a fresh folder; and lies of the product from a tape."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.robot_run import run_aigc

ROOT = Path(__file__).resolve().parents[2]


ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket() as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Starts a program in a network of its own that has nothing but the loopback device."""


def closed(command):
    """A command in a network namespace where the system has such; elsewhere as it is."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        return command
    return ["unshare", "-rn", sys.executable, "-c", ALONE, *command[1:]]


def test_the_demo_runs_from_its_tape_without_the_product_and_without_a_network(tmp_path):
    for name in ("suites", "keywords", "resources", "tapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIGC_", "STUDIO_"))}
    command = [sys.executable, "-m", "AIGCLibrary", "demo", "--replay", "--json"]
    done = subprocess.run(
        closed(command),
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["orders"] == 17
    assert (found["missing"], found["unplayed"], found["beyond"]) == ([], [], [])


@pytest.mark.parametrize("folder", ["tutorial", "tutorial.zh"])
def test_the_tutorial_runs_a_hosted_product_from_a_tape_without_a_token(tmp_path, folder):
    page = (ROOT / "docs" / folder / "09_a_hosted_product.md").read_text(encoding="utf-8")
    suite = page.partition("```robotframework\n")[2].partition("```")[0]
    (tmp_path / "hosted.robot").write_text(suite, encoding="utf-8")
    done = run_aigc(tmp_path, "replay", "hosted.robot", "--tape", ROOT / "tapes" / "replicate", "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert (found["orders"], found["missing"], found["unplayed"]) == (2, [], [])


def test_the_sleeps_of_a_suite_are_reported_whatever_robot_writes(tmp_path):
    page = (ROOT / "docs" / "tutorial" / "09_a_hosted_product.md").read_text(encoding="utf-8")
    suite = page.partition("```robotframework\n")[2].partition("```")[0]
    (tmp_path / "hosted.robot").write_text(f"{suite}    Sleep    10 ms\n", encoding="utf-8")
    words = ("--tape", ROOT / "tapes" / "replicate", "--json", "--robot", "--output NONE")
    done = run_aigc(tmp_path, "replay", "hosted.robot", *words)
    found = json.loads(done.stdout)
    assert (done.returncode, found["sleeps"]) == (0, 1)
    assert found["slept"] >= 0.01


def test_lies_from_a_tape_are_noticed_and_for_the_others_a_line_is_found_that_notices_them(tmp_path):
    for name in ("suites", "keywords", "resources", "tapes"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = run_aigc(
        tmp_path,
        *("mutate", "suites/02_prompt_table.robot", "--tape", "tapes/project", "--json", "--min-score", "90"),
        *("--only", "unlabelled,slow,zip_slip", "--robot", "--test ChinesePrompt"),
    )
    found = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    results = {one["name"]: one for one in found["mutants"]}
    assert results["unlabelled:image"]["killed_by"][0]["test"].endswith(".Chinese Prompt")
    assert results["zip_slip:-"]["result"] == "not_applicable"
    line = results["slow:image"]["line"]
    assert line["text"].startswith("Get Task Duration    ${task}    <")
    assert line["where"].startswith("keywords/studio_api.resource:")
    assert (found["score"], found["killed"], found["survived"]) == (50.0, 1, 1)
    assert (tmp_path / "results" / "mutants.html").is_file()
