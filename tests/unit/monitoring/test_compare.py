"""A run beside earlier ones: paired by what was done, judged only as far as the pairs prove, flaky tests by history."""

import json
import random

import pytest

from AIGCLibrary.cli.main import main
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.monitoring.compare.choose import earlier_runs
from AIGCLibrary.monitoring.compare.comparison import compare, levels
from AIGCLibrary.monitoring.compare.evidence import ALPHA, Differences, Judgement, SharePairs
from AIGCLibrary.monitoring.compare.flaky import certainty, flaky_tests
from AIGCLibrary.monitoring.compare.page import write_comparison
from AIGCLibrary.monitoring.compare.report import judged
from AIGCLibrary.monitoring.compare.texts import WorseRunError
from AIGCLibrary.store.tables import file_report, picture, run, task, test_result


@pytest.fixture
def ran(store):
    """`ran(run_id, states, seconds=30.0)`: a run of one test a task, with the state in which each ended."""
    begun = []

    def make(run_id, states, seconds=30.0, cost=6.0, names=None):
        at = 1_800_000_000.0 + 10_000 * len(begun)
        begun.append(run_id)
        store.upsert(run, id=run_id, started_at=at, name="Films", status="PASS", labels={})
        for number, state in enumerate(states):
            name = f"Films.{names[number] if names else number}"
            store.insert(
                test_result, run_id=run_id, suite="Films", test=name, at=at + number, elapsed=seconds,
                status="PASS" if state == "completed" else "FAIL",
            )  # fmt: skip
            store.insert(
                task, handle=f"{run_id}:{number}", run_id=run_id, test=name, kind="video", provider="p", state=state,
                submitted_at=at + number, duration=seconds, cost=cost, cost_unit="credits",
                error_class=None if state == "completed" else "internal",
            )  # fmt: skip
        store.flush()

    return make


def test_a_drop_is_reported_with_its_values_and_its_pairs(store, ran):
    for night in range(5):
        ran(f"night-{night}", ["completed"] * 60)
    ran("today", ["failed" if n % 6 == 0 else "completed" for n in range(60)])
    with pytest.raises(WorseRunError) as caught:
        judged(store, "today", "last 5", "en")
    assert "Completed tasks 83.3 % instead of 100 % (60 pairs)" in str(caught.value)
    assert "任务完成率由 100 % 降为 83.3 %（60 对）" in caught.value.text_in("zh")


def test_few_pairs_prove_nothing_and_say_how_many_more_would(store, ran):
    ran("before", ["completed"] * 8)
    ran("today", ["failed", *["completed"] * 7])
    found = compare(store, "today", ["before"])
    tasks = next(one for one in found.measures if one.name == "tasks")
    assert found.judgement is Judgement.UNKNOWN
    assert tasks.judgement is Judgement.UNKNOWN
    assert tasks.needed > 0
    assert found.changed == (("Films.0", True, False),)
    assert judged(store, "today", "previous", "en")[0] == "unknown"


def test_what_is_alike_for_long_enough_is_not_worse(store, ran):
    ran("before", ["completed"] * 120)
    ran("today", ["completed"] * 120)
    assert compare(store, "today", ["before"]).judgement is Judgement.NOT_WORSE


def test_longer_times_and_higher_costs_are_worse_though_everything_completes(store, ran):
    ran("before", ["completed"] * 60)
    ran("today", ["completed"] * 60, seconds=45.0, cost=7.0)
    found = {one.name: one for one in compare(store, "today", ["before"]).measures}
    assert found["task_time"].judgement is Judgement.WORSE
    assert found["task_time"].latest == pytest.approx(1.5)
    assert found["cost"].judgement is Judgement.WORSE
    assert found["tasks"].judgement is not Judgement.WORSE


def test_only_the_same_things_are_paired(store, ran):
    ran("before", ["completed"] * 3, names=["a", "b", "c"])
    ran("today", ["completed"] * 3, names=["b", "c", "d"])
    found = compare(store, "today", ["before"])
    assert {one.n for one in found.measures if one.name in ("tasks", "tests")} == {2}
    assert (found.only_now, found.only_before) == (("Films.d",), ("Films.a",))


