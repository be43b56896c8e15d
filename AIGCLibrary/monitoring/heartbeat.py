"""Which processes take part in a run: the last one to leave knows that the run is over, a killed one is noticed."""

import asyncio
import hashlib
from concurrent.futures import Future
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select

from AIGCLibrary.store import Store
from AIGCLibrary.store.lease import acquire
from AIGCLibrary.store.running import BEAT
from AIGCLibrary.store.tables import lease, run

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

_ALL = "present:"


class Heartbeat:
    """Shows the other processes of a run, on any machine, that this one is at work.

    Args:
        store: Where all meet.
        run_id: The run.
        owner: Name of this process.
        lasts: Seconds after which one that gave no sign counts as killed.
    """

    def __init__(self, store: Store, run_id: str, owner: str, lasts: float) -> None:
        self._store = store
        self._run = f"{_ALL}{hashlib.sha256(run_id.encode()).hexdigest()[:32]}:"
        self._owner = owner
        self._lasts = lasts

    def show(self, now: float) -> None:
        """Return a sign of life."""
        acquire(self._store, self._run + self._owner, self._owner, now, self._lasts)

    def leave(self, now: float) -> bool:
        """Go; says whether this was the last process of the run. Signs of killed processes go as well."""
        c = lease.c
        mine = c.name == self._run + self._owner
        self._store.execute(
            delete(lease).where(c.name.startswith(_ALL, autoescape=True), or_(mine, c.expires_at <= now))
        )
        others = select(func.count().label("n")).where(c.name.startswith(self._run, autoescape=True))
        return int(self._store.query(others)[0]["n"]) == 0


class Pulse:
    """Notes every minute that a run is going on, so that one whose processes were killed is not shown as running.

    Args:
        runtime: The services.
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._beating: Future[None] | None = None

    def start(self) -> None:
        """Start to note it; does nothing when it is noted already."""
        if self._beating is None:
            self._beating = self._runtime.loop.start(self._beat())

    def stop(self) -> None:
        """Note nothing more: the run notes its end itself."""
        beating, self._beating = self._beating, None
        if beating is not None:
            beating.cancel()

    async def _beat(self) -> None:
        runtime = self._runtime
        while True:
            runtime.store.upsert(run, id=runtime.run_id, seen_at=runtime.clock.now())
            await asyncio.sleep(BEAT)  # of this machine, whatever the time of day does
