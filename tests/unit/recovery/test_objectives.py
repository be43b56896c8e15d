"""Suggestions for objectives name what makes the difference, with its numbers and since when."""

import pytest

from AIGCLibrary.monitoring.errors import SloError
from AIGCLibrary.store.tables import file_report, finding, target_hit, task


def missed(name):
    return SloError(f"1 SLO is not met: '{name}' is in breach.", facts={"slos": [name]})


def hits(engine, target, tier, count, run=None, at=1.0):
    for _ in range(count):
        engine.store.insert(
            target_hit, run_id=run or engine.run_id, target=target, tier=tier, outcome="found", at=at, elapsed=0.1,
            selector="#x",
        )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_target_on_bronze_is_named_with_its_last_gold_run(engine, first, language):
    hits(engine, "form.send", "gold", 3, run="nightly-41")
    hits(engine, "form.send", "bronze", 4, at=9.0)
    hits(engine, "form.stop", "bronze", 1, at=9.0)
    hits(engine, "form.name", "gold", 5, at=9.0)
    one = first(missed("locator.bronze_fallback_rate"), "SLO Should Be Met")
    line = one.line(language)
    assert {"en": "form.send (4), form.stop (1)", "zh": "form.send (4)、form.stop (1)"}[language] in line
    assert "nightly-41" in line
    assert one.evidence["targets"] == {"form.send": 4, "form.stop": 1}


def test_kind_of_task_that_fails_is_named_with_earlier_runs(engine, first):
    for number in range(6):
        outcome, reason = ("failed", "quota") if number < 4 else ("completed", None)
        engine.store.insert(task, handle=f"v{number}", provider="studio", kind="video", outcome=outcome,
                            error_class=reason, duration=5.0)  # fmt: skip
        engine.store.insert(task, handle=f"o{number}", run_id="old", provider="studio", kind="video",
                            outcome="completed", duration=4.0)  # fmt: skip
    line = first(missed("async_task.completion_rate"), "SLO Should Be Met").line("en")
    assert "4 of 6 tasks did not complete, most of them studio/video (4); reasons: quota (4)" in line
    assert "In earlier runs it was 0/6" in line


def test_slow_kind_is_reported_beside_its_past(engine, first):
    engine.store.insert(task, handle="a", provider="s", kind="video", outcome="completed", duration=400.0)
    engine.store.insert(task, handle="b", run_id="old", provider="s", kind="video", outcome="completed", duration=100.0)
    line = first(missed("async_task.avg_wait_time"), "SLO Should Be Met").line("en")
    assert "s/video tasks took 6 min 40 s on average" in line
    assert "in earlier runs 100 s" in line


def test_rule_that_is_broken_most_is_named(engine, first):
    for number in range(3):
        engine.store.insert(file_report, id=f"r{number}", source="x.mp4", at=1.0)
        engine.store.insert(finding, report=f"r{number}", rule="video.duration", severity="error", message="too short")
    line = first(missed("file_processing.success_rate"), "SLO Should Be Met").line("en")
    assert "3 of 3 files were refused; rules broken: video.duration (3)" in line


def test_without_samples_the_general_advice_stays(first):
    assert first(missed("locator.gold_hit_rate"), "SLO Should Be Met").source == "triage"
