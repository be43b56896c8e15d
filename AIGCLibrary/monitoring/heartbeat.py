"""Which processes take part in a run: the last one to go knows that the run is over."""

import hashlib

from sqlalchemy import delete, func, or_, select

from AIGCLibrary.store import Store
from AIGCLibrary.store.lease import acquire
from AIGCLibrary.store.tables import lease

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
