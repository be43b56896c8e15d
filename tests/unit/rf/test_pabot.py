"""The name of a run that pabot's processes share: one for a launch, another one for the next."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from AIGCLibrary.rf import pabot

ADDRESS = "127.0.0.1:1"  # nothing answers there


def output_of(results, number):
    folder = results / "" / str(number)
    folder.mkdir(parents=True)
    return str(folder)


def test_processes_that_start_together_agree(tmp_path):
    results = tmp_path / pabot.RESULTS
    outputs = [output_of(results, number) for number in range(8)]
    with ThreadPoolExecutor(8) as together:
        found = set(together.map(lambda output: pabot.run_id(ADDRESS, output), outputs))
    assert len(found) == 1


def test_the_next_launch_with_the_same_address_and_folder_is_another_run(tmp_path):
    results = tmp_path / pabot.RESULTS
    first = pabot.run_id(ADDRESS, output_of(results, 0))
    shutil.rmtree(results)  # as pabot does when it starts
    assert pabot.run_id(ADDRESS, output_of(results, 0)) != first


def test_argument_files_of_one_launch_are_one_run(tmp_path):
    results = tmp_path / pabot.RESULTS
    assert pabot.run_id(ADDRESS, output_of(results / "1", 0)) == pabot.run_id(ADDRESS, output_of(results / "2", 0))


def test_an_id_that_is_never_written_is_not_waited_for_for_ever(tmp_path):
    (tmp_path / pabot.MARKER).touch()
    ticks = count()
    with pytest.raises(TimeoutError, match="holds no run id"):
        pabot.agree_in(tmp_path, clock=lambda: float(next(ticks)), sleep=lambda _: None)


def test_without_a_common_folder_and_library_the_parent_process_names_the_run():
    assert pabot.run_id(ADDRESS, None) == pabot.run_id(ADDRESS, None)
    assert pabot.run_id(ADDRESS, None) != pabot.run_id("127.0.0.1:2", None)
