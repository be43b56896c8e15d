"""`stop: proven`: nothing more is ordered once a breach is proven, and not before."""

import pytest
from robot.api import SkipExecution

from AIGCLibrary.cli.main import main
from AIGCLibrary.config import ImportOptions
from AIGCLibrary.keywords.tasks import TaskKeywords
from AIGCLibrary.monitoring.objectives import from_data
from AIGCLibrary.monitoring.slo import evaluate
from AIGCLibrary.monitoring.stopping import StopRule
from AIGCLibrary.monitoring.suite_times import SuiteTime, predicted, total
from AIGCLibrary.monitoring.verdict import Verdict
from AIGCLibrary.store.tables import run, test_result

METRIC = "async_task.completion"


def objectives(**more):
    found = from_data({"slo": {"own": {"done": {"metric": METRIC, "min": 0.9, **more}}}})
    return found.items.values


@pytest.mark.parametrize(
    ("values", "stopped"),
    [([0] * 4, False), ([0] * 12, True), ([1] * 60, False), ([1, 0] * 10, True), ([1, 1, 1, 1, 0] * 4, False)],
)
def test_ordering_stops_when_the_breach_is_proven(store, samples, values, stopped):
    samples(METRIC, values)
    rule = StopRule(objectives(stop="proven"), store, "run-1")
    assert (rule.look() is not None) is stopped
    if stopped:
        assert evaluate(store, objectives()(), run_id="run-1")[0].verdict is Verdict.BREACH


def test_objectives_that_do_not_ask_for_it_stop_nothing(store, samples):
    samples(METRIC, [0] * 30)
    for settings in ({}, {"stop": "never"}):
        assert StopRule(objectives(**settings), store, "run-1").look() is None


def test_a_test_that_would_order_more_is_skipped_with_one_sentence_and_the_run_is_red(engine, tmp_path):
    path = tmp_path / "slo.yaml"
    path.write_text("slo: {own: {done: {min: 90 %, stop: proven}}}", encoding="utf-8")
    engine.begin()
    engine.monitoring.load(path)
    keywords = TaskKeywords(engine, ImportOptions())
    keywords.skip_if_stopped()  # nothing is proven yet
    for _ in range(12):
        engine.monitoring.record("own.done", 0)
    with pytest.raises(SkipExecution) as skipped:
        keywords.submit_task("video", prompt="a lighthouse")
    text = str(skipped.value)
    assert "'own.done' is proven in breach with 0 %" in text
    assert "\n" not in text
    engine.monitoring.end_run("PASS")
    engine.store.flush()
    assert engine.store.query(run.select())[0]["status"] == "FAIL"


def test_suites_are_ordered_by_the_time_they_will_probably_take(store, tmp_path):
    for night, (slow, fast) in enumerate([(50.0, 9.0), (70.0, 10.0), (60.0, 500.0)]):
        store.upsert(run, id=f"n{night}", started_at=float(night), name="All")
        for suite, seconds in (("All.Slow", slow), ("All.Fast", fast)):
            store.insert(
                test_result, run_id=f"n{night}", suite=suite, test=f"{suite}.T", elapsed=seconds, status="PASS"
            )
    store.flush()
    assert predicted(store, "n2") == [SuiteTime("All.Slow", 60.0, 3), SuiteTime("All.Fast", 10.0, 3)]
    assert total(predicted(store, "n2"), 2) == 60.0
    order = tmp_path / "order.txt"
    assert main(["order", "suites", "--store", store.url, "--output", str(order)]) == 0
    assert order.read_text(encoding="utf-8") == "--suite All.Slow\n--suite All.Fast\n"
