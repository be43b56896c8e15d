"""Requests that no browser sends get an answer of HTTP from each server of ours, never an error of Python."""

import asyncio
import logging
import re

import pytest
from aiohttp.test_utils import TestServer

from AIGCLibrary.http.listening import WebListener
from AIGCLibrary.monitoring.dashboard.app import create_app as create_dashboard
from AIGCLibrary.store import Store
from AIGCLibrary.studio.app import create_app as create_studio

HOST = b"Host: 127.0.0.1\r\n"
LENGTH = b"Content-Length: 3\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
REFUSED = {
    "CONNECT": (b"CONNECT a.example:443 HTTP/1.1\r\n" + HOST, b"", 501),
    "CONNECT of a path": (b"CONNECT / HTTP/1.1\r\n" + HOST, b"", 501),
    "TRACE": (b"TRACE / HTTP/1.1\r\n" + HOST, b"", 501),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\n" + HOST, b"", 501),
    "GET *": (b"GET * HTTP/1.1\r\n" + HOST, b"", 400),
    "another version": (b"GET / HTTP/2.0\r\n" + HOST, b"", 505),
    "an expectation": (b"GET /api/v1/runs HTTP/1.1\r\nExpect: tea\r\n" + HOST, b"", 417),
    "an expectation that is no text": (b"POST /webhook/x HTTP/1.1\r\nExpect: \xff\r\n" + HOST + LENGTH, b"abc", 417),
    "an expectation of a static file": (b"GET /static/x HTTP/1.1\r\nExpect: \xff\r\n" + HOST, b"", 417),
    "an expectation at no address": (b"GET /nowhere HTTP/1.1\r\nExpect: \xff\r\n" + HOST, b"", 417),
    "no host": (b"GET / HTTP/1.1\r\n", b"", 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST + HOST, b"", 400),
    "a host that is no text": (b"GET / HTTP/1.1\r\nHost: \xff\r\n", b"", 400),
    "a port that is none": (b"GET / HTTP/1.1\r\nHost: a:99999999\r\n", b"", 400),
    "a negative length": (b"POST /webhook/x HTTP/1.1\r\nContent-Length: -3\r\n" + HOST, b"abc", 400),
    "a signed length": (b"POST /webhook/x HTTP/1.1\r\nContent-Length: +3\r\n" + HOST, b"abc", 400),
    "two lengths": (b"POST /webhook/x HTTP/1.1\r\nContent-Length: 4\r\n" + HOST + LENGTH, b"abcd", 400),
    "a length beyond all": (b"POST /webhook/x HTTP/1.1\r\nContent-Length: " + b"9" * 40 + b"\r\n" + HOST, b"a", 400),
    "a chunk without a size": (b"POST /webhook/x HTTP/1.1\r\n" + HOST + CHUNKED, b"zz\r\nabc\r\n0\r\n\r\n", 400),
    "a negative chunk": (b"POST /webhook/x HTTP/1.1\r\n" + HOST + CHUNKED, b"-3\r\nabc\r\n0\r\n\r\n", 400),
    "a chunk beyond all": (b"POST /webhook/x HTTP/1.1\r\n" + HOST + CHUNKED, b"f" * 30 + b"\r\nabc\r\n", 400),
    "a long header": (b"GET / HTTP/1.1\r\nX-A: " + b"a" * 100_000 + b"\r\n" + HOST, b"", 400),
    "many headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\r\n" * 40_000, b"", 400),
    "a long line": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST, b"", 400),
}
ANSWERED = {
    "a whole address": b"GET http://127.0.0.1/nowhere?a HTTP/1.1\r\n" + HOST,
    "HTTP/1.0": b"GET /nowhere HTTP/1.0\r\n",
    "HTTP/1.0 with an expectation": b"GET /nowhere HTTP/1.0\r\nExpect: \xff\r\n",
    "a host without a name": b"GET / HTTP/1.1\r\nHost: \r\n",
    "NUL in a path": b"GET /%00%0d%0aX:%20a HTTP/1.1\r\n" + HOST,
    "bytes in a path": b"GET /%ff?%ff=%zz HTTP/1.1\r\n" + HOST,
    "bytes in cookies": b"GET / HTTP/1.1\r\nCookie: \xff=\xff; ;;=\r\n" + HOST,
    "an upgrade": b"GET /api/v1/runs HTTP/1.1\r\nUpgrade: websocket\r\n" + HOST,
}


@pytest.fixture(params=["webhooks", "dashboard", "studio"])
async def port(request, tmp_path):
    """The port of each server."""
    if request.param == "webhooks":

        async def take(_message):
            return 204

        listener = await WebListener.start("127.0.0.1", 0, "/webhook", take, 2000)
        yield int(listener.url.rpartition(":")[2])
        await listener.close()
        return
    store = Store(f"sqlite:///{tmp_path}/aigc.db")
    async with TestServer(create_dashboard(store) if request.param == "dashboard" else create_studio()) as server:
        yield server.port
    store.close()


async def statuses(port, sent):
    """Return the status of each answer until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = b""
    try:
        writer.write(sent)
        while part := await asyncio.wait_for(reader.read(65536), 120):
            answers += part
    except ConnectionError:
        pass  # closed while a part of the request was not read
    finally:
        writer.close()
    return [int(status) for status in re.findall(rb"HTTP/\d\.\d (\d{3}) ", answers)]


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_request_to_this_server_is_refused(port, name, caplog):
    head, body, status = REFUSED[name]
    assert await statuses(port, head + b"Connection: close\r\n\r\n" + body) == [status]
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR and status != 400]


@pytest.mark.parametrize("name", ANSWERED)
async def test_what_is_unusual_is_answered(port, name):
    (status,) = await statuses(port, ANSWERED[name] + b"Connection: close\r\n\r\n")
    assert status < 500


async def test_requests_in_one_go_are_answered_one_by_one(port):
    sent = b"".join(
        (
            *[b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n"] * 20,
            b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        )
    )
    *before, last = await statuses(port, sent)
    assert len(before) == 20
    assert max(before) < 500
    assert last == 501
