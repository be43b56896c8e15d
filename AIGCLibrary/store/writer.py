"""The one thread that writes: in batches, at most half a second behind, and patient with a store that is away.

    any thread ── put() ──► queue ──► thread "aigc-store": one transaction a batch
                                        │ the database is away or locked
                                        └► kept in memory and tried again, and written to the standby

A row that a table refuses is lost and logged; it never holds up the others.
"""

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import islice

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.store.batches import answer, count, execute, fail
from AIGCLibrary.store.engines import bounded, is_away
from AIGCLibrary.store.ledger import StoreBehindError, WriteLedger
from AIGCLibrary.store.patience import Patience
from AIGCLibrary.store.standby import Standby
from AIGCLibrary.store.write import Write

log = logging.getLogger("aigc.store")

FLUSH_SECONDS = 0.5
"""A row is on disk at most this many seconds (and one transaction) after it was given."""
BATCH = 1000
KEPT = 100_000
"""Rows kept in memory while the database is away; beyond it the oldest are lost."""
HISTORY = 100_000
"""Writes that are remembered for the standby, which has to know what this process wrote before the outage."""
PATIENCE = (1.0, 2.0, 5.0, 10.0)
"""Seconds until it is tried again."""
LOOK_SECONDS = 0.1
"""Seconds after which it is seen that a try has ended."""
LAST_SECONDS = 4.0
"""What the end of a run waits for each step of a store that was away: a connection, an answer to a statement."""
LAST_TRIES = (0.1, 0.3, 0.6)
"""Seconds before each further try of what the end of a run leaves: a reset connection or a deadlock costs no row."""


class StoreFileGoneError(MonitoringError):
    """The file of an SQLite store was removed or replaced while it was open: what was written to it is gone."""


