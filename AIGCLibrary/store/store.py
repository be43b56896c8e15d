"""The store's door: writes go through one thread in batches, reads use connections of their own.

any thread ── insert(), upsert() ──► queue ──► thread "aigc-store": one transaction a batch,
           ── execute() (waits) ───►           at most 0.5 s behind
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Insert, Table, create_engine, event, insert, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store import rollup, schema, tables

log = logging.getLogger("aigc.store")

FLUSH_SECONDS = 0.5
"""A row is on disk at most this many seconds (and one transaction) after it was given."""
BATCH = 1000
BUSY_SECONDS = 15


def default_url(directory: Path) -> str:
    """Give the URL of the embedded store: SQLite at `results/aigc.db` in a directory."""
    return f"sqlite:///{(directory / 'results' / 'aigc.db').as_posix()}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What new rows belong to; the listener keeps it up to date."""

    run_id: str = ""
    suite: str | None = None
    test: str | None = None


@dataclass(slots=True)
class _Write:
    statement: Executable
    rows: list[dict[str, Any]] | None
    done: "Future[int] | None" = None


class Store:
    """Remembers what happened, across tests, processes and runs.

    Args:
        url: SQLAlchemy URL. The directory of an SQLite file is made when missing.
        run_id: The run that new rows belong to.
        clean: Takes secrets out of a text; nothing is written that has not been through it.

    Example:
        ```python
        store = Store("sqlite:///results/aigc.db", run_id="nightly-42")
        store.insert(tables.sample, at=time.time(), name="locator.locate_time", value=0.012, unit="s")
        rows = store.query(select(tables.sample).where(tables.sample.c.name == "locator.locate_time"))
        ```
    """

    def __init__(self, url: str, run_id: str = "", clean: Callable[[str], str] | None = None) -> None:
        self.url = url
        self.scope = Scope(run_id)
        self._clean = clean
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._inserts: dict[Table, Insert] = {}
        self._upserts: dict[tuple[Table, tuple[str, ...]], Any] = {}
        self._thread: threading.Thread | None = None
        self._engine: Engine | None = None
        self._closed = False

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine; tables are made when it is first asked for.

        Raises:
            MonitoringError: The store cannot be opened.
        """
        with self._lock:
            if self._engine is None:
                self._engine = _open(self.url)
            return self._engine

    def enter(self, suite: str | None, test: str | None) -> None:
        """Say which suite and test the next rows belong to."""
        self.scope = replace(self.scope, suite=suite, test=test)

    def insert(self, table: Table, **row: Any) -> None:
        """Add a row soon; run, suite and test are filled in where the table has them."""
        statement = self._inserts.get(table)
        if statement is None:
            statement = self._inserts[table] = insert(table)
        self._put(_Write(statement, [self._scoped(table, row)]))

    def upsert(self, table: Table, **row: Any) -> None:
        """Add a row, or replace the columns given in the row that has the same primary key."""
        row = self._scoped(table, row)
        name = (table, tuple(row))
        statement = self._upserts.get(name)
        if statement is None:  # building one takes milliseconds
            keys = [column.name for column in table.primary_key]
            plain = self._dialect.insert(table)
            changes = {column: plain.excluded[column] for column in row if column not in keys}
            statement = self._upserts[name] = plain.on_conflict_do_update(index_elements=keys, set_=changes)
        self._put(_Write(statement, [row]))

    def ensure(self, table: Table, **row: Any) -> None:
        """Add a row unless there is one with the same primary key; that one stays as it is."""
        row = self._scoped(table, row)
        self._put(_Write(self._dialect.insert(table).on_conflict_do_nothing(), [row]))

    def execute(self, statement: Executable, timeout: float = 30) -> int:
        """Write now, after all that was queued before, and wait until it is on disk.

        Returns:
            How many rows were touched.

        Raises:
            SQLAlchemyError: The database refused.
            TimeoutError: It was not written in `timeout` seconds.
        """
        return self.submit(statement).result(timeout)

    def submit(self, statement: Executable, row: dict[str, Any] | None = None) -> "Future[int]":
        """Write as `execute` does, without waiting: for callers on the loop, who await the future.

        Args:
            statement: What to write.
            row: Its values, where they are not in the statement: the statement is then prepared only once.
        """
        done: Future[int] = Future()
        self._put(_Write(statement, None if row is None else [row], done))
        return done

    def query(self, statement: Executable) -> list[dict[str, Any]]:
        """Read rows as dicts; what this process wrote before is seen."""
        self.flush()
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def flush(self, timeout: float = 10) -> None:
        """Wait until all that was queued is on disk; gives up silently after `timeout` seconds."""
        if self._thread is None:
            return
        done: Future[int] = Future()
        self._put(_Write(insert(tables.sample), [], done))
        try:
            done.result(timeout)
        except (TimeoutError, SQLAlchemyError):
            log.warning("The store %s is more than %s s behind.", self._shown_url(), timeout)

    def close(self) -> None:
        """Write what is queued and end the writer thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            thread = self._thread
        if thread:
            self._queue.put(None)
            thread.join(timeout=10)
        if self._engine:
            self._engine.dispose()

    @property
    def _dialect(self) -> Any:
        return postgresql if self.url.startswith("postgresql") else sqlite

    def _scoped(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        scope = {"run_id": self.scope.run_id, "suite": self.scope.suite, "test": self.scope.test}
        row = {name: value for name, value in scope.items() if name in table.c and name not in row} | row
        return row if self._clean is None else {name: _cleaned(value, self._clean) for name, value in row.items()}

    def _put(self, write: _Write) -> None:
        with self._lock:
            if self._closed:
                log.debug("The store is closed; a row was left out.")
                if write.done:
                    write.done.set_result(0)
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="aigc-store", daemon=True)
                self._thread.start()
        self._queue.put(write)

    def _serve(self) -> None:
        failed = False
        while True:
            batch, last = self._collect()
            if batch:
                try:
                    self._write(batch)
                    failed = False
                except (SQLAlchemyError, MonitoringError) as error:
                    _fail(batch, error)
                    log.log(
                        logging.DEBUG if failed else logging.WARNING,
                        "The store %s cannot be written: %s",
                        self._shown_url(),
                        str(error).splitlines()[0],
                    )
                    failed = True
            if last:
                return

    def _collect(self) -> tuple[list[_Write], bool]:
        """Take what is queued; wait for more until FLUSH_SECONDS after the first, unless somebody waits for it."""
        first = self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        deadline = time.monotonic() + FLUSH_SECONDS
        while len(batch) < BATCH:
            patience = deadline - time.monotonic() if batch[-1].done is None else 0
            try:
                write = self._queue.get(timeout=patience) if patience > 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if write is None:
                return batch, True
            batch.append(write)
        return batch, False

    def _write(self, batch: list[_Write]) -> None:
        with self.engine.begin() as connection:
            results = [_run(connection, write) for write in _joined(batch)]
            rollup.add(connection, (row for write in batch if _adds_samples(write) for row in write.rows or ()))
        for write, count in results:
            if write.done:
                write.done.set_result(count)

    def _shown_url(self) -> str:
        return make_url(self.url).render_as_string(hide_password=True)


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key, clean): _cleaned(item, clean) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, clean) for item in value]
    return value


