"""The transport that sends nothing."""

from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

from AIGCLibrary.http.transport import (
    BlockingConnection,
    InboundListener,
    IncomingAnswer,
    MessageKind,
    MessageStream,
    OutgoingRequest,
    Take,
    TransportError,
)


class RefusingTransport:
    """Sends nothing: alerts and reports stay here while a tape is played."""

    async def exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        """Refuse."""
        raise _refused(_origin(request.url))

    def messages(self, request: OutgoingRequest, _kind: MessageKind) -> AbstractAsyncContextManager[MessageStream]:
        """Refuse."""
        raise _refused(_origin(request.url))

    def connection(self, request: OutgoingRequest) -> BlockingConnection:
        """Refuse."""
        raise _refused(_origin(request.url))

    async def listen(self, host: str, port: int, path: str, _take: Take, *, largest: int) -> InboundListener:  # noqa: ARG002 - the protocol names it
        """Refuse."""
        raise _refused(f"http://{host}:{port}{path}")

    def external(self, library: str, address: str) -> None:
        """Refuse."""
        raise _refused(f"{address} ({library})")

    async def close(self) -> None:
        """Do nothing."""


def _origin(url: str) -> str:
    """Return where a URL leads; its user, path and query may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _refused(address: str) -> TransportError:
    return TransportError(f"nothing is sent during a replay, so not to {address} either", sent=False)
