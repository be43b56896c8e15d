"""Opens the database behind a store URL, with its tables brought up to this version."""

import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import schema, tables
from AIGCLibrary.store.column_types import ASCII_ONLY, to_json
from AIGCLibrary.store.patience import Patience
from AIGCLibrary.store.read_only import ReadOnlyTimes, make_side_files_writable
from AIGCLibrary.store.sqlite_head import SqliteHead

BUSY_SECONDS = 15
CONNECT_SECONDS = 2
"""Longest time PostgreSQL may take to accept a connection: tests do not wait longer for a store."""
PAGES = 512
"""kB of pages that a connection to SQLite keeps in memory; the system keeps the file itself."""
_POSTGRES_AWAY = ("08", "25006", "28", "3D", "3F", "42501", "53", "55P03", "57", "58", "XX")
"""SQLSTATEs of a database that cannot be used now: no connection, read-only, sign-in refused, an unknown database or
schema, no rights, no resources, locked, going down, a system or internal error
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
_SQLITE_AWAY = ("locked", "unable to open", "disk I/O", "disk is full", "readonly", "malformed", "not a database")


_LASTING = ("journal_mode=WAL", "synchronous=NORMAL")
_PASSING = ("journal_mode=MEMORY", "synchronous=OFF")


def open_engine(
    url: str, busy: float = BUSY_SECONDS, patience: Patience | None = None, *, lasting: bool = True
) -> Engine:
    """Open a database and create what its tables lack.

    Args:
        url: SQLAlchemy URL.
        busy: Seconds to wait for a lock that another program holds.
        patience: Bounds how long a PostgreSQL server may take, here and whenever the engine connects.
        lasting: Whether an SQLite file outlives its process; if not, nothing waits for the disk.

    Raises:
        OSError, ImportError, SQLAlchemyError: It cannot be opened.
        MonitoringError: A newer version of the library has written it, or the address cannot be meant so.
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    has_file = is_sqlite and parsed.database not in (None, "", ":memory:")
    if "@" in (parsed.host or ""):
        raise MonitoringError(
            "The address of the store has more than one '@'. Write %40 for it in the password.",
            code="AIGC501",
            hint=Text("monitoring.hint.store"),
        )
    if has_file:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    limits = _limits(parsed, busy)
    pool: dict[str, Any] = {"pool_use_lifo": is_sqlite}
    if is_sqlite and not has_file:  # one connection, else each thread had its own database
        limits["check_same_thread"] = False
        pool = {"poolclass": StaticPool}
    engine = create_engine(parsed, connect_args=limits, json_serializer=partial(to_json, strict=not is_sqlite), **pool)
    if has_file:
        ReadOnlyTimes(engine)
        event.listen(engine, "connect", lambda *_: make_side_files_writable(Path(str(parsed.database))))
    if is_sqlite:
        event.listen(engine, "connect", partial(_prepare_sqlite, busy, patience, _LASTING if lasting else _PASSING))
        if patience is not None:
            event.listen(engine, "checkout", partial(_limit_locks, patience))
    else:
        event.listen(engine, "connect", partial(_note_encoding, engine))
        if patience is not None:
            patience.watch(engine)
    if patience is not None:
        patience.follow(engine)
    with bounded(engine, patience):
        schema.prepare(engine)
        if is_sqlite:
            _put_mark(engine)
    return engine


def _limits(url: URL, busy: float) -> dict[str, Any]:
    """Return what a driver needs to know about times and the encoding of texts."""
    if url.get_backend_name() == "sqlite":
        return {"timeout": busy}
    if not url.get_driver_name().startswith("psycopg"):
        return {}
    # A cluster that was made without a locale holds bytes, and would return bytes for text.
    limits: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8"}
    if busy < BUSY_SECONDS:
        limits["options"] = f"-c lock_timeout={int(busy * 1000)}"
    return limits


def bounded(
    engine: Engine, patience: Patience | None, waiting: Callable[[], bool] = lambda: True
) -> AbstractContextManager[None]:
    """Bound what is done with an engine by what tests may still wait.

    Args:
        engine: The engine.
        patience: The budget; None: nothing is bounded.
        waiting: Whether a test waits for it, asked at its end.
    """
    if patience is None:
        return nullcontext()
    return patience.locks(waiting) if engine.dialect.name == "sqlite" else patience.limit(waiting)


def identity(url: str) -> tuple[int, int] | None:
    """Return device and inode of the file of an SQLite store; None when it has no file, or the file is gone."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    try:
        found = Path(str(parsed.database)).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _put_mark(engine: Engine) -> None:
    """Number a new SQLite file, so that it is recognised when another one is written over it."""
    with engine.connect() as connection:
        if connection.exec_driver_sql("PRAGMA user_version").scalar():
            return
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if not connection.exec_driver_sql("PRAGMA user_version").scalar():
            connection.exec_driver_sql(f"PRAGMA user_version={secrets.randbelow(2**31 - 1) + 1}")
        connection.commit()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")


def head(url: str) -> SqliteHead | None:
    """Return the head of the file of an SQLite store; None when it has no file."""
    if identity(url) is None:
        return None
    try:
        return SqliteHead(str(make_url(url).database))
    except OSError:
        return None


def is_away(error: SQLAlchemyError) -> bool:
    """Return whether a database cannot be reached or written at all, rather than refusing one row."""
    if not isinstance(error, DBAPIError):
        return False
    if lacks_table(error):
        return True
    if type(error.orig).__module__ == "sqlite3":
        return any(words in str(error.orig) for words in _SQLITE_AWAY)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state:
        return error.connection_invalidated or state.startswith(_POSTGRES_AWAY)
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def lacks_table(error: SQLAlchemyError) -> bool:
    """Return whether a table of ours is missing: the database was emptied or replaced while it was open."""
    if not isinstance(error, DBAPIError):
        return False
    reason = str(error.orig)
    missing = getattr(error.orig, "sqlstate", None) == "42P01" or "such table: " in reason
    return missing and any(word in tables.metadata.tables for word in re.findall(r"\w+", reason))


def _note_encoding(engine: Engine, connection: Any, _record: Any) -> None:
    """Note whether a database takes all characters; one without an encoding stores the bytes that it gets."""
    status = getattr(getattr(connection, "info", None), "parameter_status", None)
    if status is not None:
        setattr(engine.dialect, ASCII_ONLY, status("server_encoding") not in ("UTF8", "SQL_ASCII"))


def _limit_locks(patience: Patience, connection: Any, _record: Any, _proxy: Any) -> None:
    """Let a connection wait for the locks of other programs as long as tests may still wait."""
    connection.execute(f"PRAGMA busy_timeout={int(patience.left * 1000)}").close()


def _prepare_sqlite(
    busy: float, patience: Patience | None, pragmas: Sequence[str], connection: Any, _record: Any
) -> None:
    if patience is not None:
        busy = min(busy, patience.left)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(busy * 1000)}")
    for pragma in (*pragmas, f"cache_size=-{PAGES}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