def _joined(batch: list[_Write]) -> Iterable[_Write]:
    """Make neighbouring inserts into the same table with the same columns one statement."""
    joined: list[_Write] = []
    for write in batch:
        previous = joined[-1] if joined else None
        if (
            previous
            and write.rows
            and previous.rows
            and previous.done is None
            and write.done is None
            and write.statement.is_insert
            and previous.statement.is_insert
            and (
                write.statement is previous.statement  # the same upsert
                or (
                    not hasattr(write.statement, "on_conflict_do_update")
                    and write.statement.table is previous.statement.table  # type: ignore[attr-defined]
                )
            )
            and write.rows[0].keys() == previous.rows[0].keys()
        ):
            previous.rows.extend(write.rows)
        else:
            joined.append(_Write(write.statement, list(write.rows) if write.rows is not None else None, write.done))
    return joined


def _adds_samples(write: _Write) -> bool:
    return bool(write.rows) and getattr(write.statement, "table", None) is tables.sample


def _run(connection: Connection, write: _Write) -> tuple[_Write, int]:
    if write.rows is not None and not write.rows:
        return write, 0
    result = connection.execute(write.statement, write.rows) if write.rows else connection.execute(write.statement)
    return write, max(result.rowcount, 0)


def _fail(batch: list[_Write], error: Exception) -> None:
    for write in batch:
        if write.done and not write.done.done():
            write.done.set_exception(error)


def _open(url: str) -> Engine:
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    try:
        if is_sqlite and parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS} if is_sqlite else {})
        if is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
        schema.prepare(engine)
    except (OSError, ImportError, SQLAlchemyError) as error:
        shown = parsed.render_as_string(hide_password=True)
        raise MonitoringError(
            f"The store '{shown}' cannot be opened: {str(error).splitlines()[0]}.",
            code="AIGC501",
        ) from error
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
