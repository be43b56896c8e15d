"""A synchronisation loses nothing: what is compared, what is sent, and what is planned."""

import json

import pytest

from AIGCLibrary.data.own_fields import is_own
from tests.support.answers import AnswerServer

TEMPLATE = """
version: 1
name: films
nodes:
  actor:
    create: {post: /actors, json: {name: x}}
    update: {put: "/actors/${self.id}"}
    sync: {list: {get: /actors}, key: name}
  film:
    create: {post: /films, json: {title: x, lead: "${actor.id}"}}
    update: {%s: "/films/${self.id}"%s}
    schema: {type: object, properties: {views: {readOnly: true}}}
    sync: {list: {get: /films}, key: title, references: {lead: actor}}
"""


class Films:
    """A product with films and actors whose PUT replaces a thing; ids, times and links are its own."""

    def __init__(self, number, wrap=False):
        self.number = number
        self.wrap = wrap
        self.things = {"actors": {}, "films": {}}
        self.sent = []

    def add(self, kind, **fields):
        self.number += 1
        stamp = f"2026-01-01T00:00:{self.number % 60:02}Z"
        own = {"id": self.number, "createdAt": stamp, "Last-Modified": stamp, "url": f"/{kind}/{self.number}"}
        own |= {"share_token": f"tok-{self.number:06}x"} | ({"views": self.number} if kind == "films" else {})
        self.things[kind][str(self.number)] = {**own, **fields}
        return self.number

    def __call__(self, asked):
        kind, *rest = asked.path.strip("/").split("/")
        things = self.things[kind]
        if not rest and asked.method == "GET":
            return 200, {"items": [self._shown(one) for one in things.values()]}
        if not rest:
            return 201, things[str(self.add(kind, **asked.json))]
        one = things[rest[0]]
        if asked.method == "GET":
            return 200, one, {"ETag": f'"{len(self.sent)}"'}
        self.sent.append((asked.method, asked.json, asked.headers.get("if-match")))
        things[rest[0]] = {**(one if asked.method == "PATCH" else {"id": one["id"]}), **asked.json}
        return 200, things[rest[0]]

    def _shown(self, one):
        return {name: value for name, value in one.items() if name != "secret_note"}


@pytest.fixture
def two(make_engine, write):
    sides = Films(0), Films(500)
    for side in sides:
        leads = [side.add("actors", name=name) for name in ("Li", "Wang")]
        for index, title in enumerate(("A", "B", "C", "D")):
            side.add(
                "films", title=title, lead=leads[index % 2], genre="drama", meta={"cut": 1, "updated_at": side.number}
            )
    with AnswerServer(sides[0]) as first, AnswerServer(sides[1]) as second:
        write(f"environments: {{a: {{base_url: '{first.url}'}}, b: {{base_url: '{second.url}'}}}}", "environments.yaml")

        def run(method="put", more="", **options):
            engine = make_engine()
            engine.data.load(write(TEMPLATE % (method, more)))
            if options.pop("compare", False):
                return engine.loop.run(engine.data.compare("a", "b", "films"))
            return engine.loop.run(engine.data.sync("a", "b", "films", dry_run=False, **options))

        yield *sides, run


def film(side, title):
    return next(one for one in side.things["films"].values() if one["title"] == title)


def test_what_each_environment_has_of_its_own_is_no_drift(two):
    _, _, run = two
    drift = run(compare=True)
    assert drift.differences == ()
    assert drift.own["film"] == ("share_token",)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_planted_drift_is_shown_closed_and_gone(two, method):
    first, second, run = two
    film(first, "B")["genre"] = "comedy"
    film(second, "C")["lead"] = next(iter(second.things["actors"].values()))["id"]
    film(second, "A")["secret_note"] = "not in the list"
    film(second, "B")["secret_note"] = "not in the list"
    assert {(one.key, one.field, one.first, one.second) for one in run(compare=True).differences} == {
        ("B", "genre", "comedy", "drama")
    }
    film(second, "C")["lead"] = list(second.things["actors"].values())[1]["id"]
    plan = [one for one in run(method).actions if one.step == "update"]
    assert {(one.key, change.field, change.old, change.new) for one in plan for change in one.changes} == {
        ("B", "genre", "drama", "comedy"),
        ("C", "lead", "Wang", "Li"),
    }
    assert run(compare=True).differences == ()
    assert run(method).counts["update"] == 0
    assert film(second, "B")["secret_note"] == "not in the list"
    if method == "patch":
        assert sorted(map(str, (sent[1] for sent in second.sent))) == ["{'genre': 'comedy'}", "{'lead': 501}"]


