"""The statistics against published values and simulation."""

import math
import random
from statistics import fmean, stdev

import pytest

from AIGCLibrary.monitoring.stats import Evidence, all_good_needed, differs, mean_interval, student, wilson


@pytest.mark.parametrize(
    ("good", "n", "low", "high"),
    [(3, 4, 0.301, 0.954), (15, 20, 0.531, 0.888), (30, 40, 0.598, 0.858), (129, 140, 0.865, 0.956), (0, 1, 0, 0.793)],
)
def test_wilson_equals_published_values(good, n, low, high):
    found = wilson(good, n)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


@pytest.mark.parametrize(
    ("p", "df", "expected"),
    [(0.975, 1, 12.706), (0.975, 2, 4.303), (0.975, 5, 2.571), (0.975, 30, 2.042), (0.995, 10, 3.169)],
)
def test_student_equals_the_tables(p, df, expected):
    assert student(p, df) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(("line", "needed"), [(0.8, 16), (0.9, 35), (0.95, 73), (0.99, 381)])
def test_all_good_needed_is_the_first_n_that_proves(line, needed):
    assert all_good_needed(line) == needed
    assert wilson(needed, needed).low >= line > wilson(needed - 1, needed - 1).low


def skewness(values, mean):
    variance = fmean((v - mean) ** 2 for v in values)
    return fmean((v - mean) ** 3 for v in values) / variance**1.5


def test_mean_interval_covers_skewed_times():
    rng = random.Random(3)
    covered = 0
    for _ in range(2000):
        values = [rng.expovariate(1) for _ in range(30)]
        mean = fmean(values)
        found = mean_interval(mean, stdev(values), skewness(values, mean), 30)
        covered += found.low <= 1 <= found.high
    assert 0.935 <= covered / 2000 <= 0.985


def test_mean_interval_reaches_further_to_the_long_tail():
    found = mean_interval(1.0, 0.5, 2.0, 10)
    assert found.high - 1.0 > 1.0 - found.low


def test_one_value_proves_nothing():
    found = mean_interval(1.0, 0.0, 0.0, 1)
    assert math.isinf(found.low)
    assert math.isinf(found.high)


def test_evidence_does_not_depend_on_the_order_of_hits():
    one, other = Evidence(0.2), Evidence(0.2)
    one.add([0, 1, 1, 0, 0, 1])
    other.add_counts(misses=3, hits=3)
    assert one.wealth == pytest.approx(other.wealth)


def alarms(rate, line, looks, runs, rng):
    """Share of runs whose evidence ever exceeds 100, looking after each sample."""
    found = 0
    for _ in range(runs):
        evidence = Evidence(1 - line)
        for _ in range(looks):
            evidence.add([float(rng.random() >= rate)])
            if evidence.wealth > 100:
                found += 1
                break
    return found / runs


def test_looking_always_hardly_ever_alarms_at_the_line_itself():
    assert alarms(rate=0.8, line=0.8, looks=200, runs=300, rng=random.Random(5)) <= 0.02


def test_a_bad_system_is_found():
    assert alarms(rate=0.6, line=0.8, looks=200, runs=100, rng=random.Random(6)) >= 0.95


def test_welch_tells_apart_only_what_differs():
    assert differs((1.0, 0.1, 30), (1.01, 0.1, 30)) == 0
    assert differs((1.5, 0.1, 30), (1.0, 0.1, 30)) == 1
    assert differs((0.5, 0.1, 30), (1.0, 0.1, 30)) == -1
    assert differs((1.0, 0.0, 1), (2.0, 0.0, 1)) == 0
