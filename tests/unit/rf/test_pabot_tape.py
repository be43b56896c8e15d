"""Each process of pabot has a tape of its own, which a replay finds again."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.rf import pabot, pabot_tape
from AIGCLibrary.tape.folder import HEAD


@pytest.fixture
def running(monkeypatch):
    """A process of pabot that runs some tests of a suite."""

    def run(suite="Suites.Shop 商城", tests=("One", "Two"), address="http://127.0.0.1:8270"):
        monkeypatch.setattr(pabot, "uri", lambda: address)
        about = SimpleNamespace(full_name=suite, tests=[SimpleNamespace(name=name) for name in tests])
        monkeypatch.setattr(pabot_tape, "EXECUTION_CONTEXTS", SimpleNamespace(current=SimpleNamespace(suite=about)))

    return run


def own(setting, folder=Path("/nowhere")):
    return pabot_tape.own_tape(Settings(tape=setting), folder).tape


def test_outside_of_pabot_the_folder_is_as_it_was_given(running):
    running(address=None)
    assert own("record:tapes/a") == "record:tapes/a"


def test_a_process_finds_the_tape_again_of_what_it_runs(running):
    running()
    recorded = own("record:tapes/a")
    assert recorded.startswith("record:tapes/a/suites-shop-商城-")
    assert own("replay:tapes/a") == recorded.replace("record", "replay", 1)


def test_processes_with_other_suites_or_other_tests_have_other_tapes(running):
    found = []
    for suite, tests in (("A", "ab"), ("A", "bc"), ("B", "ab")):
        running(suite, tests)
        found.append(own("record:t"))
    assert len(set(found)) == 3


def test_a_tape_in_the_folder_itself_is_replayed_by_all(running, tmp_path):
    running()
    (tmp_path / HEAD).write_text("{}", encoding="utf-8")
    assert own(f"replay:{tmp_path}") == f"replay:{tmp_path}"
    assert own(f"auto:{tmp_path}") == f"auto:{tmp_path}"
    assert own(f"record:{tmp_path}") != f"record:{tmp_path}"


@pytest.mark.parametrize("setting", [None, "replay", "replay:"])
def test_what_is_no_setting_of_a_tape_stays_for_its_own_error(running, setting):
    running()
    assert own(setting) == setting
