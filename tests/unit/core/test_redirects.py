"""Where a redirect leads, neither our headers nor our body go along."""

import asyncio
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from AIGCLibrary.errors import ApiError
from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.http_client import Wire
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.http.redirects import same_origin, target
from AIGCLibrary.http.retry import never_sent
from AIGCLibrary.http.transport import MessageKind, OutgoingRequest, TransportError
from AIGCLibrary.redaction.redactor import Redactor

SECRETS = {"Authorization": "Bearer tok-1", "X-Api-Key": "key-1", "Private-Token": "key-2", "Cookie": "sid=1"}


@pytest.fixture
async def sites():
    """Two origins: the first one redirects to the second; what reaches each is kept."""
    runners = []

    async def start(handler):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.01)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    class Sites:
        status, reached, place = 302, [], None

    async def other(request):
        Sites.reached.append((request.method, dict(request.headers), await request.text()))
        return web.Response(status=401, text="who are you?")

    async def first(request):
        if request.path == "/here":
            return web.json_response(dict(request.headers))
        if request.path == "/loop":
            raise web.HTTPFound("/loop")
        target = Sites.place or ("/here" if request.path == "/same" else f"{Sites.other}/there")
        return web.Response(status=Sites.status, headers={"Location": target})

    Sites.reached.clear()
    Sites.other = await start(other)
    Sites.first = await start(first)
    yield Sites
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def client():
    http = HttpClient(Redactor(), NetworkTransport())
    yield http
    await http.transport.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_header_of_ours_reaches_another_origin(client, sites, status):
    sites.status = status
    response = await client.request("GET", "/x", Connection(sites.first, SECRETS), headers={"x-goog-api-key": "key-3"})
    (_, headers, _), *more = sites.reached
    assert not more
    assert not {name.lower() for name in headers} & {name.lower() for name in (*SECRETS, "x-goog-api-key")}
    assert response.redirect == (
        f"redirected from {sites.first}/x to {sites.other}/there; credentials were not sent along"
    )


@pytest.mark.parametrize(
    ("copied", "left"),
    [
        ("?tok=key%2F9&a=1", "?a=1"),
        ("?tok=key%2F9", ""),
        ("?sig=a%2Fb&tok=key%2F9&x=%20", "?sig=a%2Fb&x=%20"),
        ("?tok=other&a=1", "?tok=other&a=1"),
    ],
)
async def test_a_key_in_the_query_is_not_copied_to_another_origin(client, sites, copied, left):
    client._redactor.add("key/9")
    sites.place = f"{sites.other}/there{copied}"
    answer = await client.request("GET", "/tasks?tok=key%2F9&a=1", Connection(sites.first))
    sites.place = None
    assert (answer.url.partition("?")[0], parse_qsl(answer.url.partition("?")[2])) == (
        f"{sites.other}/there",
        parse_qsl(left.removeprefix("?")),
    )


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_post_becomes_get_without_its_body(client, sites, status):
    sites.status = status
    await client.request("POST", "/x", Connection(sites.first, SECRETS), json={"password": "p"})
    assert [(method, body) for method, _, body in sites.reached] == [("GET", "")]


@pytest.mark.parametrize("status", [307, 308])
async def test_body_is_not_sent_to_another_origin(client, sites, status):
    sites.status = status
    with pytest.raises(ApiError, match=f"redirected from {sites.first}/x to {sites.other}/there") as caught:
        await client.request("POST", "/x", Connection(sites.first, SECRETS), json={"password": "p"})
    assert sites.reached == []
    assert never_sent(caught.value)


async def test_credentials_go_along_within_the_origin(client, sites):
    response = await client.request("GET", "/same", Connection(sites.first, SECRETS))
    assert response.json["X-Api-Key"] == "key-1"
    assert response.redirect == ""


async def test_loop_ends(client, sites):
    with pytest.raises(ApiError, match="more than 8 times"):
        await client.request("GET", "/loop", Connection(sites.first))


async def test_download_sends_no_header_along(sites):
    wire = Wire(Connection(sites.first, SECRETS), NetworkTransport())
    answer = await asyncio.to_thread(wire.get, f"{sites.first}/x", {"X-Own": "key-4", "Range": "bytes=0-9"})
    wire.close()
    names = {name.lower() for name in sites.reached[0][1]}
    assert "range" in names
    assert not names & {"x-own", *(name.lower() for name in SECRETS)}
    assert "credentials were not sent along" in answer.redirect


@pytest.mark.parametrize("kind", list(MessageKind))
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_streams_do_not_leave_their_origin(client, sites, status, kind):
    sites.status = status
    request = OutgoingRequest("GET", f"{sites.first}/events", SECRETS, timeout=60)
    with pytest.raises(TransportError, match="redirected from"):
        async with client.transport.messages(request, kind):
            pass
    assert sites.reached == []


BAD = ["http://[::1", "http://127.0.0.1:99999999/", "http://h:x/", "//[", "http://[v1.a]/"]


@pytest.mark.parametrize("location", BAD)
async def test_a_place_that_is_no_url_is_an_error_that_names_it(client, sites, location):
    sites.place = location
    with pytest.raises(ApiError) as caught:
        await client.request("GET", f"{sites.first}/away", Connection(sites.first))
    assert location.replace("[", "%5B") in str(caught.value) or location in str(caught.value)


@pytest.mark.parametrize("location", BAD)
async def test_a_download_names_a_place_that_is_no_url(sites, location):
    sites.place = location
    wire = Wire(Connection(sites.first), NetworkTransport())
    with pytest.raises(DownloadError) as caught:
        await asyncio.to_thread(wire.get, f"{sites.first}/away")
    wire.close()
    assert location.replace("[", "%5B") in str(caught.value) or location in str(caught.value)


def test_control_characters_of_a_place_are_escaped():
    assert target(302, "/a\x1b[2Jb c\x85", "http://h/x") == "http://h/a%1B[2Jb%20c%85"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("http://a/x", "http://A:80/y", True),
        ("http://a", "https://a", True),
        ("https://a", "http://a", False),
        ("http://a:8080", "https://a", False),
        ("https://a", "https://a:8443", False),
        ("https://a", "https://a.b", False),
        ("https://a", "https://a@b", False),
    ],
)
def test_same_origin(one, other, expected):
    assert same_origin(one, other) is expected


async def test_a_poll_that_is_redirected_each_time_is_reported_once(client, sites, caplog):
    sites.status = 307
    for _ in range(3):
        await client.request("GET", "/x", Connection(sites.first))
    reported = [one for one in caplog.records if "redirected from" in one.getMessage() and one.levelname == "WARNING"]
    assert len(reported) == 1
