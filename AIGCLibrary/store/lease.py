"""Leases: of many processes and machines, one holder for each slot of a name, until its time is over."""

from sqlalchemy import or_, update

from AIGCLibrary.store.dialect import dialect
from AIGCLibrary.store.store import Store
from AIGCLibrary.store.tables import lease


def acquire(
    store: Store, name: str, owner: str, now: float, seconds: float, *, slot: int = 0, extend: bool = True
) -> bool:
    """Take a lease, or extend the own one, in one statement.

    Args:
        store: The store that all processes share.
        name: What is leased.
        owner: Who asks; the same every time.
        now: Seconds since 1970.
        seconds: How long it lasts.
        slot: Which of the slots of the name, where a limit allows several.
        extend: Whether a lease that `owner` holds is extended; otherwise it counts as taken.

    Returns:
        Whether `owner` acquired or extended it.
    """
    row = {"name": name, "slot": slot, "owner": owner, "expires_at": now + seconds}
    statement = dialect(store.url).insert(lease).values(**row)
    expired = lease.c.expires_at <= now
    changes = {"owner": statement.excluded.owner, "expires_at": statement.excluded.expires_at}
    where = or_(lease.c.owner == owner, expired) if extend else expired
    upsert = statement.on_conflict_do_update(index_elements=["name", "slot"], set_=changes, where=where)
    return store.execute(upsert) > 0


def release(store: Store, name: str, owner: str, *, slot: int = 0) -> None:
    """Release a lease before it expires; that of another owner stays."""
    mine = (lease.c.name == name) & (lease.c.slot == slot) & (lease.c.owner == owner)
    store.execute(update(lease).where(mine).values(expires_at=0.0))
