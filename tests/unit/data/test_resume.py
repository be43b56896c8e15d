"""A process that dies is played by an engine that is left alone, and an owner that does not run any more."""

import threading

import pytest
from sqlalchemy import update

from AIGCLibrary.data.errors import PreparationError
from AIGCLibrary.process import process_mark
from AIGCLibrary.store.tables import data_record, preparation


@pytest.fixture
def die(engine):
    """Let the process of everything prepared so far be gone."""

    def gone(**changes):
        engine.store.flush()
        engine.store.execute(update(preparation).values(owner=_mark(999999999)))
        if changes:
            key = changes.pop("key")
            engine.store.execute(update(data_record).where(data_record.c.key == key).values(**changes))

    return gone


def _mark(number):
    where, _, _ = process_mark().rpartition(":")
    return f"{where}:{number}@"


@pytest.fixture
def next_process(make_engine, product, write, family):
    def start(run_id="run", template=family):
        engine = make_engine(product.url, run_id)
        engine.data.load(write(template))
        return engine

    return start


def test_the_same_run_takes_up_what_is_there(prepare, die, next_process, product, family):
    first = prepare(family)
    die()
    later = next_process()
    again = later.loop.run(later.data.prepare("family"))
    assert again.work.resumed
    assert again.data == first.data
    assert product.count == 5
    assert later.data.clean_up("run").removed == 5


def test_a_record_of_unknown_end_is_found_by_lookup(prepare, die, next_process, product, family):
    prepare(family)
    die(key="child[1]", state="intended", remote_id=None)
    later = next_process()
    posts = product.requests["POST"]
    later.loop.run(later.data.prepare("family"))
    assert product.requests["POST"] == posts
    assert product.count == 5


def test_a_record_of_unknown_end_is_repeated_under_its_key(prepare, die, make_engine, product, write, family):
    without = family.replace("lookup:", "# lookup:")
    without = "\n".join(line for line in without.splitlines() if "# lookup" not in line)
    prepare(without)
    die(key="child[1]", state="intended", remote_id=None)
    later = make_engine(product.url)
    later.data.load(write(without))
    later.loop.run(later.data.prepare("family"))
    assert product.count == 5


def test_a_record_that_never_came_to_be_is_made(prepare, die, next_process, product, family):
    prepare(family)
    del product.things["pets"]["pets-1"]
    product.answers.clear()
    die(key="pet", state="intended", remote_id=None)
    later = next_process()
    later.loop.run(later.data.prepare("family"))
    assert product.count == 5


def test_another_run_starts_again(prepare, die, next_process, product, family):
    prepare(family)
    die()
    later = next_process("other")
    assert not later.loop.run(later.data.prepare("family")).work.resumed
    assert product.count == 10


@pytest.mark.parametrize(
    "owner",
    [lambda: _mark(1), lambda: _mark(999999999).replace("/", "/another-container-"), lambda: "old:7"],
    ids=["here", "in a container of the same name", "noted by another version"],
)
def test_the_data_of_a_process_that_may_run_is_left_alone(prepare, engine, next_process, product, family, owner):
    prepare(family)
    engine.store.flush()
    engine.store.execute(update(preparation).values(owner=owner()))
    later = next_process()
    assert not later.loop.run(later.data.prepare("family")).work.resumed
    assert product.count == 10


def test_a_clean_up_that_was_cut_off_is_ended_before_all_is_made_again(
    prepare, engine, die, next_process, product, family
):
    prepare(family)
    die()
    engine.store.execute(update(preparation).values(state="removing"))
    later = next_process()
    prepared = later.loop.run(later.data.prepare("family"))
    assert not prepared.work.resumed
    assert product.count == 5
    assert later.data.clean_up("run").removed == 5


def test_the_end_of_the_run_removes_what_dead_processes_left(prepare, die, next_process, product, family):
    prepare(family)
    die()
    later = next_process()
    later.data.use("there", {"base_url": product.url})
    assert later.data.clean_up("run").removed == 5
    assert product.count == 0


def test_sweeping_finds_by_run_and_age_and_leaves_the_rest(prepare, die, next_process, product, family, engine):
    prepare(family)
    die()
    later = next_process("sweeper")
    later.data.use("there", {"base_url": product.url})
    sweeper = later.data.sweeper()
    assert later.loop.run(sweeper.find(run_id="other")) == []
    assert later.loop.run(sweeper.find(before=0.0)) == []
    rows = later.loop.run(sweeper.find(run_id="run"))
    assert len(rows) == 5
    assert later.loop.run(sweeper.remove(rows)).removed == 5
    assert later.loop.run(sweeper.find()) == []


def test_sweeping_says_where_no_connection_is_known(prepare, die, next_process, family, product):
    prepare(family)
    die()
    later = next_process("sweeper")
    sweeper = later.data.sweeper()
    report = later.loop.run(sweeper.remove(later.loop.run(sweeper.find())))
    assert len(report.orphans) == 5
    assert "no connection to http://" in report.orphans[0].reason


def test_a_name_is_taken_up_by_the_next_process_of_the_run(prepare, die, next_process, product, family):
    with pytest.raises(PreparationError):
        prepare(family.replace('names: "${child.number}"', "name: refused"), reuse_as="mine", on_failure="keep")
    die()
    later = next_process()
    later.loop.run(later.data.prepare("family", reuse_as="mine"))
    assert product.count == 5


def test_a_preparation_that_is_cut_off_leaves_nothing(engine, product, write, family):
    """As Robot does it when the time of a test is over: the wait is cancelled, then the test's data is removed."""
    product.cost = 0.2
    engine.data.load(write(family))
    future = engine.loop.start(engine.data.prepare("family", {"children": 6}))
    while product.requests["POST"] < 4:
        threading.Event().wait(0.005)
    future.cancel()
    report = engine.data.clean_up("test")
    assert report.orphans == ()
    assert product.count == 0


GUARDED = """
version: 1
name: family
nodes:
  parent:
    create: {post: /parents, json: {tag: "${key}"}}
    lookup: {get: /parents, params: {tag: "${key}"}}
    delete: {delete: "/parents/${self.id}", headers: {If-Match: "${self.headers.etag}"}}
  child:
    create: {post: /childs, json: {parent_id: "${parent.id}", of: "${parent.headers.etag}"}}
    delete: {delete: "/childs/${self.id}", headers: {If-Match: "${self.headers.etag}"}}
"""
"""Removals, and another creation, that need a header of the answer."""


def test_a_thing_that_a_lookup_found_has_the_headers_of_its_own_address(prepare, die, next_process, product):
    product.etags = True
    prepare(GUARDED)
    die(key="parent", state="intended", remote_id=None, delete_request=None, response=None)
    del product.things["childs"]["childs-1"]
    die(key="child", state="failed", remote_id=None)
    later = next_process(template=GUARDED)
    later.loop.run(later.data.prepare("family"))
    assert product.bodies[-1]["of"] == '"parents-1-1"'
    assert later.data.clean_up("run").removed == 2
    assert product.count == 0


def test_a_thing_that_is_used_again_is_changed_under_its_own_etag(prepare, product):
    product.etags = True
    product.things["parents"] = {"parents-9": {"id": "parents-9", "tag": "here"}}
    update = "reuse: true\n    update: {patch: '/parents/${self.id}', json: {tag: '${self.headers.etag}'}}\n    delete:"
    prepare(GUARDED.partition("  child:")[0].replace("${key}", "here").replace("delete:", update, 1))
    assert product.things["parents"]["parents-9"]["tag"] == '"parents-9-1"'