class Writer:
    """Writes what is put into its queue.

    Args:
        engine: Returns the engine, or raises MonitoringError.
        name: Name of the store for messages.
        unavailable: Called with the reason when the store cannot be written.
        standby: Takes what is written meanwhile; None: who waits for a write gets the error.
        patience: Bounds what tests wait for; used with a standby.
        overwritten: Whether another file was written over that of the store; asked before each write and at the end.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        name: str,
        unavailable: Callable[[str], None],
        standby: Standby | None = None,
        patience: Patience | None = None,
        overwritten: Callable[[], bool] = lambda: False,
    ) -> None:
        self._overwritten = overwritten
        self._is_overwritten = False
        self._patience = patience or Patience(0)
        self._turn = threading.RLock()  # who moves rows between the store, the standby and what is kept
        self._recovery: threading.Thread | None = None
        self._sending: list[Write] = []
        self._ledger = WriteLedger(remembered=HISTORY if standby else 0)
        self._mirrored = 0  # the standby knows the writes up to this serial number
        self._lost = 0
        self._ended = False

        self._engine = engine
        self._unavailable = unavailable
        self._standby = standby
        self._name = name
        self._queue: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._kept: deque[Write] = deque(maxlen=KEPT)
        self._again_at = 0.0
        self._failures = 0
        self._thread = threading.Thread(target=self._serve, name="aigc-store", daemon=True)
        self._thread.start()

    @property
    def away(self) -> bool:
        """Whether the last thing that was tried failed because the database cannot be reached."""
        return self._failures > 0

    def put(self, write: Write) -> None:
        """Write soon."""
        self._queue.put(write)

    def close(self, seconds: float) -> None:
        """Write what is queued, then end."""
        self._queue.put(None)
        self._thread.join(timeout=seconds)
        with self._turn:
            self._ended = True
            lost = self._lost + count((*self._kept, *self._sending))
        if lost:
            log.warning("%d rows could not be written to the store %s and are lost.", lost, self._name)

    def lose(self, error: Exception) -> None:
        """Go on with the standby: a read has found that the database cannot be reached."""
        with self._turn:
            if not self._failures:
                self._keep([], error)

    def _serve(self) -> None:
        while True:
            batch, last = self._collect()
            try:
                self._take(batch, last)
                if last:
                    self._finish()
            except Exception as error:  # noqa: BLE001 - the thread has to outlive whatever a batch brings
                fail(batch, error)
                log.warning("The store %s could not write %d rows: %s", self._name, len(batch), _first_line(error))
            if last:
                return

    def _finish(self) -> None:
        """Try what is left again where the store was lost only now; one that was away for longer delays no end."""
        for seconds in LAST_TRIES if self._failures == 1 else ():
            if not self._kept or (self._recovery is not None and self._recovery.is_alive()):
                return
            time.sleep(seconds)
            self._take([], last=True)

    def _collect(self) -> tuple[list[Write], bool]:
        """Take what is queued; wait for more until FLUSH_SECONDS after the first, unless a caller waits for it."""
        try:
            patience = self._until_again()
            first = self._queue.get(timeout=patience) if patience is None or patience > 0 else self._queue.get_nowait()
        except queue.Empty:
            return [], False
        if first is None:
            return [], True
        batch = [self._ledger.number(first)]
        deadline = time.monotonic() + FLUSH_SECONDS
        while len(batch) < BATCH:
            patience = deadline - time.monotonic() if batch[-1].done is None else 0
            try:
                write = self._queue.get(timeout=patience) if patience > 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if write is None:
                return batch, True
            batch.append(self._ledger.number(write))
        return batch, False

    def _until_again(self) -> float | None:
        """Return the seconds until what is kept has to be looked at; None: until something is put into the queue."""
        if not (self._kept if self._standby is None else self._failures):  # rows that are being sent are kept nowhere
            return None
        if self._recovery is not None and self._recovery.is_alive():
            return LOOK_SECONDS
        return max(0.0, self._again_at - time.monotonic())

    def _take(self, batch: list[Write], last: bool) -> None:
        if self._standby is not None:
            self._take_with_standby(batch, last)
            return
        if self._failures and time.monotonic() < self._again_at and not last:
            self._keep(batch, MonitoringError(f"The store {self._name} cannot be reached.", code="AIGC501"))
            return
        while self._kept:
            part = list(islice(self._kept, BATCH))
            if not self._try(part, waiting=batch):
                return
            for _ in part:
                self._kept.popleft()
        if batch and not self._try(batch, waiting=batch):
            return
        if self._failures:
            log.info("The store %s can be written again.", self._name)
        self._failures = 0

    def _take_with_standby(self, batch: list[Write], last: bool) -> None:
        """Write a batch to the store, else at once to the standby; the store is tried again in another thread."""
        with self._turn:
            away = self._failures > 0
            if away:
                self._keep(batch, MonitoringError(f"The store {self._name} cannot be reached.", code="AIGC501"))
        if not away:
            if batch:
                self._try(batch, waiting=batch)
            if last:
                self._check_file()
            if not last or not self._failures:
                return
        recovery = self._recovery
        if (recovery is None or not recovery.is_alive()) and (last or time.monotonic() >= self._again_at):
            recovery = self._recovery = threading.Thread(target=self._recover, name="aigc-store-again", daemon=True)
            recovery.start()
        if last and recovery is not None:
            self._wait_for(recovery)

    def _wait_for(self, recovery: threading.Thread) -> None:
        """Wait at the end of a run for what was kept, as long as the store takes it; `close` bounds it."""
        done = -1
        while recovery.is_alive() and self._patience.steps > done:
            done = self._patience.steps
            recovery.join(LAST_SECONDS)

    def _check_file(self) -> None:
        """Find out at the end whether the store still holds what was written to it."""
        try:
            if self._ledger.committed:
                self._verify()
                if self._is_overwritten or self._overwritten():
                    self._lost += count(self._ledger.since(0))
                    log.warning(
                        "The file of the store %s was overwritten by another program while it was open; what was "
                        "written to it counts as lost.",
                        self._name,
                    )
        except (SQLAlchemyError, MonitoringError) as error:
            self._keep([], error)

    def _verify(self) -> None:
        engine = self._engine()
        with bounded(engine, self._patience), engine.connect() as connection:
            self._ledger.verify(connection)

    def _recover(self) -> None:
        """Write what was kept, while the writer continues with the standby."""
        with self._patience.background():
            while True:
                with self._turn:
                    if self._ended:  # what is left was counted as lost
                        return
                    self._sending = [self._kept.popleft() for _ in range(min(BATCH, len(self._kept)))]
                try:
                    if self._sending:
                        self._send(self._sending)
                    else:
                        self._verify()
                except StoreBehindError as error:
                    with self._turn:
                        self._put_back()
                        self._replay()
                        self._keep_lost(error)
                    continue
                except (SQLAlchemyError, MonitoringError) as error:
                    self._retry_later(error)
                    return
                except Exception as error:  # noqa: BLE001 - the thread must not end with its rows forgotten
                    log.warning("The store %s could not write rows: %s", self._name, _first_line(error))
                    self._retry_later(error)
                    return
                with self._turn:
                    if not self._sending and not self._kept:
                        log.info("The store %s can be written again.", self._name)
                        self._failures = 0
                        return
                    self._sending = []

    def _send(self, part: list[Write]) -> None:
        """Write a part that was kept; rows that are refused cost no others."""
        try:
            self._write(part)
        except MonitoringError:
            raise
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and is_away(error):
                raise
            if len(part) > 1:
                while part:
                    self._send(part[:1])
                    del part[0]
            else:
                log.warning("The store %s refuses a row: %s", self._name, _first_line(error))

    def _put_back(self) -> None:
        back, self._sending = self._sending, []
        self._keep_first(back)

    def _keep_lost(self, error: StoreBehindError) -> None:
        """Keep what the store has lost, to be written again."""
        again, forgotten = self._ledger.rewind(error.found)
        self._lost += forgotten
        self._keep_first(again)

    def _keep_first(self, writes: list[Write]) -> None:
        """Keep writes before those that are kept already."""
        over = max(0, len(writes) - (KEPT - len(self._kept)))
        self._lost += count(writes[:over])
        self._kept.extendleft(reversed(writes[over:]))

    def _retry_later(self, error: Exception) -> None:
        with self._turn:
            self._put_back()
            self._later()
        log.debug("The store %s cannot be reached yet: %s", self._name, _first_line(error))

    def _later(self) -> None:
        self._again_at = time.monotonic() + PATIENCE[min(self._failures, len(PATIENCE) - 1)]
        self._failures += 1

    def _try(self, part: list[Write], waiting: list[Write]) -> bool:
        """Write a part; says whether that is done with, or has to wait with what waits for it."""
        try:
            self._write(part)
        except MonitoringError as error:
            self._keep(waiting, error)
            return False
        except Exception as error:  # noqa: BLE001 - drivers refuse rows with errors of their own, such as OverflowError
            if isinstance(error, SQLAlchemyError) and is_away(error):
                self._keep(waiting, error)
                return False
            if len(part) == 1:
                fail(part, error)
                if part[0].done is None:
                    log.warning("The store %s refuses a row: %s", self._name, _first_line(error))
                return True
            return all(self._try([write], waiting) for write in part)  # one that is refused must not cost the others
        return True

    def _keep(self, batch: list[Write], error: Exception) -> None:
        """Keep writes for later, and answer who waits: from the standby, else with the error.

        The answer comes last: a reader that it wakes must see that the store is away, and read from the standby.
        """
        with self._turn:
            self._keep_in_turn(batch, error)

    def _keep_in_turn(self, batch: list[Write], error: Exception) -> None:
        if self._failures == 0 or (self._standby is None and time.monotonic() >= self._again_at):
            self._later()
        self._replay()
        if isinstance(error, StoreBehindError):
            self._keep_lost(error)
        self._unavailable(_first_line(error))
        if self._standby is None:
            self._kept.extend(write for write in batch if write.done is None)
            fail(batch, error)
            return
        for write in batch:
            if write.serial > self._ledger.committed:
                if len(self._kept) == KEPT:
                    self._lost += count([self._kept[0]])
                self._kept.append(Write(write.statement, write.rows, serial=write.serial))
        try:
            answer(self._mirror([write for write in batch if write.serial > self._mirrored or not write.serial]))
        except Exception as other:  # noqa: BLE001 - without a standby it is as without a store
            log.debug("The standby could not be written: %s", other)
            fail(batch, error)

    def _is_awaited(self, batch: list[Write]) -> bool:
        """Return whether a caller waits for a batch, or for one behind it."""
        return not self._queue.empty() or any(write.done for write in batch)

    def _replay(self) -> None:
        """Let the standby know what this process wrote before, before it is read."""
        if self._standby is None:
            return
        known = list(self._ledger.since(self._mirrored))
        for first in range(0, len(known), BATCH):
            part = known[first : first + BATCH]
            try:
                self._mirror(part)
            except Exception:  # noqa: BLE001 - a row that meets no row of others here costs no others
                for write in part:
                    with contextlib.suppress(Exception):
                        self._mirror([write])
        self._mirrored = max([self._mirrored, *(write.serial for write in known)])

    def _mirror(self, batch: list[Write]) -> list[tuple[Write, int]]:
        """Write to the standby."""
        if self._standby is None:
            return []
        results = self._standby.write(batch, execute)
        self._mirrored = max([self._mirrored, *(write.serial for write in batch)])
        return results

    def _write(self, batch: list[Write]) -> None:
        engine = self._engine()
        # Seen between two writes: when the log is copied into the file, nothing shows it any more.
        self._is_overwritten = self._is_overwritten or self._overwritten()
        patience = None if self._standby is None else self._patience
        with bounded(engine, patience, lambda: self._is_awaited(batch)), engine.begin() as connection:
            results = execute(connection, self._ledger.claim(connection, batch))
        with self._turn:
            self._ledger.confirm(batch)
        answer(results)


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n", 1)[0]
