"""Alerts: their states, and which are sent, with a clock that the test advances."""

import re

import pytest
from sqlalchemy import select

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.alerts.manager import AlertManager, Condition
from AIGCLibrary.monitoring.alerts.rules import When, read_rules
from AIGCLibrary.store import tables


def manager(store, *alerts, **more):
    data = {
        "alerts": [{"to": ["qa"], "group_wait": 0, **one} for one in alerts],
        "notify": {"qa": ["json://x"]},
        **more,
    }
    return AlertManager(store, "run-1", read_rules(data), "en", {"environment": "staging"})


def broken(slo="locator.gold_hit_rate", holds=True, when=When.BREACH):
    return Condition(slo, when, holds, Text("monitoring.alert.condition.no_data"))


def reported(store):
    rows = store.query(select(tables.outbox.c.payload).order_by(tables.outbox.c.id))
    return [(row["payload"]["state"], tuple(one["slo"] for one in row["payload"]["alerts"])) for row in rows]


GOLD = "locator.gold_hit_rate"


def test_one_incident_is_one_message_and_one_at_its_end(store):
    alerts = manager(store, {})
    for second in range(0, 300, 10):
        alerts.update([broken(holds=second < 200)], float(second))
    assert reported(store) == [("firing", (GOLD,)), ("resolved", (GOLD,))]


def test_two_processes_that_judge_at_one_moment_send_one_message(store):
    """The lease of a slow machine may run out while its owner judges; another process then judges as well."""
    first, second = manager(store, {}), manager(store, {})
    read = second._rows
    second._rows = list  # it has read the alerts before the first one wrote them
    first.update([broken()], 100.0)
    second.update([broken()], 100.5)
    assert reported(store) == [("firing", (GOLD,))]
    second._rows = read
    second.update([broken()], 110.0)
    first.update([broken(holds=False)], 500.0)
    assert reported(store) == [("firing", (GOLD,)), ("resolved", (GOLD,))]


def test_it_must_last_before_it_fires(store):
    alerts = manager(store, {"for": 60})
    for second in (0, 30, 59):
        alerts.update([broken()], float(second))
    assert reported(store) == []
    alerts.update([broken()], 60.0)
    assert reported(store) == [("firing", (GOLD,))]


def test_a_short_trouble_is_never_reported(store):
    alerts = manager(store, {"for": 60})
    alerts.update([broken()], 0.0)
    alerts.update([broken(holds=False)], 30.0)
    alerts.update([broken(holds=False)], 90.0)
    assert reported(store) == []
    assert store.query(select(tables.alert)) == []


def test_keep_firing_for_bridges_a_pause(store):
    alerts = manager(store, {"keep_firing_for": 100})
    for second, holds in ((0, True), (50, False), (80, True), (150, False), (180, False)):
        alerts.update([broken(holds=holds)], float(second))
        assert [state for state, _ in reported(store)].count("resolved") == (second == 180)
    assert reported(store) == [("firing", (GOLD,)), ("resolved", (GOLD,))]


def test_it_is_repeated_while_it_lasts(store):
    alerts = manager(store, {"repeat": 100})
    for second in range(0, 301, 10):
        alerts.update([broken()], float(second))
    assert [state for state, _ in reported(store)] == ["firing"] * 4


def test_a_second_incident_is_reported_again(store):
    alerts = manager(store, {})
    for second, holds in ((0, True), (10, False), (20, True), (30, False)):
        alerts.update([broken(holds=holds)], float(second))
    assert [state for state, _ in reported(store)] == ["firing", "resolved", "firing", "resolved"]


def test_a_group_is_one_message(store):
    alerts = manager(store, {"slo": "locator.*", "group_wait": 20})
    names = [f"locator.{name}" for name in ("gold_hit_rate", "silver_fallback_rate", "bronze_fallback_rate")]
    alerts.update([broken(names[0])], 0.0)
    alerts.update([broken(name) for name in names], 10.0)
    alerts.update([broken(name) for name in names], 30.0)
    assert reported(store) == [("firing", tuple(names))]


def test_the_end_of_a_run_waits_for_nothing(store):
    alerts = manager(store, {"for": 60, "group_wait": 5})
    alerts.update([broken()], 0.0)
    assert reported(store) == []
    alerts.update([broken()], 20.0, over=True)
    alerts.update([broken()], 21.0, over=True)
    assert reported(store) == [("firing", (GOLD,))]


