"""Lines of server-sent events: of any length, in any pieces, up to a bound."""

import asyncio

import pytest

from AIGCLibrary.http import aiohttp_pools
from AIGCLibrary.http.aiohttp_pools import AiohttpPools
from AIGCLibrary.http.transport import MessageKind, OutgoingRequest, TransportError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


async def lines_of(*pieces):
    """Return the lines of a body that is sent in pieces."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        for piece in (HEAD, *pieces):
            writer.write(piece)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pools = AiohttpPools()
    try:
        async with pools.messages(OutgoingRequest("GET", f"http://127.0.0.1:{port}/"), MessageKind.EVENTS) as stream:
            return [line async for line in stream.texts()]
    finally:
        await pools.close()
        server.close()


async def test_a_line_with_a_whole_picture_is_read():
    picture = b"A" * 700_000
    assert await lines_of(b"data: " + picture, b"\r\n\r\nda", b"ta: 2\n", b"\n") == [
        f"data: {picture.decode()}", "", "data: 2", "",
    ]  # fmt: skip


async def test_a_last_line_without_an_end_is_read():
    assert await lines_of(b"data: 1\n\ndata: \xe4\xb8", b"\xad") == ["data: 1", "", "data: 中"]


async def test_messages_are_bounded_and_the_stream_is_not(monkeypatch):
    monkeypatch.setattr(aiohttp_pools, "LARGEST_BODY", 1 << 20)
    assert len(await lines_of(*[b"data: " + b"x" * 300_000 + b"\n\n"] * 5)) == 10
    with pytest.raises(TransportError, match="larger than 1 MiB"):
        await lines_of(*[b"data: " + b"x" * 300_000 + b"\n"] * 5)