def test_tasks_that_were_cancelled_or_given_up_are_no_pairs(store, ran):
    ran("before", ["completed"] * 3)
    ran("today", ["cancelled", "processing", "completed"])
    assert {one.name: one.n for one in compare(store, "today", ["before"]).measures}["tasks"] == 1


def test_a_run_is_compared_with_earlier_ones_of_the_same_suites(store, ran):
    for name in ("one", "two", "three"):
        ran(name, ["completed"])
    store.upsert(run, id="other", started_at=1_800_015_000.0, name="Pictures", labels={})
    assert earlier_runs(store, "three", "previous") == ["two"]
    assert earlier_runs(store, "three", "last 5") == ["two", "one"]
    assert earlier_runs(store, "three", "one, two") == ["one", "two"]
    for than in ("three", "last 0", ""):
        with pytest.raises(ConfigError):
            earlier_runs(store, "three", than)


def test_no_difference_raises_no_alarm_in_the_whole_comparison():
    assert sum(levels().values()) == pytest.approx(ALPHA)


def test_a_measure_that_no_earlier_run_has_spends_no_false_alarms(store):
    assert levels(["tests"]) == {"tests": pytest.approx(ALPHA)}
    for night, fails in enumerate((0, 9)):
        run_id, at = f"night-{night}", 1_800_000_000.0 + 10_000 * night
        store.upsert(run, id=run_id, started_at=at, name="Shop", status="PASS", labels={})
        for number in range(60):
            status = "FAIL" if number < fails else "PASS"
            store.insert(test_result, run_id=run_id, suite="Shop", test=f"Shop.{number}", at=at + number, status=status)
    store.flush()
    found = {one.name: one for one in compare(store, "night-1", ["night-0"]).measures}
    assert found["tests"].judgement is Judgement.WORSE
    random.seed(4)
    alarms = 0
    for _ in range(100):
        shares, times = SharePairs(), Differences(0.1)
        for _ in range(80):
            shares.add([random.random() < 0.9], random.random() < 0.9)
            times.add(random.gauss(0.1, 0.4))
            alarms += Judgement.WORSE in (shares.judgement(), times.judgement())
            if alarms:
                break
    assert alarms <= 1


@pytest.mark.parametrize(
    ("results", "low", "high"),
    [
        ("PPPPPPPP", 0.0, 0.0),
        ("FFFF", 0.0, 0.0),
        ("PPPPFFFF", 0.0, 0.5),  # broken since
        ("PPFFFPPP", 0.0, 0.5),  # broken and fixed
        ("PFPFPPFP", 0.95, 1.0),
        ("PPFPPPFP", 0.8, 1.0),
    ],
)
def test_flaky_tests_differ_from_broken_and_fixed_ones(results, low, high):
    assert low <= certainty([one == "P" for one in results]) <= high


def test_flaky_tests_come_from_the_history_of_the_suites(store, ran):
    for number, first in enumerate("PFPFPP"):
        ran(f"run-{number}", ["completed" if first == "P" else "failed", "completed"])
    (one,) = flaky_tests(store, "run-5")
    assert (one.test, one.results) == ("Films.0", (True, False, True, False, True, True))


def test_the_command_prints_writes_and_returns_what_is_proven(store, ran, tmp_path, capsys):
    ran("before", ["completed"] * 4)
    ran("today", ["completed"] * 4, seconds=31.0)
    for one in ("before", "today"):
        store.insert(
            file_report, id=f"f-{one}", run_id=one, test="Films.0", at=1.0, success=True, report={"name": "a<b>.mp4"}
        )
        store.insert(picture, report=f"f-{one}", run_id=one, kind="sheet", jpeg="aGVsbG8=")
    store.flush()
    page = tmp_path / "compare.html"
    assert main(["compare", "before", "today", "--store", store.url, "--html", str(page), "--language", "zh"]) == 0
    assert "尚无法判断" in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/jpeg;base64,aGVsbG8=") == 2
    assert "a&lt;b&gt;.mp4" in text
    assert main(["compare", "--store", store.url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["than"] == ["before"]
    write_comparison(store, compare(store, "today", ["before"]), flaky_tests(store, "today"), page)
    assert "not yet known" in page.read_text(encoding="utf-8")
