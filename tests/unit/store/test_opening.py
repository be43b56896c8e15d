"""How a store is opened: over a slow line each statement is a way there and back, and tests wait for few of them."""

import pytest
from sqlalchemy import Engine, event, inspect, text

from AIGCLibrary.store import tables
from AIGCLibrary.store.engines import open_engine
from tests.support.stores import urls


@pytest.fixture
def opened(tmp_path):
    """Return a function that opens one PostgreSQL store, and what it had to ask for."""
    seen, made = [], []
    (url,) = urls(tmp_path, "postgresql")

    def note(*given):
        seen.append(given[2])

    def open_store():
        seen.clear()
        made.append(open_engine(url))
        return made[-1], tuple(seen)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield open_store
    finally:
        for engine in made:
            engine.dispose()
        event.remove(Engine, "before_cursor_execute", note)


def test_a_store_is_created_and_opened_by_few_statements(opened):
    assert len(opened()[1]) <= 7
    assert len(opened()[1]) == 2


@pytest.mark.parametrize("missing", ["DROP TABLE sample", "ALTER TABLE sample DROP COLUMN unit", "DROP INDEX {index}"])
def test_what_is_missing_is_created_again(opened, missing):
    engine, _ = opened()
    index = next(iter(tables.sample.indexes)).name
    with engine.begin() as connection:
        connection.execute(text(missing.format(index=index)))
    engine, _ = opened()
    found = inspect(engine)
    assert "unit" in {column["name"] for column in found.get_columns("sample")}
    assert index in {one["name"] for one in found.get_indexes("sample")}
