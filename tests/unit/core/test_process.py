"""Whether a process of this machine runs, asked without touching it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from AIGCLibrary.process import has_ended, process_alive, process_mark, started_at


def test_a_process_is_alive_until_it_has_ended():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert process_alive(other.pid)
        other.communicate(b"\n")
    assert not process_alive(other.pid)
    assert process_alive(os.getpid())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not say it")
def test_a_process_that_was_killed_has_ended_before_its_parent_asks_for_it():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        mark = f"{process_mark().rpartition(':')[0]}:{other.pid}@{started_at(other.pid)}"
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # it keeps its number
        assert (process_alive(other.pid), has_ended(mark)) == (False, True)


def test_a_process_of_another_user_is_alive():
    assert process_alive(1)


def _mark_of_a_child(meanwhile=lambda _mark: None):
    code = "from AIGCLibrary.process import process_mark; print(process_mark(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        mark = child.stdout.readline().strip()
        meanwhile(mark)
        child.communicate("\n")
    return mark


def test_a_process_has_ended_once_it_has_and_not_before():
    seen = []
    mark = _mark_of_a_child(lambda mark: seen.append(has_ended(mark)))
    assert seen == [False]
    assert has_ended(mark)
    assert not has_ended(process_mark())


def test_another_process_of_the_same_number_has_taken_its_place():
    where, _, _ = process_mark().rpartition(":")
    assert has_ended(f"{where}:{os.getpid()}@1")


@pytest.mark.parametrize(
    "changed",
    [
        lambda host, _place, process: f"elsewhere/{_place}:{process}",
        lambda host, _place, process: f"{host}/another-boot.1:{process}",
        lambda host, place, process: f"{host}/{place}1:{process}",
        lambda host, _place, process: f"{host}:{process}",
        lambda _host, _place, process: process,
    ],
    ids=["another machine", "another boot", "another container", "an older mark", "a number alone"],
)
def test_what_cannot_be_seen_from_here_has_not_ended(changed):
    where, _, process = _mark_of_a_child().rpartition(":")
    host, _, place = where.partition("/")
    assert not has_ended(changed(host, place, process))


@pytest.mark.parametrize("mark", [None, "", ":", "/:@", "x:y@z", "@", ":::"])
def test_no_mark_says_nothing(mark):
    assert not has_ended(mark)
