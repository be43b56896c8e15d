"""Server-sent events: notify every open page that something changed; the page then asks for what it shows."""

import asyncio
import json
import logging
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from AIGCLibrary.monitoring.dashboard.reads import Reads
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import alert, download, run, sample, task, test_result

log = logging.getLogger("aigc.dashboard")
EVERY = 0.5
"""Seconds between looks at the store; one look serves all pages."""
PING = 15.0


def cursor(store: Store) -> dict[str, Any]:
    """Return a mark for each part of the page that changes when the part does; all are read from indexes or small."""
    marks = {
        "samples": select(func.max(sample.c.id)),
        "tests": select(func.max(test_result.c.id)),
        "tasks": select(func.max(task.c.updated_at)),
        "downloads": select(func.max(download.c.updated_at)),
        "alerts": select(func.max(alert.c.updated_at)),
        "runs": select(func.count(run.c.id) + func.coalesce(func.max(run.c.finished_at), 0.0)),
    }
    with store.engine.connect() as connection:
        return {name: connection.execute(statement).scalar() or 0 for name, statement in marks.items()}


class Feed:
    """Looks at the store while at least one page is open.

    Args:
        reads: Where to look.
    """

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._number = 0
        self._marks: dict[str, Any] = {}
        self._pages: set[asyncio.Queue[tuple[int, list[str]]]] = set()
        self._task: asyncio.Task[None] | None = None

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one page until it goes away; one that comes back learns that all may have changed."""
        if not self._marks:  # before the page reads: what changes from here on is reported
            self._marks = await self._reads.get(cursor)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue: asyncio.Queue[tuple[int, list[str]]] = asyncio.Queue(maxsize=100)
        self._pages.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        if request.headers.get("Last-Event-ID") not in (None, str(self._number)):
            queue.put_nowait((self._number, ["samples", "tests", "tasks", "downloads", "alerts", "runs"]))
        try:
            await response.write(b"retry: 2000\n\n")
            while True:
                try:
                    number, changed = await asyncio.wait_for(queue.get(), PING)
                    text = f"id: {number}\nevent: changed\ndata: {json.dumps(changed)}\n\n"
                except TimeoutError:
                    text = ": still here\n\n"
                await response.write(text.encode())
        except (ConnectionResetError, asyncio.CancelledError):
            return response
        finally:
            self._pages.discard(queue)

    async def close(self) -> None:
        """Stop to look."""
        if self._task:
            self._task.cancel()

    async def _look(self) -> None:
        while self._pages:
            await asyncio.sleep(EVERY)
            try:
                marks = await asyncio.to_thread(cursor, self._reads.store)
            except Exception as error:  # noqa: BLE001 - a busy store is looked at again
                log.debug("The store could not be looked at: %s", error)
                marks = self._marks
            changed = [name for name, mark in marks.items() if mark != self._marks.get(name)]
            if changed:
                self._reads.forget()
                self._number += 1
                for page in self._pages:
                    if not page.full():
                        page.put_nowait((self._number, changed))
            self._marks = marks
        self._marks = {}
