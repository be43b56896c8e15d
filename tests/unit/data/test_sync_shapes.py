"""Environments of products of many shapes: the planted drift is shown, closed without loss, and gone."""

import copy
import json
from typing import ClassVar
from urllib.parse import parse_qsl

import pytest

from AIGCLibrary.errors import DataError
from tests.support.answers import AnswerServer

PLANTED = {("n2", "genre"), ("n3", "settings"), ("n4", "only in a")}
TEMPLATE = """
version: 1
name: films
nodes:
  film:
    create: {post: /films, %(body)s}
    id: %(id)s
    update: {%(method)s: "/films/${self.id}"%(more)s}
    sync: {list: {get: /films}, key: name}
"""


class Films:
    """A product whose PUT replaces; subclasses have other envelopes, pages and ways to create."""

    template: ClassVar = {"body": "json: {name: x}", "id": "id || data.id || [0].id", "method": "put", "more": ""}

    def __init__(self, number):
        self.number = number
        self.things = {}

    def add(self, **fields):
        self.number += 1
        key = str(self.number)
        self.things[key] = {"id": self.number, **fields, **self.own(key)}
        return self.things[key]

    def own(self, key):
        return {"createdAt": f"2026-01-01T00:00:{int(key) % 60:02}Z", "lastEditTime": f"t{key}", "version": int(key)}

    def shown(self, one):
        return one

    def listed(self, query, rows):
        return 200, rows

    def row(self, one):
        return {name: value for name, value in one.items() if name != "note"}

    def fields(self, asked):
        return asked.json

    def made(self, one):
        return 201, self.shown(one)

    def __call__(self, asked):
        key = asked.path.strip("/").partition("/")[2]
        if not key and asked.method == "GET":
            return self.listed(asked.query, [self.row(one) for one in self.things.values()])
        if not key:
            return self.made(self.add(**{name: value for name, value in self.fields(asked).items() if name != "id"}))
        if asked.method == "GET":
            return 200, self.shown(self.things[key])
        base = {"id": int(key), **self.own(key)} if asked.method == "PUT" else self.things[key]
        self.things[key] = {**base, **self.fields(asked), "id": int(key)}
        return 200, self.shown(self.things[key])


class Patched(Films):
    template: ClassVar = {**Films.template, "method": "patch"}


class Wrapped(Films):
    """Rails: bodies and answers have the name of the thing around them."""

    template: ClassVar = {**Films.template, "body": "json: {film: {name: x}}", "id": "film.id"}

    def shown(self, one):
        return {"film": one}

    def listed(self, query, rows):
        return 200, {"films": rows, "meta": {"total_count": len(rows)}}

    def fields(self, asked):
        return asked.json["film"]


class WrappedPatched(Wrapped):
    template: ClassVar = {**Wrapped.template, "method": "patch"}


