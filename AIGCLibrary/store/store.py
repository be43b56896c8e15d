"""The store's door: writes go through one thread in batches, reads use connections of their own.

any thread ── insert(), upsert() ──► Writer: one transaction a batch, at most 0.5 s behind
           ── execute() (waits) ───►
           ── query() ──────────────► a connection of its own
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Engine, ExceptionContext, Executable, Insert, Table, event, insert, make_url
from sqlalchemy.exc import SQLAlchemyError

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.names import is_secret_name
from AIGCLibrary.store import tables
from AIGCLibrary.store.dialect import dialect
from AIGCLibrary.store.engines import BUSY_SECONDS, bounded, head, identity, is_away, lacks_table, open_engine
from AIGCLibrary.store.patience import Patience
from AIGCLibrary.store.sqlite_head import SqliteHead
from AIGCLibrary.store.standby import Standby
from AIGCLibrary.store.write import Write
from AIGCLibrary.store.writer import StoreFileGoneError, Writer

log = logging.getLogger("aigc.store")

OPEN_SECONDS = 10.0
"""Longest time a reader waits for the store to be opened by the writer, where there is no standby."""
PATIENCE_SECONDS = 1.5
"""Longest time in all that tests wait for a store that does not answer, where there is a standby; that of locks of an
SQLite file is counted for each test. With filling the standby, it stays below 2 s."""
ANSWER_SECONDS = 8.0
"""Longest time that a write may take to be answered, from the store or the standby: on a busy machine, loading the
driver takes long. What the database itself takes is bounded by the patience."""
CLOSE_SECONDS = 30.0
"""Longest time that the end of a run waits for the writer, which gives up earlier on a store that takes nothing."""
AGAIN_SECONDS = 5.0
"""A store that could not be opened is not tried again before."""


def default_url(directory: Path, name: str = "aigc.db") -> str:
    """Return the URL of the embedded store: SQLite at `results/aigc.db` in a directory."""
    return f"sqlite:///{(directory / 'results' / name).as_posix()}"


@dataclass(frozen=True, slots=True)
class RunScope:
    """What new rows belong to; the listener keeps it up to date."""

    run_id: str = ""
    suite: str | None = None
    test: str | None = None


class Store:
    """Remembers what happened, across tests, processes and runs.

    Args:
        url: SQLAlchemy URL. The directory of an SQLite file is made when missing.
        run_id: The run that new rows belong to.
        clean: Takes secrets out of a text; nothing is written that has not been through it.
        standby: While the database is unavailable, go on from what this process knows, with one warning: for runs,
            whose verdicts no store may change. Without it, reads and awaited writes raise.

    Example:
        ```python
        store = Store("sqlite:///results/aigc.db", run_id="nightly-42")
        store.insert(tables.sample, at=time.time(), name="locator.locate_time", value=0.012, unit="s")
        rows = store.query(select(tables.sample).where(tables.sample.c.name == "locator.locate_time"))
        ```
    """

    def __init__(
        self, url: str, run_id: str = "", clean: Callable[[str], str] | None = None, *, standby: bool = False
    ) -> None:
        self.url = url
        self._standby = Standby() if standby else None
        self._patience = Patience(PATIENCE_SECONDS) if standby else None
        self._is_file = url.startswith("sqlite")
        self._reported = False
        self.scope = RunScope(run_id)
        self._clean = clean
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._refused: tuple[float, MonitoringError] | None = None
        self._behind = False
        self._given = 0  # writes so far
        self._safe = 0  # the first ones of them, known to be on disk
        self._inserts: dict[Table, Insert] = {}
        self._upserts: dict[tuple[Table, tuple[str, ...]], Any] = {}
        self._writer: Writer | None = None
        self._engine: Engine | None = None
        self._file: tuple[int, int] | None = None
        self._head: SqliteHead | None = None
        self._mark: int | None = None
        self._emptied = False  # a table of ours is missing in the database that is open
        self._closed = False

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine; tables are made when it is first asked for.

        Raises:
            MonitoringError: The store cannot be opened.
        """
        engine = self._engine
        if engine is not None:
            if not self._emptied and (self._file is None or identity(self.url) == self._file):
                return engine
            url = shown_url(self.url)
            why = f"The file of the store '{url}' was removed or replaced."
            if self._emptied:
                why = f"The tables of the store '{url}' were removed or replaced."
            self._engine, self._file, self._emptied = None, None, False
            engine.dispose()
            raise StoreFileGoneError(why, code="AIGC501", hint=Text("monitoring.hint.store"))
        seconds = OPEN_SECONDS if self._standby is None else PATIENCE_SECONDS
        if not self._opening.acquire(timeout=seconds):
            raise self._cannot(f"it is not open after {seconds:g} s")
        try:
            if self._engine is None:
                again = self._patience is not None and self._patience.is_background  # which paces itself
                if self._refused and time.monotonic() < self._refused[0] and not again:
                    raise self._refused[1]
                try:
                    busy = BUSY_SECONDS if self._standby is None else PATIENCE_SECONDS
                    self._engine = open_engine(self.url, busy, self._patience)
                    self._file = identity(self.url)
                    opened = head(self.url)  # before the one of earlier is released: it may be the same file
                    self._release_head()
                    self._head = opened
                    self._mark = self._head.mark() if self._head else None
                    event.listen(self._engine, "handle_error", self._note_error)
                except MonitoringError as error:
                    self._refused = (time.monotonic() + AGAIN_SECONDS, error)
                    raise
                except (OSError, ImportError, SQLAlchemyError) as error:
                    refusal = self._cannot(str(getattr(error, "orig", None) or error).splitlines()[0])
                    self._refused = (time.monotonic() + AGAIN_SECONDS, refusal)
                    raise refusal from error
            return self._engine
        finally:
            self._opening.release()

    @property
    def away(self) -> bool:
        """Whether the database cannot be reached or written at the moment; that was logged already."""
        return self._writer is not None and self._writer.away

    def enter(self, suite: str | None, test: str | None) -> None:
        """Describe which suite and test the next rows belong to."""
        if self._patience is not None and (suite, test) != (self.scope.suite, self.scope.test) and self._is_file:
            self._patience.renew()
        self.scope = replace(self.scope, suite=suite, test=test)

    def insert(self, table: Table, **row: Any) -> None:
        """Add a row soon; run, suite and test are filled in where the table has them."""
        self.insert_rows(table, [{}], **row)

    def insert_rows(self, table: Table, rows: Sequence[Mapping[str, Any]], **shared: Any) -> None:
        """Add rows of one moment soon, with columns that they share; these are looked through for secrets once."""
        statement = self._inserts.get(table)
        if statement is None:
            statement = self._inserts[table] = insert(table)
        common = self._scoped(table, shared)
        self._put(Write(statement, [{**common, **self._masked(row)} for row in rows]))

    def upsert(self, table: Table, **row: Any) -> None:
        """Add a row, or replace the columns given in the row that has the same primary key."""
        row = self._scoped(table, row)
        name = (table, tuple(row))
        statement = self._upserts.get(name)
        if statement is None:  # building one takes milliseconds
            keys = [column.name for column in table.primary_key]
            plain = dialect(self.url).insert(table)
            changes = {column: plain.excluded[column] for column in row if column not in keys}
            statement = self._upserts[name] = plain.on_conflict_do_update(index_elements=keys, set_=changes)
        self._put(Write(statement, [row]))

    def ensure(self, table: Table, **row: Any) -> None:
        """Add a row unless there is one with the same primary key; that one stays as it is."""
        row = self._scoped(table, row)
        self._put(Write(dialect(self.url).insert(table).on_conflict_do_nothing(), [row]))

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
        self._put(Write(statement, None if row is None else [row], done))
        return done

    def written(self) -> "Future[int]":
        """Return a future that is done when all that was queued before is on disk, and fails while that cannot be."""
        done: Future[int] = Future()
        self._put(Write(insert(tables.sample), [], done))
        return done

    def query(self, statement: Executable) -> list[dict[str, Any]]:
        """Read rows as dicts; what this process wrote before is seen.

        Raises:
            MonitoringError: The database is unavailable, and there is no standby.
        """
        self.flush()
        if self._standby is None:
            return self._read(statement)
        engine = self._engine
        if not self.away and engine is not None:
            try:
                with bounded(engine, self._patience):
                    return self._read(statement)
            except MonitoringError as error:
                self._lost(error)
        return self._standby.query(statement)

    def _note_error(self, context: ExceptionContext) -> None:
        """Open the database again, which creates its tables, where they are missing."""
        if self._standby is not None and context.sqlalchemy_exception is not None:
            self._emptied = self._emptied or lacks_table(context.sqlalchemy_exception)

    def _is_overwritten(self) -> bool:
        """Return whether another file was written over that of an SQLite store; its log hides that from all reads."""
        found = self._head.mark() if self._head and identity(self.url) == self._file else None
        return bool(self._mark) and found not in (None, self._mark)

    def _release_head(self) -> None:
        if self._head is not None:
            self._head.release()
            self._head = None

    def _lost(self, error: MonitoringError) -> None:
        """Go on without the database until the writer reaches it again."""
        if self._writer is not None:
            self._writer.lose(error)

    def _read(self, statement: Executable) -> list[dict[str, Any]]:
        """Read from the database itself; a connection that was cut meanwhile is opened again once."""
        for last in (False, True):
            try:
                with self.engine.connect() as connection:
                    return [dict(row) for row in connection.execute(statement).mappings()]
            except SQLAlchemyError as error:
                if not is_away(error):
                    raise
                if last or not getattr(error, "connection_invalidated", False):
                    raise self._cannot(str(getattr(error, "orig", None) or error).splitlines()[0], "read") from error
        raise AssertionError  # the last try returns or raises

    def _unavailable(self, why: str) -> None:
        """Warn once that the store is not available."""
        if not self._reported:
            self._reported = True
            log.warning(
                "What is measured cannot be stored now and is tried again; the tests go on with what this process "
                "knows. Until then budgets and limits are not shared with other processes, and prepared data cannot "
                "be resumed after a crash. %s",
                why,
            )

    def flush(self, timeout: float = 10) -> None:
        """Wait until all that was queued is on disk; stops silently after `timeout` seconds."""
        if self._writer is None and self._standby is None:
            return
        if self._writer is not None and self._writer.away and self._standby is None:
            return
        given = self._given
        if given == self._safe and (self._standby is None or self._engine is not None):
            return
        done = self.written()
        if self._standby is not None:
            with contextlib.suppress(SQLAlchemyError, MonitoringError, TimeoutError):
                done.result(ANSWER_SECONDS)
                self._safe = max(self._safe, given)
            return
        try:
            done.result(0.1 if self._behind else timeout)
            self._behind = False
            self._safe = max(self._safe, given)
        except TimeoutError:
            if not self._behind:  # once is enough to wait and to report
                log.warning("The store %s is more than %s s behind.", shown_url(self.url), timeout)
            self._behind = True
        except (SQLAlchemyError, MonitoringError) as error:
            log.debug("The store could not be written: %s", error)

    def close(self) -> None:
        """Write what is queued and end the writer thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            writer = self._writer
        if writer:
            writer.close(1.0 if self._behind else CLOSE_SECONDS)
        if self._engine:
            self._engine.dispose()
        self._release_head()
        if self._standby:
            self._standby.close()

    def _cannot(self, why: str, what: str = "opened") -> MonitoringError:
        return MonitoringError(
            f"The store '{shown_url(self.url)}' cannot be {what}: {why.rstrip('.')}.",
            code="AIGC501",
            hint=Text("monitoring.hint.store"),
        )

    def _scoped(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        scope = {"run_id": self.scope.run_id, "suite": self.scope.suite, "test": self.scope.test}
        return self._masked({name: value for name, value in scope.items() if name in table.c and name not in row} | row)

    def _masked(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(row) if self._clean is None else {name: cleaned(value, self._clean) for name, value in row.items()}

    def _put(self, write: Write) -> None:
        with self._lock:
            if self._closed:
                log.debug("The store is closed; a row was left out.")
                if write.done:
                    write.done.set_result(0)
                return
            if self._writer is None:
                self._writer = Writer(
                    lambda: self.engine,
                    shown_url(self.url),
                    self._unavailable,
                    self._standby,
                    self._patience,
                    self._is_overwritten,
                )
            self._given += write.rows != []
            self._writer.put(write)


def cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    """Return plain data with each text as `clean` returns it."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {cleaned(key, clean): cleaned(item, clean) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item, clean) for item in value]
    return value


def shown_url(url: str) -> str:
    """Return a URL without the secrets in it: its password, and parameters such as `password` and `sslpassword`."""
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError):  # what is no port, for example
        return url.rpartition("@")[2].partition("?")[0]
    secret = [name for name in parsed.query if is_secret_name(name) or name.endswith("password")]
    # An @ in a password ends it here, and what is behind it is taken for a part of the host.
    host = parsed.host and parsed.host.rpartition("@")[2]
    shown = parsed.difference_update_query(secret).set(host=host).render_as_string(hide_password=True)
    return shown if host else unquote(shown)  # the path of a file as people write it
