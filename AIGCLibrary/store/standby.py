"""Takes the place of a store that is unavailable: a database of this process alone, so that its tests go on.

While the store is away, what would be written to it is written here as well (and kept for the store), and what is read
is read from here. So budgets, limits, prepared data and measured values go on from what this process knows.
"""

import contextlib
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.exc import SQLAlchemyError

from AIGCLibrary.store.engines import is_away, open_engine

if TYPE_CHECKING:
    from AIGCLibrary.store.write import Write


T = TypeVar("T")


class Standby:
    """A temporary SQLite database, created when it is first needed; in memory where no file can be written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._using = threading.RLock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._engine: Engine | None = None
        self._in_memory = False

    def write(self, batch: "Sequence[Write]", run: Callable[[Connection, "Sequence[Write]"], T]) -> T:
        """Write a batch as the store would have; it can be read when this returns.

        Args:
            batch: What to write.
            run: Executes a batch on a connection.

        Returns:
            What `run` returned.
        """
        with self._using:
            try:
                return self._write(batch, run)
            except (OSError, SQLAlchemyError) as error:
                if self._in_memory or (isinstance(error, SQLAlchemyError) and not is_away(error)):
                    raise
                self._move_to_memory()
                return self._write(batch, run)

    def query(self, statement: Executable) -> list[dict[str, Any]]:
        """Read rows as dicts."""
        with self._using:
            try:
                return self._query(statement)
            except (OSError, SQLAlchemyError) as error:
                if self._in_memory or (isinstance(error, SQLAlchemyError) and not is_away(error)):
                    raise
                self._move_to_memory()
                return self._query(statement)

    def close(self) -> None:
        """Remove it."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            if self._folder is not None:
                self._folder.cleanup()
            self._engine = self._folder = None

    def _write(self, batch: "Sequence[Write]", run: Callable[[Connection, "Sequence[Write]"], T]) -> T:
        with self._open().begin() as connection:
            return run(connection, batch)

    def _query(self, statement: Executable) -> list[dict[str, Any]]:
        with self._open().connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def _move_to_memory(self) -> None:
        """Go on in memory, with what the file holds where it can still be read."""
        before = self._engine
        memory = open_engine("sqlite://")
        if before is not None:
            lost = contextlib.suppress(OSError, SQLAlchemyError, sqlite3.Error)
            with lost, before.connect() as source, memory.connect() as target:
                held: Any = source.connection.dbapi_connection
                held.backup(target.connection.dbapi_connection)
            before.dispose()
        with self._lock:
            self._engine, self._in_memory = memory, True

    def _open(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._folder = tempfile.TemporaryDirectory(prefix="aigc-standby-", ignore_cleanup_errors=True)
                place = Path(self._folder.name) / "standby.db"
                self._engine = open_engine(f"sqlite:///{place.as_posix()}", lasting=False)
            return self._engine
