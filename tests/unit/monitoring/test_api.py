"""Objectives from plain Python: what an outsider gets from samples, without a store."""

import math
import random
import re
from pathlib import Path

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.monitoring.api import Verdict, Watch, built_in, judge_counts, judge_values, objective

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "objectives.md"


def test_the_example_of_the_how_to_says_what_it_promises(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, "objectives.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("unproven Interval(low=0.30")
    assert lines[1] == "healthy"
    assert re.fullmatch(r"broken after \d+ samples", lines[2])


def test_counts_and_values_give_the_same_verdict():
    hits = objective("locator.gold_hit_rate", min=0.7, target=0.85)
    for n in (4, 5, 30, 90):
        for good in range(0, n + 1, 3):
            by_count = judge_counts(hits, good, n)
            by_value = judge_values(hits, [1.0] * good + [0.0] * (n - good))
            assert (by_count.verdict, by_count.interval, by_count.good) == (
                by_value.verdict,
                by_value.interval,
                by_value.good,
            )


def test_where_low_is_good_a_good_one_is_a_zero():
    timeouts = built_in().items["async_task.timeout_rate"]
    status = judge_counts(timeouts, good=400, n=400)
    assert (status.verdict, status.value, status.good) == (Verdict.HEALTHY, 0.0, 400)
    assert judge_counts(timeouts, good=50, n=100).verdict is Verdict.BREACH


def test_times_may_carry_units_and_tell_how_many_kept_the_limit():
    status = judge_values(objective("own.load", max="800 ms", target="500 ms"), ["300 ms", "0.4 s", 0.35, 0.9, 0.3])
    assert (status.n, status.good, status.verdict) == (5, 4, Verdict.UNPROVEN)
    assert status.value == pytest.approx(0.45)


def test_a_ratio_is_of_sums():
    disk = objective("file_processing.disk_efficiency", min=0.8)
    assert judge_values(disk, [1.0, 0.5], weights=[1e6, 9e6]).value == pytest.approx(0.55)


def test_nothing_is_no_data_and_nonsense_is_reported():
    hits = objective("locator.gold_hit_rate", min=0.7)
    assert judge_values(hits, []).interval is None
    with pytest.raises(ValueError, match="good=5 of n=4"):
        judge_counts(hits, 5, 4)
    with pytest.raises(ConfigError, match="is not between min and max"):
        objective("own.rate", min=0.7, target=0.5)


def test_a_watch_finds_what_is_broken_and_leaves_the_healthy_alone():
    rng = random.Random(5)
    hits = objective("locator.gold_hit_rate", min=0.7, target=0.85)
    alarms = [any(watch.add(rng.random() < 0.85) for _ in range(200)) for watch in (Watch(hits) for _ in range(200))]
    assert sum(alarms) <= 2
    assert all(any(watch.add(rng.random() < 0.5) for _ in range(400)) for watch in (Watch(hits) for _ in range(20)))


def test_a_mean_that_must_be_high_is_watched_by_a_strict_interval():
    watch = Watch(objective("own.throughput", min="5 MB"))
    assert not watch.add(*[6e6, 7e6, 5.5e6, 6.4e6, 6.1e6])
    worse = Watch(objective("own.throughput", min="5 MB"))
    assert worse.add(*(1e6 + i * 1e4 for i in range(30)))
    assert worse.n == 30
    assert math.isclose(worse.strength, 1000)
