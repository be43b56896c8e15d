"""Hands news of jobs to everybody who listens: the live panels and the event stream."""

from __future__ import annotations

import asyncio
from typing import Any

_BACKLOG = 256


class Broker:
    """One queue per listener; a slow listener loses the oldest news, never blocks the others."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether a client listens."""
        return bool(self._queues)

    def join(self) -> asyncio.Queue[dict[str, Any] | None]:
        """Start to listen; None in the queue says goodbye."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(_BACKLOG)
        if self._closed:
            queue.put_nowait(None)
        self._queues.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        """Stop listening."""
        self._queues.discard(queue)

    def tell(self, news: dict[str, Any] | None) -> None:
        """Send an event to every listener."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(news)

    def close(self) -> None:
        """End every subscription, now and later."""
        self._closed = True
        self.tell(None)
