"""The listener of a mutant: behind which waits a line is tried, and for which of their tasks."""

import pytest
from robot.running import TestSuite as Suite

from AIGCLibrary.cli import mutate_probe
from AIGCLibrary.cli.mutate_probe import MutantProbe, ProbeNotes

LIBRARY = """
NOTED = []

def submit_task(kind): return f"{kind}:1"
def wait_for_task(task, timeout=None): pass
def wait_for_all_tasks(*tasks, timeout=None): pass
def wait_for_any_task(*tasks): pass
def get_task_duration(task, *expected): NOTED.append((task, *expected))
"""
TEST = """*** Settings ***
Library    {library}

*** Test Cases ***
Two Tasks
    VAR    ${{song}}    song:1
    VAR    ${{clip}}    clip:2
    VAR    @{{both}}    song:3    clip:4
    {wait}
"""


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """Run a test with one wait, and return where the line on trial for songs was put."""

    def run(wait: str) -> list[tuple[int, str]]:
        (tmp_path / "product.py").write_text(LIBRARY, encoding="utf-8")
        suite = tmp_path / "songs.robot"
        suite.write_text(TEST.format(library=(tmp_path / "product.py").as_posix(), wait=wait), encoding="utf-8")
        notes = ProbeNotes()
        monkeypatch.setattr(mutate_probe, "NOTES", notes)
        monkeypatch.setattr(mutate_probe.TRIAL, "keyword", ("Get Task Duration", "{task}", "<", "5 s"))
        monkeypatch.setattr(mutate_probe.TRIAL, "kind", "song")
        Suite.from_file_system(suite).run(output=None, console="none", listener=MutantProbe())
        assert [one.passed for one in notes.tests.values()] == [True]
        return sorted((place.line, place.task) for place in notes.places)

    return run


@pytest.mark.parametrize(
    ("wait", "tasks"),
    [
        ("Wait For Task    ${song}    timeout=1 min", ["${song}"]),
        ("Wait For Task    ${clip}    timeout=1 min", []),
        ("Wait For All Tasks    ${clip}    ${song}    timeout=1 min", ["${song}"]),
        ("Wait For All Tasks    @{both}", ["${both}[0]"]),
        ("Wait For Any Task    ${clip}    ${song}", []),
    ],
)
def test_a_line_is_tried_on_the_tasks_of_its_kind_behind_every_wait_for_all_of_them(tried, wait, tasks):
    assert tried(wait) == [(10, task) for task in tasks]
