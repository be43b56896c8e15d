"""RealTimeMonitor: what it collects, when it checks, who of many checks."""

import asyncio

import pytest
from sqlalchemy import select

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.monitoring.heartbeat import Heartbeat
from AIGCLibrary.monitoring.live import LiveEvidence
from AIGCLibrary.monitoring.monitor import RealTimeMonitor
from AIGCLibrary.monitoring.objectives import built_in, from_data
from AIGCLibrary.store import tables
from AIGCLibrary.store.lease import acquire, release
from tests.support.waiting import until

OBJECTIVES = {
    "slo": {"locator": {"gold_hit_rate": {"min": 0.7}}},
    "alerts": [{"slo": "*", "to": ["qa"], "group_wait": 0}],
    "notify": {"qa": ["webhook+http://127.0.0.1:9/x"]},
}


def monitor(engine, owner=None):
    return RealTimeMonitor(engine, from_data(OBJECTIVES), owner)


def hits(engine, values):
    for value in values:
        engine.monitoring.record("locator.gold_hit", value)


def outbox(engine):
    return [row["payload"]["state"] for row in engine.store.query(select(tables.outbox))]


def test_a_broken_objective_is_reported(engine):
    hits(engine, [0] * 15)
    monitor(engine).check()
    assert outbox(engine) == ["firing"]


def test_a_healthy_one_is_not(engine):
    hits(engine, [1] * 60 + [0] * 5)
    monitor(engine).check()
    assert outbox(engine) == []


def test_one_of_many_processes_checks(engine, tmp_path, clock):
    hits(engine, [0] * 15)
    for number in range(4):
        monitor(engine, f"host:{number}").check()
    assert outbox(engine) == ["firing"]


WAITING = OBJECTIVES | {"alerts": [{"slo": "*", "for": 60, "to": ["qa"]}]}


def test_the_last_process_of_a_short_run_tells_what_still_waits(tmp_path):
    # With the clock of the machine: a fake one would run through the loops of the monitors, and past the wait.
    engine = Engine(Settings(run_id="run-1"), directory=tmp_path)
    hits(engine, [0] * 15)
    watchers = [RealTimeMonitor(engine, from_data(WAITING), f"host:{number}") for number in range(2)]
    for watcher in watchers:
        watcher.start_monitoring()
    present = select(tables.lease).where(tables.lease.c.name.startswith("present:"))
    until(lambda: len(engine.store.query(present)) == 2)  # the threads that join the run
    watchers[0].stop_monitoring()
    assert outbox(engine) == []
    watchers[1].stop_monitoring()
    assert outbox(engine) == ["firing"]
    engine.close()


def test_a_killed_process_is_not_waited_for(store):
    Heartbeat(store, "run-1", "killed", 180).show(0.0)
    last = Heartbeat(store, "run-1", "last", 180)
    last.show(100.0)
    Heartbeat(store, "run-12", "of another run", 180).show(1000.0)
    assert not last.leave(101.0)
    last.show(102.0)
    assert last.leave(181.0)


def test_a_wait_that_ends_before_the_next_check_is_looked_at_in_time(engine, clock):
    hits(engine, [0] * 15)
    watcher = RealTimeMonitor(engine, from_data(OBJECTIVES | {"alerts": [{"to": ["qa"], "group_wait": 5}]}))
    assert watcher.until_next_check() == 60.0
    watcher.check()
    assert watcher.until_next_check() == 5.0
    clock.time += 5
    watcher.check()
    assert (outbox(engine), watcher.until_next_check()) == (["firing"], 60.0)


def test_a_lease_is_one_s_until_it_ends(store):
    assert acquire(store, "x", "a", 100.0, 30)
    assert not acquire(store, "x", "b", 120.0, 30)
    assert acquire(store, "x", "a", 120.0, 30)
    assert acquire(store, "x", "b", 151.0, 30)
    release(store, "x", "b")
    assert acquire(store, "x", "c", 152.0, 30)


def test_it_collects_what_is_under_way(engine, clock):
    engine.store.upsert(tables.task, handle="video:1", state="processing", updated_at=clock.now(), run_id="run-1")
    engine.store.upsert(tables.task, handle="video:2", state="queued", updated_at=clock.now(), run_id="run-1")
    engine.store.upsert(
        tables.download, id="d", source="s", received=10, total=20, done=False, updated_at=clock.now(), run_id="run-1"
    )
    monitor(engine).collect()
    found = {row["name"]: row["value"] for row in engine.store.query(select(tables.sample))}
    assert found == {
        "live.tasks_queued": 1.0,
        "live.tasks_processing": 1.0,
        "live.downloads": 1.0,
        "live.downloaded": 10.0,
    }


def test_it_looks_every_10_and_checks_every_60_seconds(tmp_path, clock, no_threads):
    engine = Engine(Settings(run_id="r", store=f"sqlite:///{tmp_path}/m.db"), directory=tmp_path, clock=clock)
    watcher = RealTimeMonitor(engine, built_in())
    counted = {"collect": 0, "check": 0}

    def count(name):
        counted[name] += 1
        if counted["collect"] == 12:
            raise SystemExit

    watcher.collect = lambda: count("collect")
    watcher.check = lambda: count("check")

    async def both():
        await asyncio.gather(watcher._collect_metrics_loop(), watcher._check_slo_loop())

    with pytest.raises(SystemExit):
        asyncio.run(both())
    engine.close()
    assert counted["check"] == 2


def test_live_evidence_reads_each_sample_once(engine):
    objective = built_in().items["locator.gold_hit_rate"]
    live = LiveEvidence(objective, "run-1")
    hits(engine, [1, 0, 1])
    assert live.look(engine.store).n == 3
    hits(engine, [0])
    assert live.look(engine.store).n == 4
    assert live.look(engine.store).n == 4


def test_slow_times_are_evidence_too(engine):
    objective = built_in().items["locator.avg_locate_time"]
    for _ in range(30):
        engine.monitoring.record("locator.locate_time", 6.0, "s")
    assert LiveEvidence(objective, "run-1").look(engine.store).broken


def test_a_store_that_is_away_neither_holds_up_the_end_nor_fills_the_console(tmp_path, caplog):
    (tmp_path / "results" / "aigc.db").mkdir(parents=True)
    engine = Engine(Settings(run_id="run-1"), directory=tmp_path)
    watcher = monitor(engine)
    watcher.start_monitoring()
    hits(engine, [0] * 15)
    with pytest.raises(MonitoringError):
        engine.store.execute(tables.sample.delete())
    watcher.stop_monitoring()
    engine.close()
    warnings = [one.message for one in caplog.records if one.levelname == "WARNING"]
    assert len(warnings) == 2
    assert "tests go on" in warnings[0]
    assert "are lost" in warnings[1]
