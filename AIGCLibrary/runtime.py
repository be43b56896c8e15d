"""The infrastructure of one process: settings, clock, bus, loop, redactor, store, HTTP, connections, browser, language.

Everything below the engine takes its infrastructure from here. This module imports no capability.
"""

import contextlib
import logging
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from AIGCLibrary.clock import Clock, RealClock
from AIGCLibrary.config import Settings
from AIGCLibrary.connection import Connection, ConnectionSource
from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.events import Bus
from AIGCLibrary.i18n import Text, local_language, render, short_language
from AIGCLibrary.loop import LoopThread
from AIGCLibrary.redact import Redactor

if TYPE_CHECKING:
    # Both are loaded when they are first used: SQLAlchemy and aiohttp are the heaviest imports of the library.
    from AIGCLibrary.http import HttpClient
    from AIGCLibrary.store import Store

log = logging.getLogger("aigc.runtime")


class Runtime:
    """What all services share.

    Args:
        settings: What was configured; immutable for the run.
        directory: Where relative results go: Robot's `${EXECDIR}`.
        connections: Resolves RequestsLibrary sessions; from plain Python, one `Connection` is enough.
        driver: Returns the browser in use; None where there is none.
        clock: Time.
        http: HTTP client of the services; one is made when it is first used.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        directory: Path | None = None,
        connections: ConnectionSource | Connection | None = None,
        driver: Callable[[], BrowserDriver] | None = None,
        clock: Clock | None = None,
        http: "HttpClient | None" = None,
    ) -> None:
        self.settings = settings or Settings().identified({})
        self.directory = directory or Path.cwd()
        self.clock = clock or RealClock()
        self.bus = Bus()
        self.loop = LoopThread()
        self.redactor = Redactor(self.settings.redact)
        self.redactor.add_named({"options": self.settings.options})
        self.driver = driver
        self._http = http
        self.connections: ConnectionSource = (
            connections if connections is not None and not isinstance(connections, Connection) else _One(connections)
        )
        self._spoken: str | None = None
        self._store: Store | None = None
        self._closers: list[Callable[[], None]] = []
        self._loaders: list[Callable[[], object]] = [lambda: import_module("AIGCLibrary.recovery.service")]
        self._loading: Thread | None = None

    @property
    def run_id(self) -> str:
        """The run this process belongs to."""
        return self.settings.run_id

    @property
    def language(self) -> str:
        """`en` or `zh`, for the reports of the run."""
        asked = self.settings.language
        return local_language() if asked == "auto" else short_language(asked)

    @property
    def spoken(self) -> str:
        """`en` or `zh`, for hints and suggestions: the language of the suite that runs."""
        return self._spoken or self.language

    def speak(self, language: str | None) -> None:
        """Take the language of the library import whose keyword runs now; None for that of the run."""
        self._spoken = short_language(language) if language and language != "auto" else None

    def text(self, value: Text | str) -> str:
        """Give a message in the language of the suite that runs."""
        return str(render(value, self.spoken))

    def on_close(self, closer: Callable[[], None]) -> None:
        """Call `closer` when the engine closes; the last one added is called first."""
        self._closers.append(closer)

    def when_waiting(self, loader: Callable[[], object]) -> None:
        """Have `loader` called on a thread of its own while something is first waited for; see `use_waiting`."""
        self._loaders.append(loader)

    def use_waiting(self) -> None:
        """Load in the background what only a failure needs: the first one is then told as soon as any later one.

        Called where a wait begins. Nothing is loaded by an import of the library, and nothing here is waited for.
        """
        if self._loading is None:
            self._loading = Thread(target=self._load, name="aigc-loader", daemon=True)
            self._loading.start()

    def _load(self) -> None:
        for loader in self._loaders:
            try:
                loader()
            except Exception as error:  # noqa: BLE001 - whoever needs it will load it, and tell
                log.debug("Nothing could be loaded ahead: %s", error)

    @cached_property
    def store(self) -> "Store":
        """What is remembered across tests and runs."""
        from AIGCLibrary.store import Store, default_url

        self._store = Store(self.settings.store or default_url(self.directory), self.run_id, self.redactor.known)
        return self._store

    @cached_property
    def http(self) -> "HttpClient":
        """HTTP for the services; use it on the loop."""
        if self._http is not None:
            return self._http
        from AIGCLibrary.http import HttpClient

        client = HttpClient(self.redactor)
        self.on_close(lambda: self.loop.run(client.close()))
        return client

    def close(self) -> None:
        """Close all services that were used, the store last."""
        while self._closers:
            closer = self._closers.pop()
            try:
                closer()
            except Exception:
                log.exception("A service did not close cleanly.")
        with contextlib.suppress(RuntimeError):
            self.loop.close()
        if self._store is not None:
            self._store.close()


class _One:
    """The connection source of an engine that knows one connection, or none."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection

    def get(self, alias: str | None) -> Connection:
        if self._connection is None or (alias and alias != self._connection.alias):
            raise ConfigError(f"There is no session '{alias or 'default'}'.", code="AIGC401")
        return self._connection
