"""slo.yaml: what it defines, what it infers, and how its errors are reported."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.monitoring.objectives import Better, Gate, built_in, load_objectives
from AIGCLibrary.monitoring.units import shown, to_base


def load(tmp_path, text):
    path = tmp_path / "slo.yaml"
    path.write_text(text, encoding="utf-8")
    return load_objectives(path)


def test_the_built_in_objectives_are_the_documented_ones():
    found = {name: (o.least, o.most, o.target) for name, o in built_in().items.items()}
    assert found == {
        "locator.gold_hit_rate": (0.7, None, 0.85),
        "locator.silver_fallback_rate": (None, 0.25, 0.15),
        "locator.bronze_fallback_rate": (None, 0.05, 0.02),
        "locator.avg_locate_time": (None, 2.0, 1.0),
        "async_task.completion_rate": (0.95, None, 0.98),
        "async_task.avg_wait_time": (None, 300.0, 180.0),
        "async_task.timeout_rate": (None, 0.02, 0.01),
        "async_task.sla_compliance": (0.9, None, 0.95),
        "file_processing.success_rate": (0.98, None, 0.995),
        "file_processing.avg_processing_time": (None, 60.0, 30.0),
        "file_processing.disk_efficiency": (0.8, None, 0.9),
    }


def test_the_better_direction_is_inferred(tmp_path):
    items = load(
        tmp_path,
        "slo: {g: {up: {min: 1}, down: {max: 1}, "
        "near_top: {min: 0, max: 10, target: 9}, low: {min: 0, max: 9, target: 1}}}",
    ).items
    assert [items[f"g.{name}"].better for name in ("up", "down", "near_top", "low")] == [
        Better.HIGHER,
        Better.LOWER,
        Better.HIGHER,
        Better.LOWER,
    ]


def test_values_may_name_their_unit(tmp_path):
    items = load(tmp_path, "slo: {locator: {avg_locate_time: {max: 2 s, target: 800 ms}}, q: {x: {min: 90 %}}}").items
    assert (items["locator.avg_locate_time"].most, items["locator.avg_locate_time"].target) == (2.0, 0.8)
    assert items["q.x"].least == 0.9


def test_defaults_hold_where_an_objective_is_silent(tmp_path):
    items = load(
        tmp_path, "defaults: {min_samples: 9, gate: never}\nslo: {g: {a: {min: 1}, b: {min: 1, gate: unproven}}}"
    ).items
    assert (items["g.a"].min_samples, items["g.a"].gate, items["g.b"].gate) == (9, Gate.NEVER, Gate.UNPROVEN)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("slo: {locator: {gold_hit_rate: {min: 0.7, target: 0.6}}}", r"line 1 .*target 0.6 is not between"),
        ("slo:\n  locator:\n    gold_hit_rate: {min: 7}", r"line 3 .*7 is not within 0 to 1"),
        ("slo:\n  g:\n    x: {min: 0.9, max: 0.1}", r"line 3 .*min 0.9 is more than max 0.1"),
        ("slo:\n  g:\n    x: {minn: 0.9, max: 1}", r"unknown key 'minn'. Did you mean 'min'"),
        ("slo: {g: {x: {min: 0, max: 2, target: 1}}}", "set better"),
        ("slo: {g: {x: {target: 1}}}", "line 1"),
        ("slo: {locator: {avg_locate_time: {max: 3 MB}}}", "is measured in 's', not in 'MB'"),
    ],
)
def test_a_wrong_file_is_reported_with_its_line(tmp_path, text, reported):
    with pytest.raises(ConfigError, match=reported):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9214, "1", "92.1 %"),
        (1, "1", "100 %"),
        (0.0296, "ms", "30 ms"),
        (2, "ms", "2 s"),
        (12.345, "s", "12.3 s"),
        (5.2e6, "bytes", "5.2 MB"),
    ],
)
def test_values_are_shown_with_their_unit(value, unit, text):
    assert shown(value, unit) == text


def test_values_are_read_with_their_unit():
    assert [to_base("300 ms"), to_base(2000, "ms"), to_base("95 %"), to_base("7 d")] == pytest.approx(
        [0.3, 2.0, 0.95, 604800.0]
    )
