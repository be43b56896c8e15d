"""Which run is meant, and whether what it left can open a gate."""

import json

import pytest

from AIGCLibrary.cli.main import main
from AIGCLibrary.monitoring.report.facts import failures, run_facts
from AIGCLibrary.monitoring.runs import latest_run, untested_since, wanted_run
from AIGCLibrary.store import Store, chain
from AIGCLibrary.store.tables import run, sample, test_result
from tests.support.stores import fill


def begin(store, run_id, at, status="PASS", tests=0):
    store.upsert(run, id=run_id, started_at=at, status=status, name="Suites")
    for number in range(tests):
        store.insert(test_result, run_id=run_id, test=f"T{number}", status="PASS", at=at)
    store.flush()


def test_the_latest_run_is_one_that_tested_or_measured(store, samples):
    begin(store, "tested", 1.0, tests=2)
    begin(store, "empty", 3.0)
    assert wanted_run(store) == "tested"
    begin(store, "measured", 2.0)
    samples("own.metric", [1.0], run_id="measured")
    assert wanted_run(store) == "measured"


def test_a_watcher_gets_a_run_that_has_just_started(store):
    begin(store, "tested", 1.0, tests=1)
    begin(store, "started", 2.0, status="RUNNING")
    assert latest_run(store, going_at=3.0) == "started"
    assert latest_run(store, going_at=1000.0) == "tested"  # no sign of life since
    assert latest_run(store) == "tested"
    assert untested_since(store, "tested") == "started"
    assert untested_since(store, "started") is None


@pytest.fixture
def checked(tmp_path, capsys, monkeypatch):
    """`checked(runs, *options)` runs `aigc slo check --json` on a store; returns exit code and verdict."""
    monkeypatch.delenv("AIGC_STORE", raising=False)

    def check(fill, *options):
        url = f"sqlite:///{tmp_path}/gate.db"
        store = Store(url)
        fill(store)
        store.close()
        code = main(["slo", "check", "--json", "--language", "en", "--store", url, *options])
        return code, json.loads(capsys.readouterr().out)

    return check


def test_a_run_without_samples_fails_the_gate_unless_that_is_allowed(checked, tmp_path):
    code, verdict = checked(lambda store: begin(store, "r", 1.0, tests=3))
    assert (code, verdict["gate"]) == (1, "fail")
    assert "no samples" in verdict["problem"]
    assert checked(lambda _: None, "--allow-empty")[0] == 0
    allowed = tmp_path / "slo.yaml"
    allowed.write_text("no_samples: pass\nslo: {async_task: {completion_rate: {min: 0.9}}}\n")
    assert checked(lambda _: None, "--slo", str(allowed))[0] == 0


def test_objectives_that_never_fail_anything_do_not_fail_for_want_of_samples(checked, tmp_path):
    file = tmp_path / "slo.yaml"
    file.write_text("slo: {async_task: {completion_rate: {min: 0.9, gate: never}}}\n")
    assert checked(lambda store: begin(store, "r", 1.0, tests=3), "--slo", str(file))[0] == 0


def test_a_run_that_was_killed_is_not_judged_by_the_one_before_it(checked, tmp_path):
    def two_nights(store):
        begin(store, "first", 1.0, tests=1)
        begin(store, "killed", 2.0, status="RUNNING")

    report = tmp_path / "junit.xml"
    code, verdict = checked(two_nights, "--junit", str(report))
    assert (code, verdict["run"]) == (1, "first")
    assert "'killed'" in verdict["problem"]
    assert 'failures="1"' in report.read_text(encoding="utf-8")
    assert "killed" not in checked(lambda _: None, "--run", "first")[1]["problem"]


def test_a_repetition_is_read_with_the_run_it_continues(store):
    """Last results count for tests; objectives judge by all samples."""
    for number, (run_id, results) in enumerate({"night": {"A": "PASS", "B": "FAIL"}, "again": {"B": "PASS"}}.items()):
        store.upsert(run, id=run_id, started_at=float(number), labels={})
        for name, status in results.items():
            store.insert(test_result, run_id=run_id, suite="S", test=f"S.{name}", at=float(number), status=status)
    store.flush()
    chain.note(store, "again", "night")
    chain.note(store, "night", "again")  # a circle changes nothing
    assert chain.parts(store, "again") == ["night", "again"]
    assert run_facts(store, "again").tests == {"PASS": 2}
    assert failures(store, "again") == []
    assert [one.test for one in failures(store, "night")] == ["S.B"]


def test_the_gate_does_not_pass_a_run_that_noted_no_end(checked):
    def killed(store):
        begin(store, "r", 1.0, tests=1, status="RUNNING")
        row = {"run_id": "r", "name": "async_task.completed", "value": 1.0, "unit": "1", "labels": {}}
        fill(store, sample, ({**row, "at": 1.0 + second} for second in range(300)))

    code, verdict = checked(killed)
    assert (code, verdict["gate"]) == (1, "fail")
    assert "has no recorded end" in verdict["problem"]
    assert checked(lambda _: None, "--allow-empty")[0] == 0
