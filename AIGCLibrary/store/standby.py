"""Takes the place of a store that is unavailable: a database of this process alone, so that its tests go on.

While the store is away, what would be written to it is written here as well (and kept for the store), and what is read
is read from here. So budgets, limits, prepared data and measured values go on from what this process knows.
"""

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, Executable

from AIGCLibrary.store.engines import open_engine

if TYPE_CHECKING:
    from AIGCLibrary.store.write import Write


T = TypeVar("T")


class Standby:
    """A temporary SQLite database, created when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._engine: Engine | None = None

    def write(self, batch: "Sequence[Write]", run: Callable[[Connection, "Sequence[Write]"], T]) -> T:
        """Write a batch as the store would have; it can be read when this returns.

        Args:
            batch: What to write.
            run: Executes a batch on a connection.

        Returns:
            What `run` returned.
        """
        with self._open().begin() as connection:
            return run(connection, batch)

    def query(self, statement: Executable) -> list[dict[str, Any]]:
        """Read rows as dicts."""
        with self._open().connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def close(self) -> None:
        """Remove it."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            if self._folder is not None:
                self._folder.cleanup()
            self._engine = self._folder = None

    def _open(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._folder = tempfile.TemporaryDirectory(prefix="aigc-standby-", ignore_cleanup_errors=True)
                self._engine = open_engine(f"sqlite:///{(Path(self._folder.name) / 'standby.db').as_posix()}")
            return self._engine
