"""What the listeners keep of a run: it waits until the store is used, and no error gets out."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from AIGCLibrary import process
from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.rf import run_records
from AIGCLibrary.rf.observer import RunObserver
from AIGCLibrary.store.tables import run, test_result


@pytest.fixture
def engine(tmp_path, clock):
    one = Engine(Settings(run_id="run-1"), directory=tmp_path, clock=clock)
    yield one
    one.close()


@pytest.fixture
def observer(engine):
    return RunObserver(engine)


SUITE = SimpleNamespace(full_name="Shop", parent=None)


def data(name="Buys"):
    return SimpleNamespace(full_name=f"Shop.{name}", name=name, parent=SUITE)


def result(status="PASS", **more):
    return SimpleNamespace(
        status=status,
        failed=status == "FAIL",
        passed=status == "PASS",
        start_time=datetime(2026, 1, 1, tzinfo=UTC),
        elapsed_time=timedelta(seconds=2),
        message="",
        parent=None,
        all_tests=(),
        tags=["smoke"],
        id="s1-t1",
        metadata={},
        **more,
    )


def passes(observer, name):
    test, done = data(name), result()
    observer.start_test(test, done)
    observer.end_test(test, done)


def stored(engine):
    return [row["test"] for row in engine.store.query(select(test_result).order_by(test_result.c.id))]


def test_tests_wait_until_a_service_is_used_and_are_written_in_order(observer, engine, tmp_path, clock):
    started = clock.now()
    observer.start_suite(SUITE, result())
    passes(observer, "First")
    passes(observer, "Second")
    clock.time += 60
    assert not engine.begun
    assert list(tmp_path.rglob("*.db")) == []
    _ = engine.tasks
    assert engine.begun
    passes(observer, "Third")
    assert stored(engine) == ["Shop.First", "Shop.Second", "Shop.Third"]
    (kept,) = engine.store.query(select(run))
    assert (kept["name"], kept["status"], kept["started_at"]) == ("Shop", "RUNNING", started)


def test_a_run_without_any_use_ends_without_a_store(observer, engine, tmp_path):
    done = result()
    observer.start_suite(SUITE, done)
    passes(observer, "First")
    observer.end_suite(SUITE, done)
    observer.end_run()
    assert done.metadata == {"AIGC Run": "run-1"}
    assert list(tmp_path.rglob("*.db")) == []


def test_no_more_results_wait_than_memory_should_hold(observer, engine, monkeypatch):
    monkeypatch.setattr(run_records, "MOST_WAITING", 3)
    observer.start_suite(SUITE, result())
    for number in range(3):
        assert not engine.begun
        passes(observer, f"T{number}")
    assert stored(engine) == ["Shop.T0", "Shop.T1", "Shop.T2"]


@pytest.mark.parametrize(
    ("settings", "joined", "sees_all"),
    [({"store": "sqlite:///{}/own.db"}, False, False), ({}, True, False), ({}, False, True)],
    ids=["store", "joined", "listener"],
)
def test_a_run_that_is_read_elsewhere_is_stored_from_its_start(tmp_path, settings, joined, sees_all):
    given = {name: value.format(tmp_path) for name, value in settings.items()}
    engine = Engine(Settings(run_id="run-1", **given), directory=tmp_path)
    observer = RunObserver(engine, joined=joined)
    observer.sees_all = sees_all
    observer.start_suite(SUITE, result())
    assert engine.begun
    assert [row["name"] for row in engine.store.query(select(run))] == ["Shop"]
    engine.close()


def test_what_both_listeners_tell_counts_once(observer, engine):
    _ = engine.store
    observer.start_suite(SUITE, result())
    test, done = data("First"), result()
    for _listener in range(2):
        observer.start_test(test, done)
    for _listener in range(2):
        observer.end_test(test, done)
    assert stored(engine) == ["Shop.First"]


def test_keywords_that_a_step_runs_are_not_heard(observer, engine, monkeypatch):
    _ = engine.store
    heard = []
    monkeypatch.setattr(observer, "_explain", lambda *_about: heard.append("keyword"))

    def clean_up(*_scope, **_what):
        observer.end_library_keyword(data(), None, result())

    monkeypatch.setattr(observer, "_clean_up", clean_up)
    passes(observer, "First")
    assert heard == []
    observer.end_library_keyword(data(), None, result())
    assert heard == ["keyword"]


def test_a_step_that_fails_is_reported_once_and_the_next_ones_go_on(observer, engine, monkeypatch, caplog):
    _ = engine.store

    def broken(*_scope, **_what):
        raise RuntimeError("the product is gone")

    monkeypatch.setattr(observer, "_clean_up", broken)
    with caplog.at_level(logging.WARNING, "aigc.listener"):
        passes(observer, "First")
        passes(observer, "Second")
    assert [one.getMessage() for one in caplog.records if one.name == "aigc.listener"] == [
        "The listener could not broken: the product is gone"
    ]
    assert stored(engine) == ["Shop.First", "Shop.Second"]


def test_containers_with_one_host_name_and_one_process_id_are_two_processes():
    names = set()
    for _container in range(2):
        process._identity.cache_clear()
        names.add(process.identity())
        assert process.identity() in names  # the same as long as the process lives
    assert len(names) == 2


@pytest.mark.parametrize("repeats", ["night", None])
def test_a_repetition_of_a_kept_run_is_kept_though_its_tests_use_nothing(engine, monkeypatch, repeats):
    first = Engine(Settings(run_id="night"), directory=engine.directory, clock=engine.clock)
    first.store.upsert(run, id="night", started_at=0.0)
    first.store.flush()
    first.close()
    monkeypatch.setattr(run_records, "repeated_run", lambda: repeats)
    monkeypatch.setattr("AIGCLibrary.rf.observer.BuiltIn", lambda: SimpleNamespace(dry_run_active=False))
    again = RunObserver(engine)
    again.start_suite(SUITE, result())
    assert engine.begun == bool(repeats)


def test_a_run_notes_that_it_goes_on_and_then_its_end(engine):
    kept = run_records.RunRecords(engine)
    kept.start("Shop")
    engine.on_begin(kept.write)
    engine.begin()
    engine.loop.run(asyncio.sleep(0))  # after the first step of what notes it
    engine.store.flush()
    seen = select(run.c.seen_at, run.c.finished_at)
    assert engine.store.query(seen) == [{"seen_at": engine.clock.now(), "finished_at": None}]
    kept.end("PASS")
    engine.store.flush()
    assert engine.store.query(seen)[0]["finished_at"] == engine.clock.now()
