"""All pages of a list are read, whatever the paging, or it is reported that not all were."""

import pytest

from AIGCLibrary.data.errors import SyncError
from tests.support.answers import AnswerServer

ROWS = [{"id": number, "name": f"n{number}"} for number in range(1, 36)]
SIZE = 10
TEMPLATE = """
version: 1
name: rows
nodes:
  row:
    create: {post: /rows, json: {name: "${key}"}}
    sync: {list: {get: /rows}, key: name%s}
"""


def cut(start, size=SIZE):
    return ROWS[start : start + size]


def by_page(query, name="page", first=1):
    return (int(query.get(name, first)) - first) * SIZE


def totals(query):
    return {"items": cut(by_page(query)), "total": len(ROWS), "page": int(query.get("page", 1))}


def zero_based(query):
    page = int(query.get("page", 0))
    return {"content": cut(page * SIZE), "number": page, "totalElements": len(ROWS), "last": page >= 3}


def offsets(query):
    start = int(query.get("offset", 0))
    return {"data": cut(start), "meta": {"offset": start, "limit": SIZE, "total": len(ROWS)}}


def tokens(query):
    start = int(query.get("pageToken", 0))
    return {"items": cut(start), "nextPageToken": str(start + SIZE) if start + SIZE < len(ROWS) else ""}


def cursors(query):
    start = int(query.get("cursor", 0))
    more = start + SIZE < len(ROWS)
    return {"records": cut(start), "pagination": {"next_cursor": str(start + SIZE) if more else None}}


def links(query):
    start = by_page(query)
    more = start + SIZE < len(ROWS)
    return {
        "results": cut(start),
        "count": 35,
        "next": f"http://inner:8000/rows?page={start // SIZE + 2}" if more else None,
    }


def hal(query):
    start = by_page(query)
    following = {"next": {"href": f"/rows?page={start // SIZE + 2}"}} if start + SIZE < len(ROWS) else {}
    return {"_embedded": {"rows": cut(start)}, "_links": {"self": {"href": "/rows"}, **following}}


def json_api(query):
    start = by_page(query, "page[number]")
    things = [{"type": "rows", "id": str(one["id"]), "attributes": {"name": one["name"]}} for one in cut(start)]
    more = start + SIZE < len(ROWS)
    return {"data": things, "links": {"next": f"/rows?page[number]={start // SIZE + 2}" if more else None}}


def plain_list(query):
    return cut(by_page(query))


def has_more(query):
    start = by_page(query)
    return {"list": cut(start), "has_more": start + SIZE < len(ROWS), "page": start // SIZE + 1}


SHAPES = [totals, zero_based, offsets, tokens, cursors, links, hal, json_api, plain_list, has_more]


@pytest.fixture
def compared(make_engine, write):
    """Compare two servers, the second with its things in reverse order."""
    servers = []

    def run(answer, more="", other=None):
        urls = []
        for one in (answer, other or answer):
            servers.append(AnswerServer(one).__enter__())
            urls.append(servers[-1].url)
        write(f"environments: {{a: {{base_url: '{urls[0]}'}}, b: {{base_url: '{urls[1]}'}}}}", "environments.yaml")
        engine = make_engine()
        engine.data.load(write(TEMPLATE % more))
        return engine.loop.run(engine.data.compare("a", "b", "rows"))

    yield run
    for server in servers:
        server.__exit__()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_page_is_read(compared, shape):
    drift = compared(lambda asked: (200, shape(asked.query)))
    assert (drift.compared, drift.differences) == (35, ())


def test_links_of_a_header_are_followed(compared):
    def answer(asked):
        start = by_page(asked.query)
        link = {"Link": f'<{asked.path}?page={start // SIZE + 2}>; rel="next"'} if start + SIZE < 35 else {}
        return 200, cut(start), link

    assert compared(answer).compared == 35


def test_a_total_in_a_header_is_believed(compared):
    assert compared(lambda asked: (200, cut(by_page(asked.query)), {"X-Total-Count": "35"})).compared == 35


def test_a_list_that_cannot_be_read_in_whole_is_an_error(compared):
    with pytest.raises(SyncError, match="cannot be read in whole: 10 of 35 were read"):
        compared(lambda asked: (200, {"items": cut(0), "total": 35}))


def test_a_product_that_refuses_the_guess_of_a_page_has_one_page(compared):
    def answer(asked):
        return (400, {"error": "unknown parameter"}) if asked.query else (200, cut(0))

    assert compared(answer).compared == 10


def test_a_page_that_fails_is_an_error_and_not_the_end(compared):
    def answer(asked):
        return (403, {"error": "no"}) if asked.query.get("page") == "2" else (200, totals(asked.query))

    with pytest.raises(SyncError, match="403"):
        compared(answer)


def test_a_template_can_say_where_the_next_page_is(compared):
    def answer(asked):
        start = int(asked.query.get("from", 0))
        return 200, {"items": cut(start), "go_on": start + SIZE if start + SIZE < 35 else None}

    assert compared(answer, ", paging: {next: body.go_on, param: from}").compared == 35


def test_an_answer_without_a_list_is_an_error_and_not_an_empty_list(compared):
    with pytest.raises(SyncError, match="has no list at 'items'"):
        compared(lambda _: (200, {"message": "Welcome"}))
