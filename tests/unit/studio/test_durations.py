"""Duration families: their shape, their seed, and what is refused."""

import random
import statistics

import pytest

from AIGCLibrary.studio.durations import DEFAULTS, FAMILIES, Duration, parse_duration


def sampled(duration, count=4000):
    dice = random.Random(3)
    return sorted(duration.sample(dice) for _ in range(count))


@pytest.mark.parametrize(("kind", "median"), [("video", 90), ("image", 12), ("audio", 20), ("bundle", 60)])
def test_default_families_centre_on_their_median(kind, median):
    assert statistics.median(sampled(DEFAULTS[kind])) == pytest.approx(median, rel=0.06)


def test_bimodal_has_two_humps():
    values = sampled(Duration("bimodal", 45, sigma=0.1, second_median=180, share=0.3))
    assert sum(v < 80 for v in values) / len(values) == pytest.approx(0.7, abs=0.03)
    assert sum(120 < v < 260 for v in values) / len(values) == pytest.approx(0.3, abs=0.03)


def test_heavy_tail_reaches_far_beyond_a_lognormal():
    tail = sampled(Duration("heavy_tail", 90, sigma=0.3, share=0.1))
    body = sampled(Duration("lognormal", 90, sigma=0.3))
    assert tail[-5] > 3 * body[-5]
    assert tail[-1] <= 3600


def test_exponential_keeps_its_median():
    assert statistics.median(sampled(Duration("exponential", 120))) == pytest.approx(120, rel=0.07)


def test_uniform_stays_between_its_bounds():
    values = sampled(parse_duration({"family": "uniform", "minimum": 10, "maximum": 20}))
    assert values[0] >= 10
    assert values[-1] <= 20
    assert statistics.median(values) == pytest.approx(15, abs=0.5)


@pytest.mark.parametrize("family", FAMILIES)
def test_same_seed_gives_the_same_durations(family):
    duration = Duration(family, 30)
    assert [duration.sample(random.Random(5)) for _ in "ab"] == [duration.sample(random.Random(5))] * 2


def test_a_number_is_a_fixed_duration_and_a_name_keeps_the_median():
    assert parse_duration(3) == Duration("fixed", 3.0)
    assert parse_duration("bimodal", Duration(median=12)).median == 12


@pytest.mark.parametrize(
    ("value", "named"),
    [(-1, "duration"), (True, "duration"), ("weibull", "weibull"), ({"mean": 3}, "mean"), ({"median": "x"}, "median")],
)
def test_wrong_durations_are_named(value, named):
    with pytest.raises(ValueError, match=named):
        parse_duration(value)
