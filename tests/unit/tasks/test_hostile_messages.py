"""Whatever bytes are sent to the address of webhooks, the answer is 2xx or 4xx, never an error of ours."""

import asyncio
import random

import pytest

from AIGCLibrary.http.listening import WebListener

SEED = 20
NAMES = [
    b"Expect", b"Content-Encoding", b"Content-Type", b"Transfer-Encoding", b"Authorization",
    b"webhook-signature",
    b"Cookie",
    b"Host", b"Range", b"X-\xc3\xa4", b"Accept", b"Connection", b"Upgrade", b"If-Match", b"Content-Length",
]  # fmt: skip
VALUES = [
    b"\xff",
    b"gzip",
    b"br",
    b"deflate",
    b"identity",
    b"100-continue",
    b"chunked",
    b"\xc3\x28",
    b"-1",
    b"",
    b"a" * 9000,
    b"bytes=0-",
]


def requests(count):
    """Make requests of odd headers, paths, queries and bodies; the same ones each time."""
    chance = random.Random(SEED)
    for _ in range(count):
        path = b"/webhook/" + chance.choice(
            [b"x", b"%ff", b"\xff", b"..", b"x?a=%zz&\xff", b"x%00", b"", b"a/b", b"%2e%2e"]
        )
        body = chance.randbytes(chance.choice([0, 1, 30, 3000]))
        lines = [b"POST " + path + b" HTTP/1.1", b"Host: a", b"Connection: close"]
        for _ in range(chance.randint(0, 3)):
            value = chance.choice([*VALUES, bytes(chance.choice(range(128, 256)) for _ in range(9))])
            lines.append(chance.choice(NAMES) + b": " + value)
        if chance.random() < 0.8:
            lines.append(b"Content-Length: %d" % len(body))
        yield b"\r\n".join(lines) + b"\r\n\r\n" + body
    for name in NAMES:
        for value in VALUES[:5]:
            yield (
                b"POST /webhook/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s: %s\r\nContent-Length: 3\r\n\r\nabc"
                % (name, value)
            )


@pytest.fixture
async def listener():
    async def take(message):
        assert isinstance(message.body, bytes)
        return 204

    made = await WebListener.start("127.0.0.1", 0, "/webhook", take, 2000)
    yield made
    await made.close()


async def status_of(port, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        line = await asyncio.wait_for(reader.readline(), 60)
        while line.startswith(b"HTTP/1.1 100"):
            await reader.readline()
            line = await asyncio.wait_for(reader.readline(), 60)
    except (ConnectionError, TimeoutError):
        return None
    finally:
        writer.close()
    return int(line.split()[1]) if line else None  # cut off without an answer: not a whole request


async def test_any_bytes_are_answered(listener):
    port = int(listener.url.rpartition(":")[2].partition("/")[0])
    found = {}
    sent = list(requests(300))
    for at in range(0, len(sent), 50):
        part = sent[at : at + 50]
        answers = await asyncio.gather(*(status_of(port, request) for request in part))
        found |= dict(zip(answers, part, strict=True))
    assert {204, 400} <= set(found)
    assert {status: request for status, request in found.items() if status is not None and status >= 500} == {}


@pytest.mark.parametrize("asked", [b"POST /elsewhere", b"GET /webhook/x", b"PUT http://a/b"])
async def test_an_expectation_that_is_no_text_is_refused_at_every_address(listener, asked):
    port = int(listener.url.rpartition(":")[2].partition("/")[0])
    assert await status_of(port, asked + b" HTTP/1.1\r\nHost: a\r\nExpect: \xff\r\n\r\n") in (400, 404, 417)


@pytest.mark.parametrize("header", [b"Content-Encoding: gzip", b"Content-Encoding: deflate", b"Expect: \xff"])
async def test_a_body_that_is_not_what_its_header_says_is_refused(listener, header):
    port = int(listener.url.rpartition(":")[2].partition("/")[0])
    request = b"POST /webhook/x HTTP/1.1\r\nHost: a\r\n%s\r\nContent-Length: 3\r\n\r\nabc" % header
    assert await status_of(port, request) in (400, 417)
