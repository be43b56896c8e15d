"""Targets of fuzzing: headers, lists of data with their pages, and short texts that users write."""

import asyncio
import contextlib
import json

from tests.support.fuzzing_later import JSON_PIECES
from tests.support.fuzzing_target import Target, new_folder

NAMES = ("retry-after", "date", "location", "content-type", "content-disposition", "link", "set-cookie", "x-next-page")


def headers() -> Target:
    """Headers of an answer: where it leads, when to ask again, what a file is called, the message of a webhook."""
    from AIGCLibrary.files.filename import name_on_disk
    from AIGCLibrary.http import redirects
    from AIGCLibrary.http.retry import retry_after_of
    from AIGCLibrary.redaction.redactor import Redactor
    from AIGCLibrary.tasks.client import _disposition
    from AIGCLibrary.tasks.push.receiver import challenged

    folder = new_folder()

    def read(data: bytes) -> None:
        redactor = Redactor()  # one for all would learn the cookies of all inputs, and each be judged by those before
        redactor.add("tok-1234")
        values = [part.decode("utf-8", "surrogateescape") for part in data.split(b"\n")]
        given = dict(zip(NAMES, values, strict=False))
        retry_after_of(given, now=1.8e9)
        here = "http://h.test/a?key=tok-1234&b=1"
        leads = redirects.target(302, given.get("location"), here)
        if leads is not None and not leads.startswith("invalid:"):
            redirects.same_origin(here, leads)
            redirects.without_secrets(leads, here, redactor.knows)
            redirects.origin(leads)
        name = name_on_disk(_disposition(given.get("content-disposition", "")) or given.get("location", ""))
        (folder / name).write_bytes(b"")
        assert (folder / name).resolve().parent == folder.resolve()
        (folder / name).unlink()
        redactor.headers(given)
        redactor.add_headers({"Cookie": given.get("set-cookie", "")})
        challenged(data)

    date = b"Tue, 01 Dec 2026 10:00:00 GMT"
    named = b"attachment; filename*=UTF-8''a%20b.png"
    seeds = (
        b"\n".join((b"120", date, b"http://h.test/x?key=tok-1234", b"image/png", named)),
        b"\n".join((date, b"", b"//other.test/x", b"text/html", b'inline; filename="../x"', b'<a>; rel="next"')),
        b'{"challenge": "abc"}',
    )
    pieces = (
        b"\n",
        b"%00",
        b"%2F",
        b"/",
        b"..",
        b"\\",
        b"\0",
        b"\xff",
        b"filename=",
        b"filename*=UTF-8''",
        b"http://[",
        b"http://h:99999999",
        b"//",
        b"@",
        b"?",
        b"&",
        b"key=tok-1234",
        b"9" * 5000,
        b"1e999",
        b"-1",
        b"Tue, 99 Foo 99999",
        b"+9999",
        b"CON",
        b".",
        b" ",
        "\u202e".encode(),
        b";",
        b"=",
        b"javascript:",
        b'{"challenge": ',
        b"[",
    )
    return Target(read, seeds, pieces)


def lists() -> Target:
    """Lists that a product returns, page by page, of REST and of GraphQL; refusals and removals in their bodies."""
    from AIGCLibrary.data.errors import DataError
    from AIGCLibrary.data.listing import items_in, plain_fields
    from AIGCLibrary.data.paging import PageReader
    from AIGCLibrary.data.refusals import is_thing, refusal_in, removal_said
    from AIGCLibrary.data.request import ApiRequest
    from AIGCLibrary.http.response import Response

    loop = asyncio.new_event_loop()

    def read(data: bytes) -> None:
        parts = data.split(b"\n")
        asked: list[ApiRequest] = []

        async def send(request: ApiRequest) -> Response:
            asked.append(request)
            body = parts[min(len(asked), len(parts)) - 1]
            link = parts[-1][:500].decode("utf-8", "replace")
            return Response(200, {"link": link, "x-next-page": link[:9]}, body, 0.1, url="http://h.test/things?page=1")

        def items(response: Response) -> list:
            return items_in(response.json, "items") or []

        for graphql in (False, True):
            asked.clear()
            reader = PageReader(send, items, str, page_size=2 if graphql else None)
            with contextlib.suppress(DataError):
                loop.run_until_complete(reader.read(ApiRequest("GET", "/things", graphql=graphql)))
            assert len(asked) < 200
        for part in parts[:5]:
            body = Response(200, {}, part, 0.1).json
            is_thing(body, "7")
            refusal_in(body, "a")
            removal_said(body)
            for item in (items_in(body, "data.things.edges") or [])[:50]:
                if isinstance(item, dict):
                    plain_fields(item)

    page = {"items": [{"id": 1}, {"id": 2}], "total": 5, "next": "/things?page=2", "has_more": True}
    graph = {"data": {"things": {"edges": [{"node": {"id": 1}}], "pageInfo": {"hasNextPage": True, "endCursor": "a"}}}}
    refused = {"errors": [{"message": "no", "extensions": {"code": "BAD"}}], "code": 40001, "success": False}
    api = {
        "data": [{"type": "a", "id": "1", "attributes": {"x": 1}}],
        "links": {"next": "http://h.test/p2"},
        "meta": {"count": 9},
    }
    seeds = (
        b"\n".join(json.dumps(one).encode() for one in (page, {**page, "items": [{"id": 3}]}, {"items": []})),
        json.dumps(graph).encode(),
        json.dumps(refused).encode(),
        json.dumps(api).encode() + b'\n<http://h.test/p3>; rel="next"',
    )
    pieces = (
        *JSON_PIECES[:14],
        b"\n",
        b'{"items": [{"id": ',
        b'{"data": {"things": {"edges": [{"node": ',
        b'"next": "http://[::1"',
        b'"next": 1e308,',
        b'"total": -1,',
        b'"total": 1e999,',
        b'"errors": [',
        b'"code": "9"',
        b'"pages": 1e400,',
        b"<http://[>; rel=next",
        b'"cursor": ',
    )
    return Target(read, seeds, pieces, close=loop.close)


def words() -> Target:
    """Times, sizes, selectors, and faults of `Misbehave`."""
    from AIGCLibrary.errors import AIGCError
    from AIGCLibrary.locators.syntax import problem_of
    from AIGCLibrary.misbehave.scenario import read_scenario
    from AIGCLibrary.units import parse_duration, parse_size

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        for one in (parse_duration, parse_size, read_scenario, problem_of):
            with contextlib.suppress(AIGCError, ValueError):
                one(text)

    seeds = (
        b"1 min 30 s",
        b"00:01:30.5",
        b"500 MB",
        b"lost=0.5; slow=2 s; http_503=3",
        b"role=button[name='a'] >> nth=0",
        b"css=div:has(> a[href*='x'])",
        b"//div[@id='a']/span[text()='b']",
    )
    pieces = (
        b"9" * 5000,
        b"1e999",
        b"-",
        b" min",
        b":",
        b";",
        b"=",
        b"[",
        b"(",
        b"'",
        b'"',
        b"\\",
        b" >> ",
        b":has(",
        b":not(",
        b"/i]",
        b"/(a+)+$/",
        b"nth=",
        b"//*",
        b"]",
        b"\0",
        "分钟".encode(),
        b"role=",
        b"text=",
        b"css=",
        b",",
        b"%",
    )
    return Target(read, seeds, pieces)
