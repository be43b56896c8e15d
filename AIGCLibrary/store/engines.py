"""Opens the database behind a store URL, with its tables brought up to this version."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from AIGCLibrary.store import schema
from AIGCLibrary.store.patience import Patience

BUSY_SECONDS = 15
CONNECT_SECONDS = 2
"""Longest time PostgreSQL may take to accept a connection: tests do not wait longer for a store."""
PAGES = 512
"""kB of pages that a connection to SQLite keeps in memory; the system keeps the file itself."""
_POSTGRES_AWAY = ("08", "25006", "42501", "53", "55P03", "57", "58", "XX")
"""SQLSTATEs of a database that cannot be used now: no connection, read-only, no rights, no resources, locked, going
down, a system or internal error (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
_SQLITE_AWAY = ("locked", "unable to open", "disk I/O", "disk is full", "readonly", "malformed", "not a database")


def open_engine(url: str, busy: float = BUSY_SECONDS, patience: Patience | None = None) -> Engine:
    """Open a database and create what its tables lack.

    Args:
        url: SQLAlchemy URL.
        busy: Seconds to wait for a lock that another program holds.
        patience: Bounds how long a PostgreSQL server may take, here and whenever the engine connects.

    Raises:
        OSError, ImportError, SQLAlchemyError: It cannot be opened.
        MonitoringError: A newer version of the library has written it.
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    limits: dict[str, Any] = {"timeout": busy} if is_sqlite else {}
    if parsed.get_driver_name().startswith("psycopg"):
        # A cluster that was made without a locale holds bytes, and would give bytes for text.
        limits = {"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8"}
        if busy < BUSY_SECONDS:
            limits["options"] = f"-c lock_timeout={int(busy * 1000)}"
    if is_sqlite and parsed.database in (None, "", ":memory:"):  # one connection, else each thread had its own database
        engine = create_engine(parsed, connect_args={**limits, "check_same_thread": False}, poolclass=StaticPool)
    else:
        engine = create_engine(parsed, connect_args=limits, pool_use_lifo=is_sqlite)
    if is_sqlite:
        event.listen(engine, "connect", partial(_prepare_sqlite, busy))
    elif patience is not None:
        patience.watch(engine)
    with nullcontext() if is_sqlite or patience is None else patience.limit():
        schema.prepare(engine)
    return engine


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


def is_away(error: SQLAlchemyError) -> bool:
    """Return whether a database cannot be reached or written at all, rather than refusing one row."""
    if not isinstance(error, DBAPIError):
        return False
    if type(error.orig).__module__ == "sqlite3":
        return any(words in str(error.orig) for words in _SQLITE_AWAY)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state:
        return error.connection_invalidated or state.startswith(_POSTGRES_AWAY)
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def _prepare_sqlite(busy: float, connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={int(busy * 1000)}",
        f"cache_size=-{PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
