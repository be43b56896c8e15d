"""What the gate says of tests that failed: once more, alone; twice is a failure."""

from pathlib import Path

import pytest

from tests import gates


def junit(path: Path, **outcomes: str) -> None:
    mark = {"passed": "", "failed": "<failure/>"}
    cases = "".join(
        f'<testcase classname="tests.unit.test_it" name="{name}">{mark[outcome]}</testcase>'
        for name, outcome in outcomes.items()
    )
    path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")


@pytest.fixture
def unit_tests():
    return gates.Gate("unit tests", "unit", ("pytest", "tests/unit"))


def again(monkeypatch, folder, **outcomes):
    """Let the second run end so; the commands that were run are returned."""
    commands = []

    def run(gate):
        commands.append(gate.command)
        junit(folder / "unit.again", **outcomes)
        return gate, int("failed" in outcomes.values()), 2.0

    monkeypatch.setattr(gates, "run", run)
    return commands


def test_a_test_that_passes_alone_is_named_and_fails_nothing(tmp_path, monkeypatch, unit_tests):
    junit(tmp_path / "unit.xml", one="failed", two="passed")
    commands = again(monkeypatch, tmp_path, one="passed")
    results, unsteady = gates.run_again([(unit_tests, 1, 10.0)], tmp_path)
    assert results == [(unit_tests, 0, 12.0)]
    assert unsteady == ["tests.unit.test_it.one"]
    assert len(commands) == 1
    assert gates.count(tmp_path) == {"passed": 2, "failed": 0, "skipped": 0}


def test_a_test_that_fails_twice_has_failed(tmp_path, monkeypatch, unit_tests):
    junit(tmp_path / "unit.xml", one="failed", two="failed", three="passed")
    again(monkeypatch, tmp_path, one="passed", two="failed")
    results, unsteady = gates.run_again([(unit_tests, 1, 10.0)], tmp_path)
    assert results == [(unit_tests, 1, 12.0)]
    assert unsteady == ["tests.unit.test_it.one"]
    assert gates.count(tmp_path) == {"passed": 2, "failed": 1, "skipped": 0}


@pytest.mark.parametrize(
    ("code", "failed"), [(0, 0), (2, 1), (3, 1), (1, gates.RUN_AGAIN + 1)], ids=["passed", "stopped", "broken", "many"]
)
def test_nothing_else_is_run_again(tmp_path, monkeypatch, unit_tests, code, failed):
    junit(tmp_path / "unit.xml", fine="passed", **{f"one_{number}": "failed" for number in range(failed)})
    commands = again(monkeypatch, tmp_path)
    assert gates.run_again([(unit_tests, code, 10.0)], tmp_path) == ([(unit_tests, code, 10.0)], [])
    assert commands == []
