"""The real transport: aiohttp for exchanges and streams, the standard library's client for downloads."""

from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from AIGCLibrary.http.blocking import HttpConnection
from AIGCLibrary.http.transport import (
    BlockingConnection,
    InboundListener,
    IncomingAnswer,
    MessageKind,
    MessageStream,
    OutgoingRequest,
    Take,
)

if TYPE_CHECKING:
    from AIGCLibrary.http.aiohttp_pools import AiohttpPools


class NetworkTransport:
    """Sends for real; see `Transport`."""

    @cached_property
    def _pools(self) -> "AiohttpPools":
        from AIGCLibrary.http.aiohttp_pools import AiohttpPools  # downloads alone do without aiohttp

        return AiohttpPools()

    def exchange(self, request: OutgoingRequest) -> Coroutine[Any, Any, IncomingAnswer]:
        """Send a request and read the whole answer."""
        return self._pools.exchange(request)

    def messages(self, request: OutgoingRequest, kind: MessageKind) -> AbstractAsyncContextManager[MessageStream]:
        """Open a stream."""
        return self._pools.messages(request, kind)

    def connection(self, request: OutgoingRequest) -> BlockingConnection:
        """Return a connection for downloads."""
        return HttpConnection(request)

    async def listen(self, host: str, port: int, path: str, take: Take, *, largest: int) -> InboundListener:
        """Take messages that others send."""
        from AIGCLibrary.http.listening import WebListener

        return await WebListener.start(host, port, path, take, largest)

    def external(self, library: str, address: str) -> None:
        """Allow everything."""

    async def close(self) -> None:
        """Close the pools."""
        if "_pools" in self.__dict__:
            await self._pools.close()
