"""Verdicts: what k of n may be called."""

import math

import pytest

from AIGCLibrary.monitoring.objectives import Gate, built_in, from_data
from AIGCLibrary.monitoring.slo import by_trouble, evaluate
from AIGCLibrary.monitoring.summary import counted
from AIGCLibrary.monitoring.verdict import Verdict

GOLD = built_in().items["locator.gold_hit_rate"]


def verdict(store, objective):
    (status,) = evaluate(store, [objective], run_id="run-1")
    return status


def test_nothing_measured_is_unproven(store):
    status = verdict(store, GOLD)
    assert (status.verdict, status.value, status.n) == (Verdict.UNPROVEN, None, 0)


@pytest.mark.parametrize(
    ("good", "n", "expected"),
    [
        (3, 4, Verdict.UNPROVEN),
        (0, 4, Verdict.UNPROVEN),
        (0, 5, Verdict.BREACH),
        (30, 40, Verdict.UNPROVEN),
        (60, 100, Verdict.BREACH),
        (80, 100, Verdict.AT_RISK),
        (90, 100, Verdict.HEALTHY),
    ],
)
def test_shares_against_a_minimum_of_70_and_a_target_of_85(store, samples, good, n, expected):
    samples("locator.gold_hit", [1] * good + [0] * (n - good))
    status = verdict(store, GOLD)
    assert status.verdict is expected
    assert (status.good, status.n) == (good, n)


def oracle(good, n, line, target):
    """Wilson's interval from its defining quadratic, solved afresh."""
    if n < 5:
        return Verdict.UNPROVEN
    z2, p = 1.959963984540054**2, good / n
    a, b, c = 1 + z2 / n, -(2 * p + z2 / n), p * p
    root = math.sqrt(max(b * b - 4 * a * c, 0))
    low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    if high < line:
        return Verdict.BREACH
    if low >= line:
        return Verdict.HEALTHY if p >= target else Verdict.AT_RISK
    return Verdict.UNPROVEN


def test_every_k_of_n_to_200_agrees_with_an_oracle():
    from AIGCLibrary.monitoring.series import Series
    from AIGCLibrary.monitoring.verdict import judge

    for n in range(1, 201):
        for good in range(n + 1):
            bits = {"least": 0.0 if good < n else 1.0, "greatest": 1.0 if good else 0.0}
            series = Series("locator.gold_hit", n=n, weight=n, total=good, squares=good, cubes=good, **bits)
            expected = oracle(good, n, 0.7, 0.85)
            if abs(judge(GOLD, series).interval.low - 0.7) > 1e-9:
                assert judge(GOLD, series).verdict is expected, (good, n)


def test_times_are_judged_by_their_mean_and_counted_within_the_limit(store, samples):
    samples("locator.locate_time", [0.4, 0.5, 0.6] * 20 + [2.5], "s")
    status = verdict(store, built_in().items["locator.avg_locate_time"])
    assert status.verdict is Verdict.HEALTHY
    assert (status.good, status.n) == (60, 61)


def test_slow_times_breach(store, samples):
    samples("locator.locate_time", [2.9, 3.0, 3.1] * 5, "s")
    assert verdict(store, built_in().items["locator.avg_locate_time"]).verdict is Verdict.BREACH


def test_disk_efficiency_is_a_ratio_of_sums(store, samples):
    samples("file_processing.disk_efficiency", [1.0, 0.5], weights=[1e3, 1e6])
    status = verdict(store, built_in().items["file_processing.disk_efficiency"])
    assert status.value == pytest.approx((1e3 + 0.5e6) / (1e3 + 1e6))


def test_own_bits_are_a_share_and_own_numbers_a_mean(store, samples):
    samples("q.passed", [1, 0, 1, 1, 1, 1, 1])
    samples("q.score", [3.1, 4.0, 3.9, 4.2, 3.7])
    items = from_data({"slo": {"q": {"passed": {"min": 0.1}, "score": {"min": 3}}}}).items
    passed, score = evaluate(store, items.values(), run_id="run-1")
    assert (passed.good, passed.n, passed.interval.high < 1) == (6, 7, True)
    assert score.value == pytest.approx(3.78)


def test_the_gate_says_what_fails(store, samples):
    samples("q.x", [1, 1, 1, 1, 1, 1])
    items = from_data({"slo": {"q": {"x": {"min": 0.9, "gate": "unproven"}, "y": {"min": 0.9, "metric": "q.x"}}}}).items
    strict, lenient = evaluate(store, items.values(), run_id="run-1")
    assert (strict.fails_gate, lenient.fails_gate) == (True, False)
    assert items["q.x"].gate is Gate.UNPROVEN


def test_trouble_comes_first(store, samples):
    samples("locator.gold_hit", [1] * 100)
    samples("async_task.completed", [0] * 20)
    samples("locator.silver_hit", [0] * 5)
    samples("file_processing.success", [1] * 5 + [0])
    order = [status.objective.name for status in by_trouble(evaluate(store, built_in().items.values()))]
    assert order[0] == "async_task.completion_rate"
    assert order[1] == "file_processing.success_rate"  # unproven, and looks worse than the limit
    assert order[-1] != "locator.gold_hit_rate"


def test_other_runs_do_not_count(store, samples):
    samples("locator.gold_hit", [0] * 50, run_id="run-0")
    samples("locator.gold_hit", [1] * 50)
    assert verdict(store, GOLD).n == 50


def test_of_a_rate_where_less_is_better_the_bad_ones_are_reported(store, samples):
    items = built_in().items
    samples("async_task.timeout", [0] * 14 + [1])
    samples("async_task.completed", [1] * 14 + [0])
    rate, share = (verdict(store, items[f"async_task.{name}"]) for name in ("timeout_rate", "completion_rate"))
    assert (counted(rate), counted(rate, "zh")) == ("1/15 bad", "1/15 不达标")
    assert counted(share) == "14/15"
