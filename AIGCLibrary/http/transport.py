"""The transport seam: the one place through which everything that the library sends and receives over HTTP passes.

    tasks, data, alerts, webhooks ── HttpClient ──► exchange     a request and its whole answer
    streams of tasks ─────────────────────────────► messages     server-sent events and WebSockets, text by text
    files ────────────────────────────────────────► connection   a blocking connection for large bodies
    webhooks of products ─────────────────────────► listen       what others send to us
    apprise, MCP, OTLP exporter ──────────────────► external     libraries with network code of their own ask first

`Runtime(transport=...)` installs another one for the whole process; `AIGCLibrary.http.network` is the real one. A
transport that records or disturbs wraps the real one, a transport that replays takes its place.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from AIGCLibrary.http.speed import SpeedMeter

Certificate = str | tuple[str, str]
"""A client certificate as requests takes it: a file with certificate and key, or two files."""


class TransportError(OSError):
    """No answer came.

    Attributes:
        reason: Why, in a few words.
        sent: Whether the server may have seen something of the request. False proves that it has not.
        lasting: The same request gets the same failure until somebody changes something: a certificate.
    """

    def __init__(self, reason: str, *, sent: bool = True, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.lasting = lasting


class MessageKind(StrEnum):
    """How texts are streamed."""

    EVENTS = "sse"
    """Server-sent events: one text for each line of the body."""
    WEBSOCKET = "websocket"
    """One text for each text message."""


@dataclass(slots=True)  # made for each poll: a frozen one takes five times as long
class OutgoingRequest:
    """A request with all that decides about it: nothing is added after the seam.

    Args:
        method: HTTP method.
        url: Absolute URL, without the query given in `params`.
        headers: All headers; may hold secrets.
        json: Body to send as JSON.
        data: Body to send as it is (bytes, text, form).
        params: Query.
        timeout: Seconds for the whole exchange, or between two messages of a stream.
        verify: False: certificates are not checked; a path: a CA bundle.
        cert: Client certificate.
        proxy: URL of the proxy, with its login.
        encoded: The URL is sent as it is; else what is not allowed in a URL is encoded.
        meter: For `connection`: measures heads and bodies, and raises when the peer is too slow.
        reading: It asks for something and changes nothing, whatever its method says: a poll by POST.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    data: Any = field(default=None, repr=False)
    params: Any = None
    timeout: float = 30
    verify: bool | str = True
    cert: Certificate | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    encoded: bool = False
    meter: SpeedMeter | None = field(default=None, repr=False, compare=False)
    reading: bool = False


@dataclass(slots=True)  # made for each poll: a frozen one takes five times as long
class IncomingAnswer:
    """An answer as it arrived.

    Args:
        status: HTTP status code.
        headers: Header names in lower case.
        body: The whole body, decoded as its Content-Encoding says.
        url: URL with its query.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class MessageStream(Protocol):
    """An open stream of texts."""

    status: int
    """HTTP status of the answer that opened the stream."""

    def texts(self) -> AsyncIterator[str]:
        """Return the texts as they arrive; ends with the stream.

        Raises:
            TransportError: The stream broke.
        """
        ...


class BodyReader(Protocol):
    """An answer whose body is read in pieces, blocking; the surface of `http.client.HTTPResponse` that is used.

    Attributes:
        status: HTTP status code.
        reason: The words beside it.
    """

    status: int
    reason: str

    @property
    def length(self) -> int | None:
        """Bytes of the body that are left; None when unknown."""
        ...

    def getheaders(self) -> list[tuple[str, str]]:
        """Return all headers."""
        ...

    def read(self, amount: int | None = None, /) -> bytes:
        """Read so many bytes, or all that is left."""
        ...

    def read_into(self, buffer: memoryview, /) -> int:
        """Read what is there into a buffer, at least one byte; 0 at the end of the body."""
        ...

    def isclosed(self) -> bool:
        """Return whether the body is read to its end."""
        ...

    def close(self) -> None:
        """Discard the rest of the body."""
        ...


class BlockingConnection(Protocol):
    """A connection to one origin, for GET requests one after the other.

    Errors are those of `http.client`: OSError, TimeoutError and HTTPException.
    """

    @property
    def connected(self) -> bool:
        """Whether a request can be sent without connecting again."""
        ...

    def get(self, target: str, headers: Mapping[str, str]) -> BodyReader:
        """Send a request and return the head of its answer.

        Args:
            target: Path and query, encoded; an absolute URL for a proxy.
            headers: All headers.
        """
        ...

    def abort(self) -> None:
        """Cut the connection from another thread; a waiting read fails at once."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A POST that was received.

    Args:
        name: Last part of its path.
        headers: Header names in lower case.
        body: The whole body.
    """

    name: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


Take = Callable[[InboundMessage], Awaitable[int | bytes]]
"""Takes a message; returns the HTTP status to answer with, or the JSON of an answer with status 200."""


class InboundListener(Protocol):
    """A place where messages arrive."""

    url: str
    """Address below which they are taken, without a slash at its end."""

    async def close(self) -> None:
        """Take no more messages."""
        ...


class Transport(Protocol):
    """Carries what the library sends and receives. The coroutines are called on the engine's loop."""

    async def exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        """Send a request and read the whole answer; redirects are not followed.

        Raises:
            TransportError: No answer came.
            TimeoutError: It did not come within `request.timeout`.
        """
        ...

    def messages(self, request: OutgoingRequest, kind: MessageKind) -> AbstractAsyncContextManager[MessageStream]:
        """Open a stream; redirects are followed within the origin only.

        Raises:
            TransportError: It cannot be opened, or breaks.
            TimeoutError: It cannot be opened in time, or is silent for longer than `request.timeout`.
        """
        ...

    def connection(self, request: OutgoingRequest) -> BlockingConnection:
        """Return a connection to the origin of a request, for downloads; called on any thread.

        Args:
            request: Its URL, TLS and proxy count; `timeout` is the longest time without a byte.
        """
        ...

    async def listen(self, host: str, port: int, path: str, take: Take, *, largest: int) -> InboundListener:
        """Take messages that others send by POST to `path`/NAME.

        Args:
            host: Interface to listen at.
            port: Port; 0 for any that is free.
            path: Starts with a slash.
            take: Called with each message.
            largest: Bytes of the largest body that is taken.

        Raises:
            OSError: The port is taken.
        """
        ...

    def external(self, library: str, address: str) -> None:
        """Let a library send with its own network code; what it sends cannot be seen here.

        Args:
            library: Its name.
            address: Where to, without secrets.

        Raises:
            TransportError: It must not.
        """
        ...

    async def close(self) -> None:
        """Close all pools."""
        ...
