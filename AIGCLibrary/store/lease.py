"""A lease: of many processes and machines, one does a thing, until its time is over."""

from sqlalchemy import or_, update

from AIGCLibrary.store.store import Store
from AIGCLibrary.store.tables import lease


def acquire(store: Store, name: str, owner: str, now: float, seconds: float) -> bool:
    """Take or keep a lease.

    Args:
        store: Where all meet.
        name: What is leased.
        owner: Who asks; the same every time.
        now: Seconds since 1970.
        seconds: How long it lasts.

    Returns:
        Whether `owner` has it now.
    """
    store.ensure(lease, name=name, slot=0, owner="", expires_at=0.0)
    mine = or_(lease.c.owner == owner, lease.c.expires_at <= now)
    statement = update(lease).where(lease.c.name == name, lease.c.slot == 0, mine)
    return store.execute(statement.values(owner=owner, expires_at=now + seconds)) == 1


def release(store: Store, name: str, owner: str) -> None:
    """Give a lease back, so that the next one need not wait."""
    statement = update(lease).where(lease.c.name == name, lease.c.slot == 0, lease.c.owner == owner)
    store.execute(statement.values(expires_at=0.0))
