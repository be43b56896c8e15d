"""Webhooks of a replay: each message comes at its moment after the order that it is about."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from AIGCLibrary.http.transport import InboundMessage, Take
from AIGCLibrary.tape.entry import Entry

ADDRESS = "http://127.0.0.1:9"
"""Where a product would send its messages; nobody listens there."""


class PlayedListener:
    """A place where recorded messages arrive; see `InboundListener`.

    Args:
        take: Takes them.
        names: What the client made up: as on the tape, and as it is now.
    """

    url = ADDRESS

    def __init__(self, take: Take, names: dict[str, str]) -> None:
        self._take, self._names = take, names
        self._coming: set[asyncio.Task[None]] = set()

    def expect(self, entry: Entry, wait: Coroutine[Any, Any, None], body: Callable[[], bytes]) -> None:
        """Take a message when its moment has come.

        Args:
            entry: The message.
            wait: Ends at that moment.
            body: Returns what it says.
        """
        job = asyncio.get_running_loop().create_task(self._deliver(entry, wait, body))
        self._coming.add(job)
        job.add_done_callback(self._coming.discard)

    async def close(self) -> None:
        """Take no more messages."""
        coming = list(self._coming)
        for job in coming:
            job.cancel()
        await asyncio.gather(*coming, return_exceptions=True)

    async def _deliver(self, entry: Entry, wait: Coroutine[Any, Any, None], body: Callable[[], bytes]) -> None:
        await wait
        recorded = entry.request.url
        addresses = (now for before, now in self._names.items() if before.endswith(f"/{recorded}"))
        name = next(addresses, recorded).rpartition("/")[2]
        await self._take(InboundMessage(name, entry.answer.headers, body()))
