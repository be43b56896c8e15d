"""The File keywords in a real Robot run, over files of the studio."""

import json
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

SUITE = Path(__file__).with_name("files.robot")
RULES = Path(__file__).parents[3] / "resources" / "rules"
EXPECTED = {
    "Broken Video Is Rejected With All Findings": (
        "is rejected by rules 'studio-short (extended)', 2 findings",
        "The time of black picture is 1 s",
        "The frame rate is 24 fps",
        "[AIGC316]",
    ),
    "Label Is Missing": ("The file carries no AIGC label.", "[AIGC305]"),
    "Unsafe Archive Is Refused": ("leads out of the folder", "[AIGC308]"),
    "Unknown Rules Are Reported": ("There is no rule set 'bundel'. Did you mean 'bundle'?",),
}


def made(studio, **body):
    """Have the studio make a file and give its description."""
    headers = {"Authorization": "Bearer studio-demo-token", "Content-Type": "application/json"}

    def call(path, data=None):
        request = urllib.request.Request(
            f"{studio.url}/api/v1{path}", headers=headers, data=json.dumps(data).encode() if data else None
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    task = call("/tasks", {"prompt": "a cat on the moon", "seed": 3, **body})
    while task["status"] in ("queued", "running"):
        time.sleep(0.05)
        task = call(f"/tasks/{task['id']}")
    return task["result"]["files"][0]


@pytest.fixture(scope="module")
def run(studio, tmp_path_factory):
    from tests.support.robot_run import run_robot

    folder = tmp_path_factory.mktemp("files")
    video = made(studio, kind="video", duration=4)
    black = made(studio, kind="video", duration=4, misbehave={"black": [1, 2]})
    bundle = made(studio, kind="bundle", frames=4)
    plain = made(studio, kind="image", misbehave={"output": "unlabelled"})
    with urllib.request.urlopen(plain["url"]) as answer:
        (folder / "plain.png").write_bytes(answer.read())
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        archive.writestr("../../escaped.txt", "no")
    options = {
        "STUDIO": f"{studio.url}/api/v1",
        "RULES": RULES,
        "VIDEO": video["url"],
        "BLACK": black["url"],
        "BUNDLE": bundle["url"],
        "UNLABELLED": folder / "plain.png",
        "SLIP": folder / "slip.zip",
    }
    variables = [part for name, value in options.items() for part in ("--variable", f"{name}:{value}")]
    return run_robot(folder, SUITE.read_text(encoding="utf-8"), *variables)


def test_every_test_ends_as_expected(run):
    for name, test in run.tests.items():
        for part in EXPECTED.get(name, ()):
            assert part in test.message, (name, test.message)
        assert test.passed == (name not in EXPECTED), (name, test.message)
    assert len(run.tests) == 10


def test_the_log_shows_pictures_and_findings(run):
    output = (run.directory / "results" / "output.xml").read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in output
    assert "1.00-2.00 s" in output


def test_nothing_escaped(run):
    assert not list(run.directory.rglob("escaped.txt"))
