"""Writes nothing twice: a transaction whose connection was lost may have been committed all the same.

PostgreSQL tells by the number of a transaction what became of it (pg_xact_status and its older name txid_status:
https://www.postgresql.org/docs/current/functions-info.html).
"""

from collections import deque
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store.engines import is_away
from AIGCLibrary.store.write import Write


def mark(connection: Connection, batch: Sequence[Write]) -> None:
    """Note the transaction in what it writes."""
    number = connection.execute(text("SELECT txid_current()")).scalar_one()
    for write in batch:
        write.attempt = number


def group(kept: deque[Write], most: int) -> list[Write]:
    """Take the first writes that were tried in the same transaction, or were not tried yet."""
    taken: list[Write] = []
    while kept and len(taken) < most and (not taken or kept[0].attempt == taken[0].attempt):
        taken.append(kept.popleft())
    return taken


def committed(engine: Engine, part: Sequence[Write]) -> bool:
    """Return whether the transaction that was to write a part was committed.

    Raises:
        MonitoringError: It is still in progress.
    """
    number = part[0].attempt
    if number is None:
        return False
    try:
        with engine.connect() as connection:
            state = connection.execute(text("SELECT txid_status(:number)"), {"number": number}).scalar()
    except SQLAlchemyError as error:
        if is_away(error):
            raise
        return False  # a number that the server does not know, for example after it was restored
    if state == "in progress":
        raise MonitoringError("The transaction that was interrupted is still in progress.", code="AIGC501")
    return bool(state == "committed")
