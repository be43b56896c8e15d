import pytest

from AIGCLibrary.data.errors import SyncError
from AIGCLibrary.errors import ConfigError
from tests.support.product import Product

TEMPLATE = """
version: 1
name: library
nodes:
  script:
    create: {post: /scripts, json: {title: x, genre: drama, tag: "${key}"}}
    update: {patch: "/scripts/${self.id}"}
    sync: {list: {get: /scripts}, page_size: 2, key: title, ignore: [tag]}
  actor:
    create: {post: /actors, json: {name: x}}
    update: {patch: "/actors/${self.id}"}
    sync: {list: {get: /actors}, key: name}
  scene:
    create: {post: /scenes, json: {script_id: "${script.id}", number: 1, cast: ["${actor.id}"], text: x}}
    update: {patch: "/scenes/${self.id}"}
    sync:
      list: {get: /scenes, params: {script_id: "${parent.id}"}}
      parent: script
      key: number
      references: {script_id: script, cast: actor}
"""


@pytest.fixture
def other():
    with Product() as one:
        # Ids of the two must not agree by chance.
        one.numbers.update(scripts=100, actors=100, scenes=100)
        yield one


def fill(product, text="A quiet street", cast=("ac1", "ac2"), titles=("A", "B", "C")):
    product.things = {
        "scripts": {f"s{t}": {"id": f"s{t}", "title": t, "genre": "drama", "tag": f"t-{t}"} for t in titles},
        "actors": {f"ac{n}": {"id": f"ac{n}", "name": f"Actor {n}"} for n in (1, 2)},
        "scenes": {
            "sc1": {"id": "sc1", "script_id": "sA", "number": 1, "cast": list(cast), "text": text},
            "sc2": {"id": "sc2", "script_id": "sB", "number": 1, "cast": [], "text": "B"},
        },
    }


@pytest.fixture
def two(make_engine, product, other, write):
    """An engine that knows both as `dev` and `staging`, and staging again as `prod`."""
    write(
        f"""
        environments:
          dev: {{base_url: "{product.url}"}}
          staging: {{base_url: "{other.url}"}}
          prod: {{base_url: "{other.url}", protected: true}}
        """,
        "environments.yaml",
    )
    fill(product)
    engine = make_engine()
    engine.data.load(write(TEMPLATE))
    return engine


def compare(engine):
    return engine.loop.run(engine.data.compare("dev", "staging", "library"))


def sync(engine, target="staging", **options):
    return engine.loop.run(engine.data.sync("dev", target, "library", **options))


def test_every_planted_difference_is_shown(two, other):
    fill(other, text="A busy street", cast=("ac2",), titles=("A", "B"))
    other.things["actors"]["ac3"] = {"id": "ac3", "name": "Actor 3"}
    other.things["scripts"]["sB"]["tag"] = "ignored"
    found = {(one.node, one.key, one.kind, one.field) for one in compare(two).differences}
    assert found == {
        ("script", "C", "only in dev", None),
        ("actor", "Actor 3", "only in staging", None),
        ("scene", "A / 1", "differs", "text"),
        ("scene", "A / 1", "differs", "cast"),
    }


def test_equal_environments_with_other_ids_do_not_differ(two, product, other):
    sync(two, dry_run=False)
    assert {one["id"] for one in other.things["scripts"].values()}.isdisjoint(product.things["scripts"])
    assert compare(two).differences == ()


def test_a_dry_run_changes_nothing(two, other):
    result = sync(two)
    assert result.counts["create"] == 7
    assert set(other.requests) == {"GET"}


def test_synchronising_closes_the_drift(two, product, other):
    sync(two, dry_run=False)
    next(iter(product.things["scenes"].values()))["text"] = "Another street"
    del other.things["scenes"][next(name for name, one in other.things["scenes"].items() if one["text"] == "B")]
    counts = sync(two, dry_run=False).counts
    assert (counts["update"], counts["create"], counts["conflict"]) == (1, 1, 0)
    assert compare(two).differences == ()
    assert sync(two, dry_run=False).counts == {"create": 0, "update": 0, "skip": 7, "conflict": 0, "failed": 0}


def test_references_point_to_the_things_of_the_target(two, other):
    sync(two, dry_run=False)
    scene = next(one for one in other.things["scenes"].values() if one["cast"])
    assert all(actor in other.things["actors"] for actor in scene["cast"])
    assert scene["script_id"] in other.things["scripts"]


def test_what_both_sides_changed_is_a_conflict(two, product, other):
    sync(two, dry_run=False)
    product.things["scripts"]["sA"]["genre"] = "comedy"
    there = next(one for one in other.things["scripts"].values() if one["title"] == "A")
    there["genre"] = "horror"
    result = sync(two, dry_run=False)
    assert result.counts["conflict"] == 1
    assert there["genre"] == "horror"
    sync(two, dry_run=False, overwrite=True)
    assert there["genre"] == "comedy"


def test_two_things_of_one_name_are_a_conflict(two, product):
    product.things["scripts"]["sA2"] = {"id": "sA2", "title": "A", "genre": "x"}
    conflicts = [one for one in sync(two).actions if one.step == "conflict"]
    assert [(one.node, one.key) for one in conflicts] == [("script", "A")]
    assert "2 things here" in conflicts[0].reason


def test_a_failed_step_is_reported_and_does_not_stop_the_others(two, product, other):
    product.things["actors"]["ac3"] = {"id": "ac3", "name": "refused"}
    result = sync(two, dry_run=False)
    assert [(one.key, "That name is taken." in one.reason) for one in result.actions if one.step == "failed"] == [
        ("refused", True)
    ]
    assert other.count == 7


def test_a_protected_target_is_refused_unless_named_twice(two, other):
    with pytest.raises(ConfigError, match="'prod' is protected"):
        sync(two, "prod", dry_run=False)
    with pytest.raises(ConfigError, match="'prod' is protected"):
        sync(two, "prod", dry_run=False, confirm="staging")
    assert other.count == 0
    assert sync(two, "prod").counts["create"] == 7  # a plan only reads
    sync(two, "prod", dry_run=False, confirm="prod")
    assert other.count == 7


def test_a_template_that_cannot_be_compared_is_reported(two, write):
    two.data.load(write("version: 1\nname: plain\nnodes:\n  a: {create: {post: /as}}\n", "plain.yaml"))
    with pytest.raises(SyncError, match="no node has 'sync'"):
        two.loop.run(two.data.compare("dev", "staging", "plain"))


def test_an_unreadable_list_is_reported_with_its_environment(two, other):
    other.token = "needed"
    with pytest.raises(SyncError, match=r"node 'script' in environment 'staging' cannot be listed: .*401"):
        compare(two)
