"""Bounds how long tests wait for a store in all; calls to PostgreSQL that hang are ended by closing their sockets.

A server that is frozen, or a network that swallows what is sent, closes no connection: libpq would wait for ever. One
thread watches the calls in progress and shuts their sockets down, so that each of them fails as with a lost connection.
"""

import contextlib
import os
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Engine, event

LAST_SECONDS = 0.05
"""What each call may take without being counted, so also when the budget is used up."""
SLOW_SECONDS = 0.5
"""What a call that was answered may take without being counted, where other processes write to the same file."""
BACKGROUND_SECONDS = 10.0
"""Longest time of a call that no test waits for."""
_CHECK_SECONDS = 0.02


class Patience:
    """The budget of waiting of one process, and the connections that it may cut.

    Args:
        seconds: Longest time in all that tests wait; what a call takes beyond `LAST_SECONDS` is counted.
    """

    def __init__(self, seconds: float) -> None:
        self.total = seconds
        self.used = 0.0
        self.steps = 0
        """Connections and statements that databases have answered."""
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self._deadlines: dict[object, float] = {}
        self._busy = threading.Event()
        self._thread: threading.Thread | None = None
        self._local = threading.local()

    @property
    def left(self) -> float:
        """Seconds that a call may take from now on."""
        if self.is_background:
            return BACKGROUND_SECONDS
        return max(LAST_SECONDS, self.total - self.used)

    @property
    def is_background(self) -> bool:
        """Whether no test waits for what this thread does."""
        return bool(getattr(self._local, "background", False))

    @contextlib.contextmanager
    def background(self) -> Iterator[None]:
        """Count nothing in this thread: no test waits for it."""
        self._local.background = True
        try:
            yield
        finally:
            self._local.background = False

    def charge(self, seconds: float) -> None:
        """Count seconds that a test has waited."""
        with self._lock:
            self.used += max(0.0, seconds - LAST_SECONDS)

    def renew(self) -> None:
        """Begin the budget again, for another test."""
        with self._lock:
            self.used = 0.0

    @contextlib.contextmanager
    def locks(self, waiting: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Count what is waited here for locks of an SQLite file, whose own timeout ends it.

        Args:
            waiting: Whether a test waits for it, asked at its end: only then its time is counted.
        """
        started, answered = time.monotonic(), False
        try:
            yield
            answered = True
        finally:
            seconds = time.monotonic() - started
            if not self.is_background and (not answered or seconds > SLOW_SECONDS) and waiting():
                self.charge(seconds)

    def watch(self, engine: Engine) -> None:
        """Bound the connecting of an engine, and remember its connections."""
        event.listen(engine, "do_connect", self._connect)

    def follow(self, engine: Engine) -> None:
        """Count what is answered: a store that is slow but well takes its steps."""
        event.listen(engine, "connect", self._count)
        event.listen(engine, "after_cursor_execute", self._count)
        event.listen(engine, "commit", self._count)

    def _count(self, *_: Any) -> None:
        self.steps += 1

    @contextlib.contextmanager
    def limit(self, waiting: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Cut all connections when what is done here takes longer than what is left.

        Args:
            waiting: Whether a test waits for it, asked at its end: only then its time is counted.
        """
        started, key = time.monotonic(), object()
        with self._lock:
            self._deadlines[key] = started + self.left
            if self._thread is None:
                self._thread = threading.Thread(target=self._guard, name="aigc-store-watch", daemon=True)
                self._thread.start()
        self._busy.set()
        try:
            yield
        finally:
            with self._lock:
                self._deadlines.pop(key, None)
            if not self.is_background and waiting():
                self.charge(time.monotonic() - started)

    def cut(self) -> None:
        """End all calls in progress: they fail as when the server closes the connection."""
        with self._lock:
            connections = list(self._connections)
            self._connections.clear()
        for connection in connections:
            with contextlib.suppress(Exception):  # closed already, each driver says so in its own way
                copy = socket.socket(fileno=os.dup(connection.fileno()))
                with copy:
                    copy.shutdown(socket.SHUT_RDWR)

    def _guard(self) -> None:
        while True:
            self._busy.wait()
            with self._lock:
                if not self._deadlines:
                    self._busy.clear()
                    continue
                now = time.monotonic()
                late = [key for key, deadline in self._deadlines.items() if deadline < now]
                for key in late:
                    del self._deadlines[key]
            if late:
                self.cut()
            time.sleep(_CHECK_SECONDS)

    def _connect(self, dialect: Any, _record: Any, args: Any, params: Any) -> Any:
        """Connect within what is left; the drivers themselves take no limit below two seconds."""
        made: Future[Any] = Future()

        def connect() -> None:
            try:
                made.set_result(dialect.connect(*args, **params))
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                made.set_exception(error)

        threading.Thread(target=connect, name="aigc-store-connect", daemon=True).start()
        seconds = self.left
        try:
            connection = made.result(seconds)
        except TimeoutError:
            made.add_done_callback(_discard)
            raise dialect.loaded_dbapi.OperationalError(f"no connection within {seconds:.2g} s") from None
        with self._lock:
            self._connections.add(connection)
        return connection


def _discard(made: "Future[Any]") -> None:
    with contextlib.suppress(Exception):
        made.result().close()
