"""The asynchronous half of the real transport: aiohttp for exchanges and streams."""

import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp import hdrs
from yarl import URL

from AIGCLibrary.http import redirects
from AIGCLibrary.http.tls import context, distrusted, handshake_refused
from AIGCLibrary.http.transport import (
    IncomingAnswer,
    MessageKind,
    MessageStream,
    OutgoingRequest,
    TransportError,
)

PER_HOST = 64
"""Exchanges with one host at the same time."""
LARGEST_BODY = 64 << 20
"""Bytes of the body of an exchange, which is read into memory; files are downloaded in another way."""
CONNECT_SECONDS = 30
"""Longest time a stream may take to connect."""
HEARTBEAT_SECONDS = 30
"""Seconds between the pings of a WebSocket."""

PARSED = 16_384
"""URLs that are kept parsed: parsing takes a quarter of a poll, and tasks are asked for at the same URL each time."""
LONGEST_PARSED = 300
"""Characters of a URL that is kept; longer ones are mostly signed for one use."""
_NAMES = 1000
_LOWER: dict[str, str] = {}
"""Names of headers as they were seen, and in lower case."""


class AiohttpPools:
    """One pool for exchanges, one for streams, both made on the loop that first uses them."""

    def __init__(self) -> None:
        self._exchanges: aiohttp.ClientSession | None = None
        self._streams: aiohttp.ClientSession | None = None

    async def exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        """Send a request and read the whole answer; see `Transport`."""
        try:
            async with self._pool().request(
                request.method,
                URL(request.url, encoded=True) if request.encoded else parsed(request.url),
                json=request.json,
                data=request.data,
                params=request.params,
                headers=request.headers,
                ssl=context(request.verify, request.cert),
                proxy=request.proxy,
                timeout=_within(request.timeout),
                allow_redirects=False,
            ) as answer:
                body = await _whole(answer)
                headers = {_LOWER.get(name) or _lower(name): value for name, value in answer.headers.items()}
                if "set-cookie" in headers:  # the one header whose values cannot be joined by commas: RFC 9110 §5.3
                    headers["set-cookie"] = "\n".join(answer.headers.getall("set-cookie"))
                return IncomingAnswer(answer.status, headers, body, str(answer.url))
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: the URL of a redirect
            raise failure(error) from error

    @asynccontextmanager
    async def messages(self, request: OutgoingRequest, kind: MessageKind) -> AsyncIterator[MessageStream]:
        """Open a stream; see `Transport`."""
        way: dict[str, Any] = {
            "params": request.params,
            "headers": request.headers,
            "ssl": context(request.verify, request.cert),
            "proxy": request.proxy,
        }
        try:
            if kind is MessageKind.WEBSOCKET:
                url = "ws" + request.url.removeprefix("http")
                async with self._stream_pool().ws_connect(url, heartbeat=HEARTBEAT_SECONDS, **way) as socket:
                    yield SocketTexts(socket)
            else:
                limit = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=request.timeout)
                async with self._stream_pool().request(request.method, request.url, timeout=limit, **way) as answer:
                    yield EventLines(answer)
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as error:
            raise failure(error) from error

    async def close(self) -> None:
        """Close both pools."""
        for session in (self._exchanges, self._streams):
            if session is not None:
                await session.close()
        self._exchanges = self._streams = None

    def _pool(self) -> aiohttp.ClientSession:
        if self._exchanges is None:
            self._exchanges = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, limit_per_host=PER_HOST),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._exchanges

    def _stream_pool(self) -> aiohttp.ClientSession:
        if self._streams is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_redirect.append(_stay_at_origin)
            self._streams = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[trace]
            )
        return self._streams


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """Read a body as far as its limit, which counts what it becomes when it is unpacked.

    Raises:
        TransportError: It is larger.
    """
    declared = answer.content_length
    if declared is not None and declared <= LARGEST_BODY and hdrs.CONTENT_ENCODING not in answer.headers:
        return await answer.read()  # as nearly all: a quarter faster than piece by piece
    length, parts = 0, []
    async for part in answer.content.iter_any():
        length += len(part)
        if length > LARGEST_BODY:
            answer.close()
            raise TransportError(f"the body of the answer is larger than {LARGEST_BODY >> 20} MiB")
        parts.append(part)
    return b"".join(parts)


class EventLines:
    """The lines of a body of server-sent events, of any length: products send whole pictures in one of them."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.status = answer.status

    async def texts(self) -> AsyncIterator[str]:
        """Return the lines without their ends.

        Raises:
            TransportError: A message is larger than `LARGEST_BODY`.
        """
        parts: list[bytes] = []
        length = 0
        async for chunk in self._answer.content.iter_any():
            length += len(chunk)
            if length > LARGEST_BODY:
                raise TransportError(f"a message of the stream is larger than {LARGEST_BODY >> 20} MiB")
            *lines, rest = chunk.split(b"\n")
            for line in lines:
                whole = b"".join((*parts, line)).decode("utf-8", "replace").rstrip("\r")
                parts.clear()
                if not whole:  # the end of a message
                    length = len(rest)
                yield whole
            parts.append(rest)
        if any(parts):
            yield b"".join(parts).decode("utf-8", "replace").rstrip("\r")


class SocketTexts:
    """The text messages of a WebSocket."""

    status = 101

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def texts(self) -> AsyncIterator[str]:
        """Return the text messages; binary ones are left out."""
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                yield message.data


async def _stay_at_origin(_session: Any, _context: Any, params: aiohttp.TraceRequestRedirectParams) -> None:
    """Refuse a redirect to another origin, where aiohttp would send own key headers along."""
    url = str(params.url)
    following = redirects.target(params.response.status, params.response.headers.get("location"), url)
    if following and not redirects.same_origin(url, following):
        raise aiohttp.ClientConnectionError(redirects.note(*map(redirects.origin, (url, following))))


def parsed(url: str) -> URL:
    """Return a URL as aiohttp takes it."""
    return _parsed(url) if len(url) <= LONGEST_PARSED else URL(url)


@lru_cache(maxsize=PARSED)
def _parsed(url: str) -> URL:
    return URL(url)


def _lower(name: str) -> str:
    """Return the name of a header in lower case, and remember it."""
    if len(_LOWER) >= _NAMES:
        _LOWER.clear()  # a server may invent names
    return _LOWER.setdefault(str(name), name.lower())


@lru_cache(maxsize=100)
def _within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)


def failure(error: Exception) -> TransportError:
    """Describe in a few words why there was no answer, and whether the server may have seen the request."""
    if isinstance(error, TransportError):
        return error
    return TransportError(_reason(error), sent=not _never_sent(error), lasting=distrusted(error))


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the host name '{error.host}' is not known"
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.os_error
        if reason.errno and not isinstance(reason, ssl.SSLError):  # OpenSSL has numbers of its own
            return os.strerror(reason.errno).lower()
        return str(reason) or type(reason).__name__
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed before the answer"
    return str(error) or type(error).__name__


def _never_sent(error: Exception) -> bool:
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError):
        return True
    return handshake_refused(error)
