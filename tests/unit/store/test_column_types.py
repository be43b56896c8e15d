"""Every value of a product can be stored and is found by its name, whatever the database refuses."""

import pytest
from sqlalchemy import select

from AIGCLibrary.store import Store, tables
from tests.support.stores import database, urls


@pytest.fixture(params=["sqlite", "postgresql", "latin-1"], scope="module")
def store(request, tmp_path_factory):
    if request.param == "latin-1":
        next(urls(None, "postgresql"))  # skips where there is no server
        url = database("ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    else:
        (url,) = urls(tmp_path_factory.mktemp("store"), request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("AIGCLibrary.store.store.PATIENCE_SECONDS", 60)
        made = Store(url, "run-1", standby=True)
    yield made
    assert not made.away
    made.close()


def row(**more):
    return {"at": 1.0, "name": "m", "value": 1.0, "weight": None, "unit": "1", "labels": {}, "place": None} | more


def found(store, column, name):
    return [one[column.name] for one in store.query(select(column).where(tables.sample.c.name == name))]


@pytest.mark.parametrize(
    "name", ["模型.耗时", "clé", "a\0b", "a\ud800b", "😀", "n" * 400, "n" * 399, "\\u6a21", "模" * 200]
)
def test_a_row_is_found_by_the_name_that_it_was_written_with(store, name, caplog):
    store.insert(tables.sample, **row(name=name))
    assert len(found(store, tables.sample.c.name, name)) == 1
    assert caplog.text == ""


@pytest.mark.parametrize("name", ["模型.路径\\x", "clé", "😀 ok"])
def test_characters_come_back_as_they_were(store, name):
    store.insert(tables.sample, **row(name="as they were", place=name))
    assert name in found(store, tables.sample.c.place, "as they were")


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), "x\0y", "\ud800", 2**80, {"模": ["型", None]}])
def test_labels_of_any_value_are_stored(store, value):
    name = f"labels {value!a}"
    store.insert(tables.sample, **row(name=name, labels={"a": value}))
    (labels,) = found(store, tables.sample.c.labels, name)
    assert labels["a"] == value or str(labels["a"]) == str(value)


def test_what_is_nested_too_deeply_costs_no_row(store):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    store.insert(tables.sample, **row(name="deep", labels={"a": deep}))
    assert found(store, tables.sample.c.labels, "deep") == ["nested too deeply to be stored"]


@pytest.mark.parametrize("number", [2**40, -(2**40), 10**30])
def test_an_integer_beyond_its_column_costs_no_row(store, number):
    store.insert(tables.transition, task=f"t{number}", at=1.0, queue_position=number)
    store.insert(tables.download, id=f"d{number}", received=number)
    (position,) = store.query(
        select(tables.transition.c.queue_position).where(tables.transition.c.task == f"t{number}")
    )
    (received,) = store.query(select(tables.download.c.received).where(tables.download.c.id == f"d{number}"))
    assert abs(position["queue_position"]) >= 2**31 - 1
    assert abs(received["received"]) >= min(abs(number), 2**63 - 1)


def test_a_value_that_no_driver_takes_costs_no_other_row(store, caplog):
    for name, value in (("before", 1.0), ("refused", object()), ("behind", 1.0)):
        store.insert(tables.sample, **row(name=f"other {name}", value=1.0, place=value if name == "refused" else None))
    assert len(found(store, tables.sample.c.name, "other before")) == 1
    assert len(found(store, tables.sample.c.name, "other behind")) == 1
    assert caplog.text.count("refuses a row") == 1
