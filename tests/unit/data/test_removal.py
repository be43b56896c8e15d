import pytest

from AIGCLibrary.data.errors import PreparationError
from AIGCLibrary.data.options import Scope
from tests.support.product import Faults


def test_children_go_before_their_parents(prepare, engine, product, family):
    prepare(family)
    report = engine.data.clean_up("test")  # the product refuses to remove a parent that has children
    assert (report.removed, report.orphans, product.count) == (5, (), 0)


def test_what_has_gone_already_counts_as_removed(prepare, engine, product, family):
    prepare(family)
    product.things["childs"].clear()
    report = engine.data.clean_up("test")
    assert (report.removed, report.gone, report.orphans) == (5, 3, ())


def test_failures_are_tried_again(prepare, engine, product, family):
    prepare(family, {"children": 20})
    product.faults = Faults(0.4, seed=2, methods=("DELETE",), kinds=("before", "after"))
    assert engine.data.clean_up("test").orphans == ()
    assert product.count == 0


def test_what_cannot_be_removed_is_reported_and_nothing_is_raised(prepare, engine, product, family):
    prepare(family.replace('{delete: "/pets/${self.id}"}', '{delete: "/pets"}'))
    report = engine.data.clean_up("test")
    assert [(orphan.key, orphan.request) for orphan in report.orphans] == [
        ("pet", "DELETE /pets"),
        ("parent", "DELETE /parents/parents-1"),
    ]
    assert report.orphans[0].reason.startswith("HTTP 405")
    assert report.orphans[1].reason == "HTTP 409: It still has children."
    assert (report.removed, product.count) == (3, 2)


def test_things_without_deletion_are_distinguished_from_orphans(prepare, engine, product):
    prepare("version: 1\nnodes:\n  log: {create: {post: /logs}}\n")
    report = engine.data.clean_up("test")
    assert (report.left, report.orphans) == (("log (logs-1)",), ())


def test_a_product_that_is_gone_is_not_asked_for_every_thing(prepare, engine, product, family):
    prepare(family, {"children": 30})
    product.faults = Faults(1.0, kinds=("hang",), hang=3.0)
    for record in engine.data._cache.ending(Scope.RUN)[0].records.values():
        record.delete["timeout"] = 0.05
    report = engine.data.clean_up("test")
    assert len(report.orphans) == 32
    assert product.requests["DELETE"] < 32


def test_nothing_prepared_is_nothing_to_do(engine):
    assert engine.data.clean_up("test", test="a").removed == 0
    assert engine.data.clean_up("run").removed == 0


@pytest.mark.parametrize(
    ("scope", "ending", "removed"),
    [
        ("test", {"scope": "test", "test": "S.T"}, 5),
        ("test", {"scope": "test", "test": "S.Other"}, 0),
        ("test", {"scope": "suite", "suite": "S"}, 0),
        ("suite", {"scope": "test", "test": "S.T"}, 0),
        ("suite", {"scope": "suite", "suite": "S.Inner"}, 0),
        ("suite", {"scope": "suite", "suite": "S"}, 5),
        ("run", {"scope": "suite", "suite": "S"}, 0),
        ("run", {"scope": "run"}, 5),
        ("test", {"scope": "run"}, 5),
    ],
)
def test_data_lives_as_long_as_its_scope(prepare, engine, family, scope, ending, removed):
    prepare(family, scope=scope, suite="S", test="S.T")
    assert engine.data.clean_up(**ending).removed == removed


def test_an_unknown_scope_does_not_raise_into_the_listener(engine):
    assert engine.data.clean_up("nonsense").removed == 0


def test_the_end_of_the_engine_removes_what_is_left(make_engine, product, write, family):
    engine = make_engine(product.url)
    engine.data.load(write(family))
    engine.loop.run(engine.data.prepare("family", scope="run"))
    engine.close()
    assert product.count == 0


def test_a_creation_without_answer_is_settled(prepare, engine, product, family):
    product.faults = Faults(1.0, methods=("POST",), kinds=("hang",), hang=60.0)
    text = family.replace("idempotency: true", "idempotency: true, timeout: 1 s, retry: {times: 0}")
    with pytest.raises(PreparationError, match="gave no answer"):
        prepare(text)  # the product made the parent, and its answer came too late
    assert product.count == 0
