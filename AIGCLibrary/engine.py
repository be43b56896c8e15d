"""The one object everyone is given: settings, bus, loop, store, and the six services, built when first used."""

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
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.events import Bus
from AIGCLibrary.i18n import Text, local_language, render, short_language
from AIGCLibrary.loop import LoopThread
from AIGCLibrary.redact import Redactor

if TYPE_CHECKING:
    from AIGCLibrary.data.service import DataService
    from AIGCLibrary.files.service import FileService
    from AIGCLibrary.http import HttpClient
    from AIGCLibrary.locators.driver import BrowserDriver
    from AIGCLibrary.locators.service import LocatorService
    from AIGCLibrary.monitoring.service import MonitoringService
    from AIGCLibrary.plugins.manager import PluginManager
    from AIGCLibrary.recovery.service import RecoveryService
    from AIGCLibrary.store import Store
    from AIGCLibrary.tasks.service import TaskService

log = logging.getLogger("aigc.engine")


class Engine:
    """Builds and closes the services of one process.

    Args:
        settings: What was configured.
        directory: Where relative results go: Robot's `${EXECDIR}`.
        connections: Knows the RequestsLibrary sessions; from plain Python, one `Connection` will do.
        driver: Gives the browser in use; None where there is none.
        clock: Time.

    Example:
        ```python
        engine = Engine(Settings(), connections=Connection("http://127.0.0.1:8000/api/v1"))
        task = engine.loop.run(engine.tasks.submit("image", {"prompt": "a cat"}))
        engine.close()
        ```
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        directory: Path | None = None,
        connections: ConnectionSource | Connection | None = None,
        driver: "Callable[[], BrowserDriver] | None" = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings or Settings().identified({})
        self.directory = directory or Path.cwd()
        self.clock = clock or RealClock()
        self.bus = Bus()
        self.loop = LoopThread()
        self.redactor = Redactor(self.settings.redact)
        self.redactor.add_named({"options": self.settings.options})
        self.driver = driver
        self.connections: ConnectionSource = (
            connections if connections is not None and not isinstance(connections, Connection) else _One(connections)
        )
        self._spoken: str | None = None
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

        return Store(self.settings.store or default_url(self.directory), self.run_id, self.redactor.known)

    @cached_property
    def http(self) -> "HttpClient":
        """HTTP for the services; use it on the loop."""
        from AIGCLibrary.http import HttpClient

        client = HttpClient(self.redactor)
        self.on_close(lambda: self.loop.run(client.close()))
        return client

    @cached_property
    def plugins(self) -> "PluginManager":
        """The plug-ins, built-in and enabled ones."""
        from AIGCLibrary.plugins.manager import PluginManager

        return PluginManager(self)

    @cached_property
    def locators(self) -> "LocatorService":
        """Finds UI targets."""
        from AIGCLibrary.locators.service import LocatorService

        return LocatorService(self)

    @cached_property
    def tasks(self) -> "TaskService":
        """Submits, tracks and waits for generation tasks."""
        from AIGCLibrary.tasks.service import TaskService

        return TaskService(self)

    @cached_property
    def files(self) -> "FileService":
        """Downloads and judges files."""
        from AIGCLibrary.files.service import FileService

        return FileService(self)

    @cached_property
    def data(self) -> "DataService":
        """Prepares and removes test data; knows the environments."""
        from AIGCLibrary.data.service import DataService

        return DataService(self)

    @cached_property
    def monitoring(self) -> "MonitoringService":
        """Turns events into samples, SLO verdicts and reports."""
        from AIGCLibrary.monitoring.service import MonitoringService

        return MonitoringService(self)

    @cached_property
    def recovery(self) -> "RecoveryService":
        """Explains failures and suggests fixes."""
        from AIGCLibrary.recovery.service import RecoveryService

        return RecoveryService(self)

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
        if "store" in self.__dict__:
            self.store.close()


class _One:
    """The connection source of an engine that knows one connection, or none."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection

    def get(self, alias: str | None) -> Connection:
        if self._connection is None or (alias and alias != self._connection.alias):
            raise ConfigError(f"There is no session '{alias or 'default'}'.", code="AIGC401")
        return self._connection
