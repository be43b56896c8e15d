"""The outbox: messages wait in the store until one of many processes has delivered them."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import or_, select, update

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.transport import Transport
from AIGCLibrary.monitoring.alerts import channels
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import outbox

log = logging.getLogger("aigc.alerts")

ATTEMPTS = 6
LEASE = 30.0
"""Seconds a process has to deliver a message before another one may try."""


class Outbox:
    """Delivers what waits.

    Args:
        store: Where messages wait.
        clock: Time.
        owner: Name of this process.
        transport: Carries the messages.
        address: Returns the URL of a channel by its name; what waits in the store names channels only, since their
            URLs hold secrets.
    """

    def __init__(
        self, store: Store, clock: Clock, owner: str, transport: Transport, address: Callable[[str], str] = str
    ) -> None:
        self._store = store
        self._transport = transport
        self._clock = clock
        self._owner = owner
        self._address = address
        self._under_way: asyncio.Task[int] | None = None

    async def deliver(self) -> int:
        """Try all messages whose time has come.

        A caller that is cancelled does not cut off a message that is being sent: `finish` waits for it. Otherwise it
        would keep its lease, and nobody could send it before the process ends.

        Returns:
            How many were delivered.
        """
        self._under_way = asyncio.create_task(self._deliver_waiting())
        return await asyncio.shield(self._under_way)

    async def _deliver_waiting(self) -> int:
        rows = await asyncio.to_thread(self._waiting)
        done = await asyncio.gather(*(self._deliver(row) for row in rows))
        return sum(done)

    async def finish(self, seconds: float = 2.0) -> None:
        """Deliver what waits, for at most so many seconds; the rest stays in the store for the next process."""
        try:
            await asyncio.wait_for(self._deliver_last(), seconds)
        except TimeoutError:
            if self._under_way is not None:
                self._under_way.cancel()
                await asyncio.gather(self._under_way, return_exceptions=True)
            log.warning("Alert messages are still waiting after %s s; the next run sends them.", seconds)

    async def _deliver_last(self) -> None:
        if self._under_way is not None:
            await asyncio.gather(self._under_way, return_exceptions=True)
        await self.deliver()

    def _waiting(self) -> list[dict[str, Any]]:
        c = outbox.c
        now = self._clock.now()
        statement = select(outbox).where(
            c.sent_at.is_(None), c.attempts < ATTEMPTS, or_(c.leased_until.is_(None), c.leased_until <= now)
        )
        return self._store.query(statement.order_by(c.id).limit(50))

    def _lease(self, row: dict[str, Any]) -> bool:
        c = outbox.c
        now = self._clock.now()
        free = or_(c.leased_until.is_(None), c.leased_until <= now)
        statement = update(outbox).where(c.id == row["id"], c.sent_at.is_(None), c.attempts == row["attempts"], free)
        values = {"leased_until": now + LEASE, "leased_by": self._owner, "attempts": row["attempts"] + 1}
        return self._store.execute(statement.values(**values)) == 1

    async def _deliver(self, row: dict[str, Any]) -> bool:
        if not await asyncio.to_thread(self._lease, row):
            return False
        now = self._clock.now()
        try:
            await channels.send(self._address(row["channel"]), row["payload"], now, self._transport)
        except (AIGCError, OSError, TimeoutError, ValueError) as error:
            log.warning("An alert could not be sent to '%s': %s", row["channel"], str(error) or type(error).__name__)
            await self._note(row, error=str(error)[:500], leased_until=now + 10 * 2 ** row["attempts"])
            return False
        await self._note(row, sent_at=now, error=None)
        return True

    async def _note(self, row: dict[str, Any], **values: Any) -> None:
        statement = update(outbox).where(outbox.c.id == row["id"]).values(**values)
        await asyncio.to_thread(self._store.execute, statement)