class Envelope(Films):
    """HTTP 200 with code and data; a creation answers with the bare id."""

    def shown(self, one):
        return {"code": 0, "msg": "ok", "data": one}

    def listed(self, query, rows):
        start = (int(query.get("pageNum", 1)) - 1) * 3
        page = {"list": rows[start : start + 3], "total": len(rows), "pageNum": start // 3 + 1, "pageSize": 3}
        return 200, {"code": 0, "data": page}

    def made(self, one):
        return 200, {"code": 0, "msg": "ok", "data": one["id"]}


class Later(Films):
    """Creations are operations."""

    def __call__(self, asked):
        if asked.path.startswith("/operations/"):
            return 200, {"status": "Succeeded", "resourceLocation": asked.path.replace("operations/op-", "films/")}
        return super().__call__(asked)

    def made(self, one):
        return 202, {"id": f"op-{one['id']}"}, {"Operation-Location": f"/operations/op-{one['id']}"}


class Located(Films):
    """A creation answers with an address alone."""

    def made(self, one):
        return 201, None, {"Location": f"https://inside.example/films/{one['id']}"}


class Guarded(Patched):
    """Changes need the ETag."""

    template: ClassVar = {**Patched.template, "more": ', headers: {If-Match: "${self.headers.etag}"}'}

    def __call__(self, asked):
        key = asked.path.strip("/").partition("/")[2]
        tag = f'"{key}-7"'
        if asked.method in ("PUT", "PATCH") and asked.headers.get("if-match") != tag:
            return 428, {"error": "If-Match is needed"}
        return (*super().__call__(asked)[:2], {"ETag": tag})


class Form(Patched):
    """Takes forms only."""

    template: ClassVar = {**Patched.template, "body": "form: {name: x}"}

    def fields(self, asked):
        assert asked.headers["content-type"].startswith("application/x-www-form-urlencoded")
        return {name: json.loads(value) if value[0] in "[{" else value for name, value in parse_qsl(asked.raw.decode())}


def paged(listing):
    return type(listing.__name__, (Films,), {"listed": lambda self, query, rows: listing(query, rows)})


def page_count(query, rows):
    page = int(query.get("page", 1))
    return 200, {"films": rows[page * 3 - 3 : page * 3], "page": page, "pages": -(-len(rows) // 3)}


def count_of_the_page(query, rows):
    page = int(query.get("page", 1))
    cut = rows[page * 3 - 3 : page * 3]
    return 200, {"items": cut, "count": len(cut), "page": page, "total_pages": -(-len(rows) // 3)}


def full_pages(query, rows):
    page = int(query.get("page", 1))
    return 200, {"data": rows[page * 3 - 3 : page * 3], "current_page": page, "per_page": 3}


def cursor_in_a_header(query, rows):
    start = int(query.get("after", 0))
    more = {"X-Next-Cursor": str(start + 3)} if start + 3 < len(rows) else {}
    return 200, rows[start : start + 3], more


def page_in_a_header(query, rows):
    page = int(query.get("page", 1))
    return 200, rows[page * 3 - 3 : page * 3], {"X-Next-Page": str(page + 1) if page * 3 < len(rows) else ""}


def spring(query, rows):
    page = int(query.get("page", 0))
    return 200, {"content": rows[page * 3 : page * 3 + 3], "number": page, "totalPages": -(-len(rows) // 3)}


SHAPES = [Films, Patched, Wrapped, WrappedPatched, Envelope, Later, Located, Guarded]
SHAPES += map(paged, (page_count, count_of_the_page, full_pages, cursor_in_a_header, page_in_a_header, spring))


def populate(sides):
    for side, others in zip(sides, (False, True), strict=True):
        numbers = range(7)
        for number in reversed(numbers) if others else numbers:
            if others and number == 4:
                continue
            fields = {"name": f"n{number}", "genre": "drama", "tags": [1, 2], "settings": {"w": 640}}
            fields |= {"genre": "crime"} if others and number == 2 else {}
            fields |= {"settings": {"w": 1}} if others and number == 3 else {}
            side.add(**copy.deepcopy(fields), note=f"note {number}")


@pytest.fixture
def between(make_engine, write):
    """Serve two sides, and give comparison and synchronisation between them."""
    servers = []

    def run(sides, text):
        first, second = (AnswerServer(side).__enter__() for side in sides)
        servers.extend((first, second))
        write(f"environments: {{a: {{base_url: '{first.url}'}}, b: {{base_url: '{second.url}'}}}}", "environments.yaml")
        engine = make_engine()
        engine.data.load(write(text))

        def compare():
            drift = engine.loop.run(engine.data.compare("a", "b", "films"))
            return {(one.key, one.field or one.kind) for one in drift.differences}

        def sync(**options):
            return engine.loop.run(engine.data.sync("a", "b", "films", **options))

        return compare, sync

    yield run
    for server in servers:
        server.__exit__()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_planted_drift_is_shown_closed_and_gone(between, shape):
    sides = shape(0), shape(500)
    populate(sides)
    compare, sync = between(sides, TEMPLATE % shape.template)
    assert compare() == PLANTED
    counts = sync(dry_run=False).counts
    assert (counts["create"], counts["update"], counts["failed"]) == (1, 2, 0)
    kept = {one["name"]: (one["tags"], one["note"]) for one in sides[1].things.values()}
    assert kept == {f"n{number}": ([1, 2], f"note {number}") for number in range(7)}
    assert compare() == set()
    counts = sync(dry_run=True).counts
    assert (counts["create"], counts["update"], counts["skip"]) == (0, 0, 7)


def test_a_form_is_sent_as_a_form(between):
    sides = Form(0), Form(500)
    for side, genre in zip(sides, ("a", "b"), strict=True):
        side.add(name="x", genre=genre)
    sides[0].add(name="y", genre="c")
    _, sync = between(sides, TEMPLATE % Form.template)
    assert sync(dry_run=False).counts["failed"] == 0
    assert sorted((one["name"], one["genre"]) for one in sides[1].things.values()) == [("x", "a"), ("y", "c")]


def test_a_body_that_cannot_be_made_of_fields_is_a_conflict_of_the_plan(between):
    sides = Films(0), Films(500)
    populate(sides)
    _, sync = between(sides, TEMPLATE % {**Films.template, "body": "multipart: {name: x}"})
    conflicts = [one for one in sync(dry_run=True).actions if one.step == "conflict"]
    assert {one.key for one in conflicts} == {"n2", "n3", "n4"}
    assert "is multipart, which a synchronisation cannot make" in conflicts[0].reason


class Unreadable(Films):
    """Shows things in its list only."""

    def __call__(self, asked):
        single = asked.method == "GET" and asked.path.count("/") > 1
        return (405, {"error": "not allowed"}) if single else super().__call__(asked)


def test_nothing_is_put_over_what_cannot_be_read(between):
    sides = Unreadable(0), Unreadable(500)
    populate(sides)
    _, sync = between(sides, TEMPLATE % Films.template)
    failed = [one for one in sync(dry_run=False).actions if one.step == "failed"]
    assert {one.key for one in failed} == {"n2", "n3"}
    assert "GET /films/504 answered HTTP 405" in failed[0].reason or "GET /films/503" in failed[0].reason
    assert all("note" in one for one in sides[1].things.values() if one["name"] != "n4")


class Strict(Films):
    """Refuses fields at creation that it shows itself."""

    def __call__(self, asked):
        if asked.method == "POST" and "note" in asked.json:
            return 422, {"error": "unknown field note"}
        return super().__call__(asked)


def test_what_a_product_does_not_take_at_creation_is_reported(between):
    sides = Strict(0), Strict(500)
    populate(sides)
    _, sync = between(sides, TEMPLATE % Films.template)
    made = next(one for one in sync(dry_run=False).actions if one.step == "create")
    assert made.done
    assert made.reason == "without note, which the product does not take at creation"


def test_what_was_deleted_softly_does_not_exist(between):
    sides = Patched(0), Patched(500)
    for side in sides:
        side.add(name="x", genre="a", deleted_at=None)
    sides[1].add(name="x", genre="old", deleted_at="2026-01-01T00:00:00Z")
    sides[0].add(name="y", status="deleted")
    compare, _ = between(sides, TEMPLATE % Patched.template)
    assert compare() == set()


class Deaf(Films):
    """Names a next page and always answers with the first."""

    def listed(self, query, rows):
        return 200, {"items": rows[:3], "next_cursor": "abc"}


def test_a_next_page_that_the_product_ignores_is_an_error(between):
    sides = Deaf(0), Deaf(500)
    populate(sides)
    compare, _ = between(sides, TEMPLATE % Films.template)
    with pytest.raises(DataError, match="the next page that the answer names brought nothing new"):
        compare()
