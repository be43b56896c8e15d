"""The engine's HTTP client against a real server in process."""

import gzip
import zlib

import pytest
from aiohttp import web

from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.redaction.redactor import Redactor


@pytest.fixture
async def server(aiohttp_server_factory):
    async def echo(request):
        return web.json_response(
            {"headers": dict(request.headers), "query": request.query_string, "body": await request.text()},
            headers={"X-Answer": "42"},
        )

    return await aiohttp_server_factory(echo)


@pytest.fixture
async def aiohttp_server_factory():
    runners = []

    async def start(handler):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.01)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def client():
    http = HttpClient(Redactor(), NetworkTransport())
    yield http
    await http.transport.close()


async def test_an_answer_is_plain_values(client, server):
    connection = Connection(f"{server}/api", {"Authorization": "Bearer secret-token"})
    response = await client.request("POST", "/tasks", connection, json={"a": 1}, params={"ids": ["x", "y"]})
    assert response.status == 200
    assert response.headers["x-answer"] == "42"
    assert response.json["query"] == "ids=x&ids=y"
    assert response.json["headers"]["Authorization"] == "Bearer secret-token"
    assert response.envelope()["http"] == {"status": 200}


async def test_credentials_stay_with_their_own_origin(client, server):
    connection = Connection("http://other.example:1", {"Authorization": "Bearer secret-token"})
    response = await client.request("GET", f"{server}/x", connection)
    assert "Authorization" not in response.json["headers"]


async def test_the_request_can_be_repeated_by_hand_without_its_secrets(client, server):
    connection = Connection(server, {"Authorization": "Bearer secret-token"})
    response = await client.request(
        "POST", "/tasks?token=abc123", connection, json={"prompt": "一只猫", "api_key": "k"}
    )
    assert response.request.startswith("curl -i -X POST")
    assert "一只猫" in response.request
    assert "secret-token" not in response.request
    assert "abc123" not in response.request


async def test_nobody_listens(client):
    with pytest.raises(ApiError, match="could not be reached") as caught:
        await client.request("GET", "/", Connection("http://127.0.0.1:9"))
    assert caught.value.code == "AIGC421"
    assert "curl -i http://127.0.0.1:9" in str(caught.value.hint)


async def test_no_answer_in_time_names_the_limit(client, aiohttp_server_factory):
    import asyncio

    async def never(_request):
        await asyncio.Event().wait()

    url = await aiohttp_server_factory(never)
    with pytest.raises(ApiError, match=r"limit 0\.05 s"):
        await client.request("GET", "/", Connection(url), timeout=0.05)


async def test_an_answer_that_is_cut_off(client, aiohttp_server_factory):
    async def cut(request):
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"abc")
        request.transport.close()
        return response

    url = await aiohttp_server_factory(cut)
    with pytest.raises(ApiError, match="could not be reached"):
        await client.request("GET", "/", Connection(url))


async def test_a_body_that_is_no_json_is_text(client, aiohttp_server_factory):
    async def html(_request):
        return web.Response(text="<html>Bad gateway</html>", status=502)

    response = await client.request("GET", "/", Connection(await aiohttp_server_factory(html)))
    assert not response.ok
    assert response.json is None
    assert response.envelope()["body"] == "<html>Bad gateway</html>"


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("http://h/api", "/tasks/1", "http://h/api/tasks/1"),
        ("http://h/api/", "tasks", "http://h/api/tasks"),
        ("http://h/api", "models/veo:predict", "http://h/api/models/veo:predict"),
        ("http://h/api", "veo:predict", "http://h/api/veo:predict"),
        ("http://h/api", "../v2/tasks", "http://h/v2/tasks"),
        ("http://h/api", "a/../b", "http://h/api/b"),
        ("http://h/api", "?page=2", "http://h/api/?page=2"),
        ("http://h/api", "", "http://h/api"),
        ("http://h/api", "/", "http://h/api/"),
        ("http://h/api?key=1", "tasks", "http://h/tasks"),
        ("http://h/api", "http://other/x", "http://other/x"),
    ],
)
def test_a_path_is_joined_to_the_base(base, path, url):
    assert Connection(base).url(path) == url


@pytest.mark.parametrize("encoding", ["gzip", "deflate", None])
async def test_a_body_beyond_the_limit_is_not_read_into_memory(client, aiohttp_server_factory, monkeypatch, encoding):
    monkeypatch.setattr("AIGCLibrary.http.aiohttp_pools.LARGEST_BODY", 2 << 20)
    packers = {"gzip": gzip.compress, "deflate": zlib.compress, None: bytes}
    body = packers[encoding](bytes(20 << 20))

    async def bomb(_request):
        return web.Response(body=body, headers={"Content-Encoding": encoding} if encoding else {})

    url = await aiohttp_server_factory(bomb)
    with pytest.raises(ApiError, match="larger than 2 MiB"):
        await client.request("GET", "/x", Connection(url))