def test_the_end_of_a_run_tells_nothing_that_is_over_or_silenced(store):
    until = [{"slo": "*", "until": "2100-01-01T00:00:00+00:00"}]
    alerts = manager(store, {"for": 60})
    alerts.update([broken()], 0.0)
    alerts.update([broken(holds=False)], 20.0, over=True)
    manager(store, {"for": 60}, silences=until).update([broken()], 30.0, over=True)
    assert reported(store) == []


def test_it_is_said_when_the_next_wait_ends(store):
    alerts = manager(store, {"for": 30, "group_wait": 5})
    assert alerts.update([broken()], 100.0) == 130.0
    assert alerts.update([broken()], 120.0) == 130.0
    assert alerts.update([broken()], 130.0) == 135.0
    assert alerts.update([broken()], 135.0) is None
    assert reported(store) == [("firing", (GOLD,))]


def test_a_rule_that_another_file_had_more_is_left_alone(store):
    manager(store, {"slo": "file_processing.*"}, {}).update([broken()], 0.0)
    manager(store, {"slo": "file_processing.*"}).update([broken()], 10.0)
    assert reported(store) == [("firing", (GOLD,))]


def test_only_what_a_rule_names_is_reported(store):
    alerts = manager(store, {"slo": "file_processing.*"}, {"slo": "*", "when": "no_data"})
    alerts.update([broken(), broken(when=When.NO_DATA)], 0.0)
    assert reported(store) == [("firing", (GOLD,))]
    assert [row["labels"]["when"] for row in alerts.firing()] == ["no_data"]


def test_a_silence_keeps_it_from_being_reported(store):
    silences = [{"slo": "locator.*", "from": "1970-01-01T00:00:00+00:00", "until": "1970-01-01T00:01:40+00:00"}]
    alerts = manager(store, {}, silences=silences)
    alerts.update([broken()], 10.0)
    assert reported(store) == []
    assert [row["muted"] for row in alerts.firing()] == ["silenced"]
    alerts.update([broken()], 110.0)
    assert reported(store) == [("firing", (GOLD,))]


def test_the_cause_mutes_its_effects(store):
    inhibit = [{"when": "async_task.completion_rate", "mute": "async_task.*"}]
    alerts = manager(store, {}, inhibit=inhibit)
    alerts.update([broken("async_task.completion_rate")], 0.0)
    alerts.update([broken("async_task.completion_rate"), broken("async_task.timeout_rate")], 10.0)
    assert reported(store) == [("firing", ("async_task.completion_rate",))]


def test_another_process_takes_over_where_one_stopped(store):
    manager(store, {"for": 60}).update([broken()], 0.0)
    manager(store, {"for": 60}).update([broken()], 61.0)
    manager(store, {"for": 60}).update([broken()], 90.0)
    assert reported(store) == [("firing", (GOLD,))]


def test_a_rule_without_its_channel_is_reported_at_once():
    with pytest.raises(ConfigError, match=r"goes to 'qaa'.* Did you mean 'qa'"):
        read_rules({"alerts": [{"to": ["qaa"]}], "notify": {"qa": ["json://x"]}})


def test_secrets_of_channels_come_from_the_environment(monkeypatch):
    rules = read_rules({"alerts": [{"to": ["qa"]}], "notify": {"qa": ["slack://%{AIGC_TEST_TOKEN}"]}})
    (name,) = rules.names(rules.rules[0])
    with pytest.raises(ConfigError, match="AIGC_TEST_TOKEN"):
        rules.address(name)
    monkeypatch.setenv("AIGC_TEST_TOKEN", "abc")
    assert rules.address(name) == "slack://abc"


def test_what_waits_in_the_store_names_no_address(store):
    manager(store, {}).update([broken()], 0.0)
    (row,) = store.query(select(tables.outbox))
    assert row["channel"] == "qa/0"


def test_a_message_names_the_run_for_people(store):
    store.upsert(tables.run, id="run-1", name="Short Drama", started_at=1_800_000_000.0)
    manager(store, {}).update([broken()], 0.0)
    (row,) = store.query(select(tables.outbox))
    run, environment = row["payload"]["body"].splitlines()[-2:]
    assert re.fullmatch(r"Run: Short Drama, 2027-01-1\d \d\d:\d\d:00 \(run run-1\)", run)
    assert environment == "Environment: staging"


def test_a_channel_that_is_gone_is_reported():
    with pytest.raises(ConfigError, match="There is no channel 'ops/0'"):
        read_rules({"notify": {"qa": ["json://x"]}}).address("ops/0")
