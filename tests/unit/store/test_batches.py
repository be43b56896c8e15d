"""Batches: rows of several tables that come in turn are few statements, and each table keeps its order."""

import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.dialects import sqlite

from AIGCLibrary.store import tables
from AIGCLibrary.store.batches import execute
from AIGCLibrary.store.engines import open_engine
from AIGCLibrary.store.write import Write


@pytest.fixture
def database(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    yield engine, seen
    engine.dispose()


def transition(n):
    return Write(insert(tables.transition), [{"task": f"t{n}", "at": float(n), "state": "queued"}])


def upsert(statement, handle, state):
    return Write(statement, [{"handle": handle, "state": state}])


def test_rows_of_tables_in_turn_are_one_statement_each(database):
    engine, seen = database
    plain = sqlite.insert(tables.task)
    changing = plain.on_conflict_do_update(index_elements=["handle"], set_={"state": plain.excluded.state})
    with engine.begin() as connection:
        execute(connection, [one for n in range(50) for one in (transition(n), upsert(changing, "a", f"s{n}"))])
    assert len([one for one in seen if one.startswith("INSERT")]) == 2
    with engine.connect() as connection:
        assert connection.execute(select(tables.task.c.state)).scalars().all() == ["s49"]
        assert connection.execute(
            select(tables.transition.c.task).order_by(tables.transition.c.id)
        ).scalars().all() == [f"t{n}" for n in range(50)]


def test_other_statements_keep_their_place(database):
    engine, seen = database
    marked = Write(update(tables.transition).values(state="seen"), None)
    with engine.begin() as connection:
        execute(connection, [transition(1), marked, transition(2)])
    assert len([one for one in seen if one.startswith("INSERT")]) == 2
    with engine.connect() as connection:
        assert connection.execute(
            select(tables.transition.c.state).order_by(tables.transition.c.id)
        ).scalars().all() == ["seen", "queued"]