def test_a_put_sends_everything_but_what_the_product_makes(two):
    first, second, run = two
    film(first, "B")["genre"] = "comedy"
    run()
    assert [method for method, *_ in second.sent] == ["PUT"]
    body = second.sent[0][1]
    assert set(body) == {"id", "title", "lead", "genre", "meta", "url", "share_token"}
    assert body["lead"] == 502


def test_headers_of_an_update_may_use_the_etag(two):
    first, second, run = two
    film(first, "B")["genre"] = "comedy"
    run(more=', headers: {If-Match: "${self.headers.etag}"}')
    assert second.sent[0][2] == '"0"'


def test_a_thing_that_is_created_takes_over_what_the_template_does_not_name(two):
    first, second, run = two
    first.add("films", title="E", lead=1, genre="horror", meta={"cut": 2})
    assert run().counts["create"] == 1
    made = film(second, "E")
    assert (made["genre"], made["meta"], made["lead"]) == ("horror", {"cut": 2}, 501)
    assert run(compare=True).differences == ()


def test_an_update_that_the_product_ignores_is_a_failed_step(two):
    first, second, run = two
    film(first, "B")["genre"] = "comedy"
    whole = second.things["films"]

    class Stubborn(dict):
        def __setitem__(self, name, value):
            super().__setitem__(name, {**value, "genre": "drama"})

    second.things["films"] = Stubborn(whole)
    failed = [one for one in run("patch").actions if one.step == "failed"]
    assert [one.reason for one in failed] == ["was accepted, but 'genre' is 'drama' instead of 'comedy'"]


def test_a_thing_without_its_key_is_a_conflict(two):
    first, second, run = two
    first.add("films", genre="lost")
    conflicts = [one for one in run().actions if one.step == "conflict"]
    assert [one.reason for one in conflicts] == ["it has no 'title', which is the key"]
    assert len(second.things["films"]) == 4


def test_a_resource_of_json_api_is_changed_as_a_document(make_engine, write):
    asked_for = []

    def product(text):
        things = {"7": {"type": "notes", "id": "7", "attributes": {"title": "A", "text": text}}}

        def answer(asked):
            if asked.method == "GET":
                return 200, {"data": list(things.values()) if asked.path == "/notes" else things["7"]}
            asked_for.append(asked.json)
            things["7"]["attributes"].update(asked.json["data"]["attributes"])
            return 200, {"data": things["7"]}

        return answer

    with AnswerServer(product("new")) as first, AnswerServer(product("old")) as second:
        environments = {"a": {"base_url": first.url}, "b": {"base_url": second.url}}
        write(json.dumps({"environments": environments}), "environments.yaml")
        engine = make_engine()
        engine.data.load(
            write(
                """
                version: 1
                name: notes
                nodes:
                  note: {update: {patch: "/notes/${self.id}"}, sync: {list: {get: /notes}, key: title}}
                """
            )
        )
        result = engine.loop.run(engine.data.sync("a", "b", "notes", dry_run=False))
    assert result.counts["update"] == 1
    assert asked_for == [{"data": {"type": "notes", "id": "7", "attributes": {"text": "new"}}}]


@pytest.mark.parametrize(
    ("name", "value", "own"),
    [
        ("created_at", "x", True),
        ("createdAt", "x", True),
        ("CreatedAt", "x", True),
        ("created-at", "x", True),
        ("date_created", "x", True),
        ("lastModified", "x", True),
        ("gmt_create", "x", True),
        ("updateTime", "x", True),
        ("modifiedBy", "x", True),
        ("_etag", "x", True),
        ("__v", 3, True),
        ("version", 3, True),
        ("version", "1.2", False),
        ("lockVersion", 1, True),
        ("owner_id", "3f2c9b1e-0000-4000-8000-000000000000", True),
        ("ownerId", 12, True),
        ("voice_id", "alloy", False),
        ("_links", {}, True),
        ("title", "x", False),
        ("duration", 3, False),
        ("published", True, False),
        ("update_policy", "x", False),
    ],
)
def test_own_fields_are_known_in_every_spelling(name, value, own):
    assert is_own(name, value) is own
