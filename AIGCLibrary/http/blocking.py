"""Blocking connections for large bodies: the standard library's client, which reads straight into our buffers.

Why not aiohttp or requests: docs/adr/0012-downloads-over-http-client.md.
"""

import http.client
import io
import socket
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from AIGCLibrary.http.speed import SpeedMeter
from AIGCLibrary.http.tls import context
from AIGCLibrary.http.transport import BodyReader, OutgoingRequest


class BufferedResponse(http.client.HTTPResponse):
    """An answer whose body goes into a buffer of ours without a copy in between.

    Args:
        meter: Measures head and body, framing of chunks included; None when the speed does not count.
        given: Arguments of `HTTPResponse`.
    """

    def __init__(self, *given: Any, meter: SpeedMeter | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        if meter is not None:
            stream: Any = self.fp
            self.fp = io.BufferedReader(_MeteredReader(stream.detach(), meter))

    def read_into(self, buffer: memoryview, /) -> int:
        """Read what has arrived, at least one byte; 0 at the end of the body.

        `HTTPResponse.readinto` waits until the buffer is full, which would hold back what can be judged already.
        """
        stream: Any = self.fp  # None at the end of the body, which the type stub does not know
        if stream is None:
            return 0
        if self.chunked:
            data = self.read1(len(buffer))
            buffer[: len(data)] = data
            return len(data)
        if self.length is not None:
            buffer = buffer[: self.length]
            if not len(buffer):
                return 0
        count = int(stream.readinto1(buffer))
        if self.length is not None:
            self.length -= count
            if self.length == 0:
                self._close_conn()  # type: ignore[attr-defined]  # as its own readinto does
        return count


class HttpConnection:
    """A connection to the origin of a request, through its proxy where it has one.

    Args:
        request: URL, TLS, proxy, and `timeout`: the longest time without a byte.
    """

    def __init__(self, request: OutgoingRequest) -> None:
        self._connection = _connect(request)
        self._connection.response_class = partial(BufferedResponse, meter=request.meter)  # type: ignore[assignment]

    @property
    def connected(self) -> bool:
        """Whether a request can be sent without connecting again."""
        return self._connection.sock is not None

    def get(self, target: str, headers: Mapping[str, str]) -> BodyReader:
        """Send a request and return the head of its answer."""
        self._connection.request("GET", target, headers=dict(headers))
        answer = self._connection.getresponse()
        assert isinstance(answer, BufferedResponse)  # noqa: S101 - the connection makes no other
        return answer

    def abort(self) -> None:
        """Cut the connection from another thread; a waiting read fails at once."""
        if self._connection.sock is not None:
            with suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _MeteredReader(io.RawIOBase):
    """Reads from a socket and counts.

    The wait for the first byte is the server's time to think: silence has a timeout of its own.
    """

    def __init__(self, raw: io.RawIOBase, meter: SpeedMeter) -> None:
        super().__init__()
        self._raw, self._meter, self._begun = raw, meter, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        started = time.monotonic()
        count: int | None = self._raw.readinto(buffer)
        if self._begun and count:
            self._meter.add(count, time.monotonic() - started)
        self._begun = True
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def _connect(request: OutgoingRequest) -> http.client.HTTPConnection:
    parts, proxy = urlsplit(request.url), proxy_parts(request.proxy)
    host, port = (proxy.hostname or "", proxy.port or 8080) if proxy else (parts.hostname or "", parts.port)
    if parts.scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=request.timeout)
    made = http.client.HTTPSConnection(
        host, port, timeout=request.timeout, context=context(request.verify, request.cert)
    )
    if proxy:
        made.set_tunnel(parts.hostname or "", parts.port or 443, headers=_proxy_login(proxy))
    return made


def proxy_parts(proxy: str | None) -> SplitResult | None:
    """Split the URL of a proxy, which may lack its scheme."""
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else None


def _proxy_login(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(user.encode()).decode()}"}
