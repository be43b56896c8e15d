"""Blocking connections for large bodies: the standard library's client, which reads straight into our buffers.

Why not aiohttp or requests: docs/adr/0012-downloads-over-http-client.md.
"""

import http.client
import io
import selectors
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
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
        self._metered: _MeteredReader | None = None
        self._direct = False
        """The stream holds nothing back. While it does, it would wait for more than that to fill a larger buffer."""
        if meter is not None:
            stream: Any = self.fp
            self._metered = _MeteredReader(stream.detach(), meter)
            self.fp = io.BufferedReader(self._metered)

    def watch(self, seconds: float, enough: Callable[[], bool]) -> None:
        """End the body once nothing has arrived for some time, and the one who reads it has enough.

        Args:
            seconds: Silence after which it is asked.
            enough: Asked on the reading thread; what it has read until then is all that has arrived.
        """
        if self._metered is not None:
            self._metered.idle = (seconds, enough)

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
        if not self._direct:
            buffer = buffer[: io.DEFAULT_BUFFER_SIZE]
        count = int(stream.readinto1(buffer))
        self._direct = count < len(buffer) or len(buffer) > io.DEFAULT_BUFFER_SIZE
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
        self.idle: tuple[float, Callable[[], bool]] | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        started = time.monotonic()
        if self.idle is not None and self._is_silent(self.idle[0]) and self.idle[1]():
            return 0
        count: int | None = self._raw.readinto(buffer)
        if self._begun and count:
            self._meter.add(count, time.monotonic() - started)
        self._begun = True
        return count

    def _is_silent(self, seconds: float) -> bool:
        """Return whether nothing arrives for so long."""
        pending = getattr(getattr(self._raw, "_sock", None), "pending", None)  # bytes that TLS has decoded already
        if pending is not None and pending():
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._raw, selectors.EVENT_READ)
            return not selector.select(seconds)

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
