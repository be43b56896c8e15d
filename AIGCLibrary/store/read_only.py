"""Comes back to an SQLite file that was read-only for a while.

SQLite decides when it opens a file whether it can write, and all connections of a process share one `-shm` file: a
single connection of the read-only time keeps all later ones read-only. What SQLite creates in that time takes the mode
of the file, and stays read-only too (https://www.sqlite.org/wal.html#read_only_databases).
"""

import contextlib
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, ExceptionContext, event

_TIME = "aigc.time"
_SIDE_FILES = ("-wal", "-shm")


class ReadOnlyTimes:
    """Closes the connections of an engine whenever a statement finds the file read-only.

    Those that are not in use are closed at once, the others when they are given back. One that slips through between
    two threads is closed when the next statement fails, since no statement succeeds as long as it is open.

    Args:
        engine: An engine of an SQLite file.
    """

    def __init__(self, engine: Engine) -> None:
        self._number = 0
        self._pools: WeakSet[Any] = WeakSet()
        event.listen(engine, "connect", self._begin)
        event.listen(engine, "checkin", self._close_old)
        event.listen(engine, "handle_error", self._end)

    def _begin(self, _connection: Any, record: Any) -> None:
        record.info[_TIME] = self._number

    def _close_old(self, _connection: Any, record: Any) -> None:
        if record.info.get(_TIME) != self._number:
            record.invalidate()

    def _end(self, context: ExceptionContext) -> None:
        if context.engine is not None and "readonly" in str(context.original_exception):
            self._number += 1
            self._pools.add(context.engine.pool)
            context.engine.dispose(close=False)
            for pool in list(self._pools):
                pool.dispose()


def make_side_files_writable(path: Path) -> None:
    """Let the log and the index of an SQLite file be written by all who may write the file itself."""
    with contextlib.suppress(OSError):  # not there, or not ours
        wanted = path.stat().st_mode & 0o222
        for side in (path.with_name(path.name + ending) for ending in _SIDE_FILES):
            with contextlib.suppress(OSError):
                mode = side.stat().st_mode & 0o777
                if wanted & ~mode:
                    side.chmod(mode | wanted)
