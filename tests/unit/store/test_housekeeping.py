"""What the store holds, all of it, and getting rid of what is old."""

import json

import pytest
from sqlalchemy import func, select

from AIGCLibrary.store import Store, housekeeping, tables
from tests.support.stores import fill

NOW = 1_000_000.0


def filled(store):
    row = {"name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {"a": "ü"}, "place": None}
    fill(store, tables.sample, ({"at": float(at), **row} for at in (10, 20, 5000)))
    fill(store, tables.task, [{"handle": "old", "updated_at": 10.0}, {"handle": "new", "updated_at": 5000.0}])
    fill(store, tables.transition, [{"task": "old", "at": 10.0}, {"task": "new", "at": 5000.0}])
    fill(store, tables.fingerprint, [{"target": "t", "page": "p", "at": 1.0}])
    return store


def test_info_counts(store):
    found = housekeeping.info(filled(store))
    assert (found["rows"]["sample"], found["rows"]["task"], found["oldest"], found["newest"]) == (3, 2, 10.0, 5000.0)
    assert found["bytes"] > 0


def test_info_tells_the_store_on_one_line(capsys, tmp_path):
    from AIGCLibrary.cli.main import main

    url = f"sqlite:///{tmp_path}/{'deep/' * 3}a_store_with_a_long_name.db"
    (tmp_path / "deep/deep/deep").mkdir(parents=True)
    filled(Store(url, "run-1")).close()
    assert main(["store", "info", "--store", url]) == 0
    assert any(line.startswith(url) for line in capsys.readouterr().out.splitlines())
    assert main(["--language", "zh-CN", "store", "info", "--store", url]) == 0
    shown = capsys.readouterr().out
    assert "测量数据" in shown
    assert "store.tables" not in shown  # each table has its words


def test_export_gives_every_row_of_a_run(store):
    rows = [json.loads(line) for line in housekeeping.export(filled(store), "run-1")]
    assert sorted(row["table"] for row in rows) == ["fingerprint", "rollup", "rollup", *["sample"] * 3, *["task"] * 2]
    assert rows[-1]["table"] != "outbox"


def test_prune_removes_the_old_and_keeps_sums_and_fingerprints(store):
    removed = housekeeping.prune(filled(store), before=1000.0, now=9e5)
    assert removed == {"sample": 2, "task": 1, "transition": 1}
    assert store.query(select(func.sum(tables.rollup.c.n).label("n")))[0]["n"] == 3
    assert len(store.query(select(tables.fingerprint))) == 1
    assert [row["task"] for row in store.query(select(tables.transition))] == ["new"]


@pytest.mark.parametrize(
    ("started", "finished", "seen", "left"),
    [
        (0.0, None, NOW - 80000, 1),  # unfinished, and something happened today
        (0.0, None, NOW - 90000, 0),  # killed yesterday
        (0.0, NOW - 5000, NOW - 3000, 1),  # one process of several has ended, others go on
        (0.0, NOW - 5000, NOW - 5000, 0),
        (NOW - 10, None, 0.0, 1),
    ],
)
def test_a_run_in_progress_is_left_alone(store, started, finished, seen, left):
    store.upsert(tables.run, id="run-1", started_at=started, finished_at=finished)
    fill(store, tables.test_result, [{"at": seen, "test": "t"}])
    fill(store, tables.task, [{"handle": "t", "updated_at": 10.0}])
    fill(store, tables.transition, [{"task": "t", "at": 10.0}])
    before = NOW - 10000
    reported = housekeeping.prunable(store, before, NOW)
    assert housekeeping.prune(store, before, NOW) == reported
    for table in (tables.task, tables.transition):
        assert len(store.query(select(table))) == left
