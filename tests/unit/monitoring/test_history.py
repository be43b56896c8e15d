"""Trend and error budget over runs."""

import pytest

from AIGCLibrary.monitoring.history import Direction, budget, budget_left, trend
from AIGCLibrary.monitoring.objectives import built_in
from AIGCLibrary.store import tables

GOLD = built_in().items["locator.gold_hit_rate"]
SILVER = built_in().items["locator.silver_fallback_rate"]
AT = 1_800_000_000.0


@pytest.fixture(autouse=True)
def runs(store):
    """Runs in the order of their numbers."""
    for number in range(10):
        store.upsert(tables.run, id=f"run-{number}", started_at=AT + number * 1000)


def test_a_worse_run_is_reported(store, samples):
    for run in range(4):
        samples("locator.gold_hit", [1] * 90 + [0] * 10, run_id=f"run-{run}", at=AT + run * 1000)
    samples("locator.gold_hit", [1] * 60 + [0] * 40, run_id="run-9", at=AT + 9000)
    found = trend(store, GOLD, "run-9")
    assert (found.direction, len(found.points)) == (Direction.WORSE, 5)


def test_better_follows_the_objective(store, samples):
    samples("locator.silver_fallback", [1] * 50 + [0] * 50, run_id="run-0", at=AT)
    samples("locator.silver_fallback", [1] * 10 + [0] * 90, run_id="run-1", at=AT + 1000)
    assert trend(store, SILVER, "run-1").direction is Direction.BETTER


def test_chance_is_no_trend(store, samples):
    samples("locator.gold_hit", [1] * 9 + [0], run_id="run-0", at=AT)
    samples("locator.gold_hit", [1] * 8 + [0] * 2, run_id="run-1", at=AT + 1000)
    assert trend(store, GOLD, "run-1").direction is Direction.SAME


def test_a_first_run_has_no_trend(store, samples):
    samples("locator.gold_hit", [1] * 9)
    assert trend(store, GOLD, "run-1").direction is Direction.UNKNOWN


def test_the_budget_counts_misses(store, samples):
    samples("locator.gold_hit", [1] * 85 + [0] * 15, at=AT)
    found = budget(store, GOLD, AT + 200, 7 * 86400)
    assert (found.n, found.bad, found.allowed) == (100, 15, pytest.approx(30))
    assert found.left == pytest.approx(0.5)
    assert [burn.alarms for burn in found.burns] == [False] * 3


def test_a_burning_budget_alarms(store, samples):
    samples("locator.gold_hit", [0] * 100, at=AT)
    found = budget(store, GOLD, AT + 120, 7 * 86400)
    assert found.left < 0
    assert found.burns[0].alarms


def test_old_misses_leave_the_window(store, samples):
    samples("locator.gold_hit", [0] * 50, at=AT)
    samples("locator.gold_hit", [1] * 50, at=AT + 8 * 86400)
    assert budget(store, GOLD, AT + 8 * 86400 + 100, 7 * 86400).bad == 0


@pytest.mark.parametrize("other", [{"name": "Suites.Broken"}, {"environment": "staging"}])
def test_runs_of_other_suites_or_environments_burn_nothing(store, samples, other):
    for run, traits in (("run-0", other), ("run-1", {}), ("run-2", {})):
        store.upsert(tables.run, **{"id": run, "name": "Suites", "environment": "prod"} | traits)
    samples("locator.gold_hit", [0] * 50, run_id="run-0", at=AT)
    samples("locator.gold_hit", [1] * 49 + [0], run_id="run-1", at=AT + 1000)
    samples("locator.gold_hit", [1] * 50, run_id="run-2", at=AT + 2000)
    found = budget(store, GOLD, AT + 2060, 7 * 86400, like="run-2")
    assert (found.n, found.bad) == (100, 1)
    assert [point.run_id for point in trend(store, GOLD, "run-2").points] == ["run-1", "run-2"]


@pytest.mark.parametrize(
    ("good", "bad", "reported"),
    [(85, 15, "50 %"), (70, 30, "0 %"), (4, 96, "3.2x the budget used")],
)
def test_an_overspent_budget_tells_how_often_it_was_used_up(store, samples, good, bad, reported):
    samples("locator.gold_hit", [1] * good + [0] * bad, at=AT)
    assert budget_left(budget(store, GOLD, AT + 200, 7 * 86400)) == reported


def test_a_budget_far_overspent_has_no_endless_figure(store, samples):
    samples("async_task.timeout", [1] * 100, at=AT)
    spent = budget(store, built_in().items["async_task.timeout_rate"], AT + 200, 7 * 86400)
    assert budget_left(spent) == "more than 10x the budget used"
    assert budget_left(spent, "zh") == "已超支，用量超过额度的 10 倍"
