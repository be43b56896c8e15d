"""Events become samples; samples become numbers and verdicts."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.events import DataChanged, FileProcessed, TargetLocated, TaskFinished
from AIGCLibrary.i18n import short_language
from AIGCLibrary.monitoring.errors import MetricError, SloError
from AIGCLibrary.monitoring.slo import objectives_of
from AIGCLibrary.monitoring.summary import SIGNS, slo_table
from AIGCLibrary.monitoring.verdict import Verdict
from AIGCLibrary.store import Store, tables


def values(engine):
    rows = engine.store.query(select(tables.sample).order_by(tables.sample.c.id))
    return {row["name"]: row["value"] for row in rows}


def located(tier, outcome="found"):
    return TargetLocated(at=1.0, target="t", page="/", outcome=outcome, tier=tier, selector="#x", elapsed=0.25)


def finished(outcome, **more):
    return TaskFinished(at=1.0, task="k", provider="p", kind="video", outcome=outcome, duration=12.0, **more)


def test_a_located_target_counts_for_its_tier(engine):
    _ = engine.monitoring
    engine.bus.emit(located("silver"))
    assert values(engine) == {
        "locator.gold_hit": 0.0,
        "locator.silver_fallback": 1.0,
        "locator.bronze_fallback": 0.0,
        "locator.conflict": 0.0,
        "locator.healed": 0.0,
        "locator.locate_time": 0.25,
    }


def test_conflicts_heals_and_a_memory_that_held_are_shares(engine):
    _ = engine.monitoring
    engine.bus.emit(replace(located("silver", "conflict"), cached=True))
    engine.bus.emit(replace(located("silver", "healed"), cached=False))
    engine.bus.emit(located("gold"))
    metric = engine.monitoring.metric
    assert metric("locator.cache_hit_rate", "mean") == 0.5
    assert metric("locator.conflict_rate", "mean") == metric("locator.heal_rate", "mean") == pytest.approx(1 / 3)


def test_a_missing_target_counts_against_gold(engine):
    _ = engine.monitoring
    engine.bus.emit(located(None, "missing"))
    assert values(engine)["locator.gold_hit"] == 0.0


def test_a_finished_task_counts_for_rates_and_time(engine):
    _ = engine.monitoring
    engine.bus.emit(finished("timeout", within_sla=False, queued=3.0))
    assert values(engine) == {
        "async_task.completed": 0.0,
        "async_task.timeout": 1.0,
        "async_task.within_sla": 0.0,
        "async_task.wait_time": 12.0,
        "async_task.queue_time": 3.0,
    }


def test_a_cancelled_task_says_nothing(engine):
    _ = engine.monitoring
    engine.bus.emit(finished("cancelled"))
    assert values(engine) == {}


def test_files_and_data_count(engine):
    _ = engine.monitoring
    engine.bus.emit(FileProcessed(at=1.0, source="s", success=True, elapsed=2.0, size=900, disk_efficiency=0.9))
    engine.bus.emit(DataChanged(at=1.0, template="t", node="n", key="k", state="created"))
    engine.bus.emit(DataChanged(at=1.0, template="t", node="n", key="k", state="orphan"))
    found = values(engine)
    assert (found["file_processing.success"], found["api_mixing.created"], found["api_mixing.removed"]) == (1, 1, 0)
    weights = engine.store.query(select(tables.sample.c.weight).where(tables.sample.c.weight.is_not(None)))
    assert [row["weight"] for row in weights] == [pytest.approx(1000)]


def test_own_values_are_kept_in_base_units(engine):
    engine.monitoring.record("q.first_frame", 420, "ms", {"kind": "video"})
    assert engine.monitoring.metric("q.first_frame") == pytest.approx(0.42)


def test_a_label_of_an_own_value_is_kept_without_its_secrets(engine):
    engine.monitoring.record("q.first_frame", 1, "s", {"note": "password: kX7mQ2pL9vR4", "kind": "video"})
    rows = engine.store.query(select(tables.sample.c.labels).where(tables.sample.c.name == "q.first_frame"))
    assert [row["labels"] for row in rows] == [{"note": "password: ****", "kind": "video"}]


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("mean", 2.5),
        ("median", 2.5),
        ("min", 1),
        ("max", 4),
        ("sum", 10),
        ("count", 4),
        ("last", 4),
        ("p50", 2.5),
        ("p95", 3.85),
    ],
)
def test_statistics_of_a_metric(engine, statistic, expected):
    for value in (1, 2, 3, 4):
        engine.monitoring.record("q.x", value)
    assert engine.monitoring.metric("q.x", statistic) == pytest.approx(expected)


def test_an_objective_s_name_stands_for_what_it_measures(engine):
    _ = engine.monitoring
    engine.bus.emit(located("gold"))
    assert engine.monitoring.metric("locator.avg_locate_time", "p95") == 0.25


def test_unknown_names_list_near_ones(engine):
    engine.monitoring.record("quality.sharpness", 1)
    with pytest.raises(MetricError, match=r"Did you mean 'quality.sharpness'"):
        engine.monitoring.metric("quality.sharpnes")
    with pytest.raises(MetricError, match=r"Did you mean 'locator.gold_hit_rate'"):
        engine.monitoring.statuses(["locator.gold_hit_rat"])


def test_a_measurement_takes_the_time_between(engine, clock):
    engine.monitoring.measurements.start("m")
    clock.time += 2.5
    assert engine.monitoring.measurements.stop("m") == 2.5
    with pytest.raises(MetricError, match="no running measurement 'm'"):
        engine.monitoring.measurements.stop("m")


def test_a_breach_is_reported_with_its_numbers(engine):
    _ = engine.monitoring
    for _i in range(20):
        engine.bus.emit(located("bronze"))
    with pytest.raises(SloError) as caught:
        engine.monitoring.require(["locator.gold_hit_rate"])
    assert str(caught.value) == (
        "1 SLO is not met: 'locator.gold_hit_rate' is in breach: 0 %, 0/20, 95 % interval 0 % … 16.1 % "
        "(limit ≥ 70 %). [AIGC510]"
    )


def test_a_run_keeps_what_it_was_held_to(engine, tmp_path):
    path = tmp_path / "slo.yaml"
    path.write_text("slo: {q: {x: {min: 0.5}}}")
    engine.monitoring.load(path)
    engine.monitoring.note_run("Suite")
    assert list(objectives_of(engine.store, "run-1").items) == ["q.x"]


def test_the_table_speaks_both_languages(engine):
    _ = engine.monitoring
    engine.bus.emit(located("gold"))
    english, chinese = (slo_table(engine.store, "run-1", language, measured_only=True) for language in ("en", "zh"))
    assert len(english.rows) == len(chinese.rows) == 4
    assert (english.columns[1], chinese.columns[1]) == ("Verdict", "结论")
    assert short_language("zh-CN") == "zh"
    assert english.robot_markup().count("\n") == 4
    assert english.robot_markup().startswith("| =Verdict= | =Objective= |")
    assert "=Why=" not in english.robot_markup()
    assert re.findall(r"… [\d.]+ %", english.robot_markup()) == []  # an interval is not wrapped before its unit


def test_verdicts_are_distinguished_without_colours(engine):
    _ = engine.monitoring
    engine.bus.emit(located("gold"))
    for language in ("en", "zh"):
        rows = slo_table(engine.store, "run-1", language).rows
        assert rows
        for row in rows:
            assert row.cells[1].startswith(SIGNS[row.verdict])
    assert len(set(SIGNS.values())) == len(SIGNS) == len(Verdict)


def test_old_runs_are_reduced_when_the_engine_closes(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("AIGCLibrary.store.retention.NEWEST", 1)
    monkeypatch.setattr("AIGCLibrary.store.retention.MOMENT", 60.0)
    for retention, left in (("off", 3), ("soon", 3), ("1 d", 1)):
        engine = Engine(Settings(run_id="now", retention=retention), directory=tmp_path)
        _ = engine.monitoring
        for run_id, at in (("old", 1000.0), ("older", 2000.0), ("now", engine.clock.now())):
            engine.store.upsert(tables.run, id=run_id, started_at=at)
            if retention == "off":
                engine.store.insert(
                    tables.sample,
                    run_id=run_id,
                    at=at,
                    name="m",
                    value=1.0,
                    weight=None,
                    unit="1",
                    labels={},
                    place=None,
                )
        engine.store.flush()
        engine.close()
        store = Store(f"sqlite:///{tmp_path}/results/aigc.db")
        assert len(store.query(tables.sample.select())) == left
        store.close()
    assert "nothing is removed" in caplog.text


def held_to(tmp_path, text):
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("unit", ["kB", "秒", "1", "%"])
def test_a_value_in_a_unit_of_another_kind_is_refused(engine, tmp_path, unit):
    engine.monitoring.load(held_to(tmp_path, "slo: {quality: {first_image: {max: 800 ms}}}"))
    engine.monitoring.record("quality.first_image", 0.4, "s")
    with pytest.raises(MetricError, match=r"'quality\.first_image' is measured in 'ms'") as caught:
        engine.monitoring.record("quality.first_image", 3, unit)
    assert (f"'{unit}'" in caught.value.message) is (unit != "1")
    assert "ms, s" in caught.value.hint.render("en")
    assert engine.monitoring.metric("quality.first_image", "count") == 1


def test_a_metric_without_an_objective_keeps_its_first_unit(engine):
    engine.monitoring.record("story.length", 900, "words")
    engine.monitoring.record("story.length", 950, "words")
    with pytest.raises(MetricError, match="in 'words'; this value is in 'kB'"):
        engine.monitoring.record("story.length", 3, "kB")
    with pytest.raises(MetricError, match=r"'locator\.locate_time' is .* in 'ms'; this value is without a unit"):
        engine.monitoring.record("locator.locate_time", 3)


@pytest.mark.parametrize("value", [5, -0.5, float("nan")])
def test_a_value_that_is_no_share_is_refused_where_shares_are_measured(engine, value):
    with pytest.raises(MetricError, match=r"'async_task\.completed' is a share: .* is not within 0 to 1\."):
        engine.monitoring.record("async_task.completed", value)
    engine.monitoring.record("async_task.completed", 1)
    assert engine.monitoring.metric("async_task.completed", "count") == 1
    assert [status.n for status in engine.monitoring.statuses(["async_task.completion_rate"])] == [1]


def test_percents_are_shares(engine, tmp_path):
    engine.monitoring.load(held_to(tmp_path, "slo: {quality: {sharp: {min: 90 %}}}"))
    engine.monitoring.record("quality.sharp", 95, "%")
    assert engine.monitoring.metric("quality.sharp") == pytest.approx(0.95)


def test_objectives_that_come_late_are_noted_and_not_lost_to_a_process_without_any(tmp_path):
    path = held_to(tmp_path, "slo: {quality: {sharp: {min: 90 %}}}")
    url = f"sqlite:///{tmp_path}/aigc.db"
    first, second = (Engine(Settings(run_id="r", store=url), directory=tmp_path) for _ in range(2))
    first.monitoring.note_run("Folder")  # before any suite imports the library
    first.extend(Settings(slo=(path,)))
    first.monitoring.note_changes()
    first.store.flush()
    assert list(objectives_of(first.store, "r").items) == ["quality.sharp"]
    second.monitoring.note_run("Folder")
    second.store.flush()
    assert list(objectives_of(second.store, "r").items) == ["quality.sharp"]
    first.close()
    second.close()
