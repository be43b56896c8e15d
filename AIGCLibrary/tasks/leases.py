"""Permits that hold across processes and machines: rows of the store that are taken, renewed and given back.

A limit of n is n slots of one name. A slot belongs to its owner until it expires; a process that is killed stops
renewing, and its slots come free by themselves. Slots that are never given back, but expire, make a rate limit.
"""

import asyncio
import os
import socket
from uuid import uuid4

from sqlalchemy import update

from AIGCLibrary.clock import Clock
from AIGCLibrary.store import Store, tables
from AIGCLibrary.store.lease import acquire, release

LIFETIME = 30.0
"""Seconds a slot stays taken without renewal."""


class Leases:
    """Acquires and releases slots.

    Args:
        store: Shared by all who share the limits.
        clock: Time of day; machines should agree on it within a few seconds.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._held: set[tuple[str, int]] = set()
        self._renewer: asyncio.Task[None] | None = None

    async def take(self, name: str, limit: int, lifetime: float | None = None) -> int | None:
        """Take a free slot.

        Args:
            name: What is limited.
            limit: How many slots there are.
            lifetime: Seconds after which the slot comes free by itself; it is then not renewed (a rate limit).

        Returns:
            The slot, or None when all are taken.
        """
        for slot in range(limit):
            if (name, slot) in self._held:
                continue
            if await asyncio.to_thread(self._take, name, slot, lifetime or LIFETIME):
                if lifetime is None:
                    self._held.add((name, slot))
                    self._keep()
                return slot
        return None

    async def give_back(self, name: str, slot: int) -> None:
        """Release a slot."""
        self._held.discard((name, slot))
        await asyncio.to_thread(release, self._store, name, self.owner, slot=slot)

    async def close(self) -> None:
        """Release all slots."""
        if self._renewer:
            self._renewer.cancel()
            await asyncio.gather(self._renewer, return_exceptions=True)
            self._renewer = None
        for name, slot in list(self._held):
            await self.give_back(name, slot)

    def _take(self, name: str, slot: int, lifetime: float) -> bool:
        return acquire(self._store, name, self.owner, self._clock.now(), lifetime, slot=slot, extend=False)

    def _keep(self) -> None:
        if self._renewer is None or self._renewer.done():
            self._renewer = asyncio.get_running_loop().create_task(self._renew())

    async def _renew(self) -> None:
        table = tables.lease
        while self._held:
            await self._clock.sleep(LIFETIME / 3)
            until = self._clock.now() + LIFETIME
            names = {name for name, _ in self._held}
            mine = (table.c.owner == self.owner) & table.c.name.in_(names)
            await asyncio.to_thread(self._store.execute, update(table).where(mine).values(expires_at=until))
