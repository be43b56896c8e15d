"""Old runs lose their single values by themselves, and nothing that anybody still needs."""

import pytest
from sqlalchemy import func, select

from AIGCLibrary.store import retention, tables
from tests.support.stores import fill

DAY = 86400.0
NOW = 1000 * DAY


@pytest.fixture
def history(store, monkeypatch):
    """Four runs, 400, 300, 200 and 1 days old; the newest two are always kept whole."""
    monkeypatch.setattr(retention, "NEWEST", 2)
    for age in (400, 300, 200, 1):
        run_id, at = f"run-{age}", NOW - age * DAY
        store.upsert(tables.run, id=run_id, started_at=at)
        samples = ({"run_id": run_id, "at": at + 60 * i, "name": "m", "value": float(i)} for i in range(5))
        fill(
            store, tables.sample, ({"weight": None, "unit": "s", "labels": {}, "place": None, **one} for one in samples)
        )
        fill(store, tables.task, [{"run_id": run_id, "handle": f"t-{age}", "updated_at": at}])
        fill(store, tables.transition, [{"task": f"t-{age}", "at": at}])
        fill(store, tables.preparation, [{"run_id": run_id, "id": f"p-{age}", "at": at, "state": "running"}])
        fill(store, tables.data_record, [{"run_id": run_id, "id": f"d-{age}", "at": at, "state": "created"}])
    return store


def per_run(store, table):
    counted = store.query(select(table.c.run_id, func.count().label("n")).group_by(table.c.run_id))
    return {row["run_id"]: row["n"] for row in counted}


def tidy(store, keep=90 * DAY, now=NOW, **more):
    more.setdefault("timer", lambda: 0.0)
    return retention.tidy(store, keep, now, "me", **more)


def test_runs_beyond_the_retention_keep_their_sums_only(history):
    done = tidy(history)
    assert (done.runs, done.rows, done.finished) == (2, 14, True)
    assert per_run(history, tables.sample) == {"run-200": 5, "run-1": 5}  # run-200 is old, and among the newest two
    assert per_run(history, tables.rollup) == {"run-400": 1, "run-300": 1, "run-200": 5, "run-1": 5}
    (row,) = history.query(select(tables.rollup).where(tables.rollup.c.run_id == "run-400"))
    assert (row["n"], row["total"], row["least"], row["greatest"], row["unit"]) == (5, 10.0, 0.0, 4.0, "s")
    assert [one["task"] for one in history.query(select(tables.transition))] == ["t-200", "t-1"]


def test_what_stands_in_the_product_is_never_forgotten(history):
    tidy(history)
    assert len(per_run(history, tables.data_record)) == 4
    assert len(per_run(history, tables.preparation)) == 4


def test_it_is_done_once_a_day_by_one_process(history):
    tidy(history, keep=350 * DAY)
    assert retention.tidy(history, 90 * DAY, NOW + 60, "another") is None
    assert retention.tidy(history, 90 * DAY, NOW + DAY + 60, "another", timer=lambda: 0.0).runs == 1


def test_it_stops_after_a_moment_and_goes_on_the_next_time(history):
    ticks = iter(range(1000))
    first = tidy(history, seconds=4.5, timer=lambda: float(next(ticks)))
    assert not first.finished
    assert first.rows > 0
    assert tidy(history).finished
    assert per_run(history, tables.sample) == {"run-200": 5, "run-1": 5}
    (row,) = history.query(select(tables.rollup).where(tables.rollup.c.run_id == "run-400"))
    assert row["n"] == 5


def test_nothing_old_costs_one_question(store):
    store.upsert(tables.run, id="run-1", started_at=NOW)
    assert tidy(store) is None
    assert store.query(select(tables.lease)) == []


def test_a_run_in_progress_is_kept_whole(history):
    history.upsert(tables.run, id="run-400", finished_at=None)
    fill(history, tables.test_result, [{"run_id": "run-400", "at": NOW - 60, "test": "t"}])
    tidy(history)
    assert per_run(history, tables.sample) == {"run-400": 5, "run-200": 5, "run-1": 5}
