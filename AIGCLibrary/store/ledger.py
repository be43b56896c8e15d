"""Writes each row once: the store notes in the same transaction how far a process has written.

A transaction whose connection was lost may have been committed nevertheless; a file may be replaced by a copy of
itself, and a server be restored to an older state. In each case the note says which of the writes the store holds, so
that exactly the missing ones are written again.
"""

import itertools
import time
import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select, update

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store.dialect import dialect
from AIGCLibrary.store.history import WriteHistory
from AIGCLibrary.store.tables import writer as note
from AIGCLibrary.store.write import Write


class StoreBehindError(MonitoringError):
    """The store holds less than what was committed to it: it was replaced, or restored to an older state.

    Args:
        found: Serial number of the last write that it holds.
        committed: Serial number of the last write that was committed to it.
    """

    def __init__(self, found: int, committed: int) -> None:
        super().__init__(
            f"The store holds {found} of the {committed} writes of this process: it was replaced, or restored to an "
            "older state.",
            code="AIGC501",
        )
        self.found = found


class WriteLedger:
    """Numbers the writes of one process, and knows which of them the store holds.

    Args:
        remembered: How many committed writes are kept, to be written again where the store has lost them.
    """

    def __init__(self, remembered: int) -> None:
        self._id = uuid.uuid4().hex
        self._numbers = itertools.count(1)
        self._history = WriteHistory(remembered)
        self.committed = 0
        """Serial number of the last write that the store holds."""

    def number(self, write: Write) -> Write:
        """Assign the next serial number to something that writes rows."""
        if write.rows != []:
            write.serial = next(self._numbers)
        return write

    def claim(self, connection: Connection, batch: Sequence[Write]) -> list[Write]:
        """Note in the transaction that a batch is written by it.

        Returns:
            The writes that the store does not hold yet.

        Raises:
            StoreBehindError: The store lacks earlier writes.
        """
        last = max((write.serial for write in batch), default=0)
        if not last:
            return list(batch)
        if not self._advance(connection, self.committed, last):
            found = self._held(connection)
            self._compare(found)
            self.committed = found
            self._advance(connection, found, max(found, last))
        return [write for write in batch if write.serial > self.committed or not write.serial]

    def confirm(self, batch: Sequence[Write]) -> None:
        """Note that the transaction of a batch was committed."""
        self.committed = max([self.committed, *(write.serial for write in batch)])
        self._history.add([Write(write.statement, write.rows, serial=write.serial) for write in batch if write.serial])

    def verify(self, connection: Connection) -> None:
        """Check that the store holds what was committed to it.

        Raises:
            StoreBehindError: It does not.
        """
        if self.committed:
            self._compare(connection.execute(select(note.c.last).where(note.c.id == self._id)).scalar() or 0)

    def rewind(self, found: int) -> tuple[list[Write], int]:
        """Take back the writes that the store has lost.

        Args:
            found: Serial number of the last write that it holds.

        Returns:
            These writes, and how many others are not remembered any more.
        """
        again = self._history.take(found)
        lost = max(0, self.committed - found - len(again))
        self.committed = found
        return again, lost

    def since(self, serial: int) -> Iterator[Write]:
        """Return the committed writes after a serial number, the oldest first."""
        return self._history.since(serial)

    def _compare(self, found: int) -> None:
        if found < self.committed and self._history:
            raise StoreBehindError(found, self.committed)

    def _advance(self, connection: Connection, expected: int, last: int) -> bool:
        statement = update(note).where(note.c.id == self._id, note.c.last == expected)
        return bool(connection.execute(statement.values(last=last, at=time.time())).rowcount)

    def _held(self, connection: Connection) -> int:
        """Read how far the store is; waits for an interrupted transaction that the server has not ended yet."""
        row = {"id": self._id, "last": 0, "at": time.time()}
        connection.execute(dialect(connection.dialect.name).insert(note).on_conflict_do_nothing(), [row])
        statement = select(note.c.last).where(note.c.id == self._id).with_for_update()
        return int(connection.execute(statement).scalar_one())
