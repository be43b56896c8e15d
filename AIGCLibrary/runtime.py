"""The infrastructure of one process: settings, clock, bus, loop, redactor, store, HTTP, connections, browser, language.

Everything below the engine takes its infrastructure from here. This module imports no capability.
"""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from AIGCLibrary.clock import Clock, RealClock
from AIGCLibrary.config import ImportOptions, Settings
from AIGCLibrary.driver import DriverSource
from AIGCLibrary.errors import AIGCError, ConfigError
from AIGCLibrary.events import Bus
from AIGCLibrary.http.connection import Connection, ConnectionSource
from AIGCLibrary.i18n import Text, in_language, local_language, short_language
from AIGCLibrary.loop import LoopThread
from AIGCLibrary.redaction.redactor import Redactor

if TYPE_CHECKING:
    # These are loaded when they are first used: SQLAlchemy and aiohttp are the heaviest imports of the library.
    from AIGCLibrary.http.client import HttpClient
    from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest, Transport
    from AIGCLibrary.misbehave.transport import DisturbedTransport
    from AIGCLibrary.store import Store
    from AIGCLibrary.tape.session import TapeSession

log = logging.getLogger("aigc.runtime")
LONG_WAIT = 20.0
"""Seconds: a wait for a page of this length or more is for something to come, a shorter one for nothing to happen."""


class Runtime:
    """What all services share.

    Args:
        settings: What was configured; immutable for the run.
        directory: Where relative results go: Robot's `${EXECDIR}`.
        connections: Resolves RequestsLibrary sessions; from plain Python, one `Connection` is enough.
        driver: Returns the browser in use; None where there is none.
        clock: Time.
        http: HTTP client of the services; one is made when it is first used.
        transport: Carries everything that is sent and received over HTTP; the network when None.
        redactor: Masks secrets; made from the settings when None.
        importing: Returns the options of the library import whose suite is running; None where there is none.
        location: Returns the id of the running keyword in log.html; None where nothing runs.
        standby: Go on from what this process knows while the store is unavailable: for runs, not for commands.
        on_wait: Called on a thread that waits for the loop, after each slice of its wait.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        directory: Path | None = None,
        connections: ConnectionSource | Connection | None = None,
        driver: DriverSource | None = None,
        clock: Clock | None = None,
        http: "HttpClient | None" = None,
        transport: "Transport | None" = None,
        redactor: Redactor | None = None,
        importing: Callable[[], ImportOptions | None] = lambda: None,
        location: Callable[[], str | None] = lambda: None,
        standby: bool = False,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        self._settings = settings or Settings().identified({})
        self._importing = importing
        self.location = location
        self._on_standby = standby
        self.directory = directory or Path.cwd()
        self.clock = self.page_clock = clock or RealClock()
        self.bus = Bus()
        self.loop = LoopThread(on_wait)
        self.redactor = redactor or Redactor()
        self.redactor.add_patterns(self._settings.redact)
        self.redactor.add_named({"options": self._settings.options})
        self.driver = driver
        self._http = http
        self._transport = transport
        self.connections: ConnectionSource = (
            connections if connections is not None and not isinstance(connections, Connection) else _One(connections)
        )
        self._store: Store | None = None
        self._opening = Lock()
        self._closers: list[Callable[[], None]] = []
        self._loaders: list[Callable[[], object]] = []
        self._loading: Thread | None = None
        self.begun = False
        self._beginners: list[Callable[[], None]] = []
        self._tape: TapeSession | None = None
        self._disturbed: DisturbedTransport | None = None
        self._insert_tape()

    def on_begin(self, beginner: Callable[[], None]) -> None:
        """Call `beginner` when the store or a service is used for the first time; at once if that has happened."""
        if self.begun:
            beginner()
        else:
            self._beginners.append(beginner)

    def begin(self) -> None:
        """Note that the store or a service is used; see `on_begin`. Called by each of them, the first call counts."""
        if self.begun:
            return
        self.begun = True
        for beginner in self._beginners:
            beginner()

    @property
    def settings(self) -> Settings:
        """What was configured for the run. Values are never replaced; see `extend`."""
        return self._settings

    def extend(self, later: Settings) -> None:
        """Add the files and settings of a later import to those of the run.

        Raises:
            ConfigError: It contradicts what was set for the run.
        """
        before, self._settings = self._settings, self._settings.extended(later)
        if before.tape is None:
            self._insert_tape()
        self.redactor.add_patterns(later.redact)
        self.redactor.add_named({"options": later.options})
        if self._store is not None and before.store != self._settings.store:
            log.warning(Text("core.warning.late_store", asked=str(later.store), used=str(before.store or "")))

    @property
    def taped(self) -> bool:
        """Whether what the product answers is recorded, or comes from a recording."""
        return self._tape is not None

    @property
    def replays(self) -> bool:
        """Whether what the product answers comes from a recording."""
        return self._tape is not None and self._tape.replays

    @property
    def tape(self) -> "TapeSession | None":
        """The recording or replay of this run."""
        return self._tape

    @contextmanager
    def awaiting_page(self, seconds: float) -> Iterator[None]:
        """Say that the suite waits for a page, so long at most: a replay skips what the page would wait for."""
        with self._tape.awaiting_page() if self._tape is not None and seconds >= LONG_WAIT else nullcontext():
            yield

    @property
    def data_seed(self) -> str | None:
        """What test data is made from, where it must be the same in a recording and its replays; else None."""
        return self._tape.seed if self._tape is not None else None

    def data_time(self) -> float:
        """Return the time of day that goes into test data, in seconds since 1970."""
        now = self.clock.now()
        return now if self._tape is None else self._tape.time_of_data(now)

    def _insert_tape(self) -> None:
        """Record or replay, where that is configured.

        Raises:
            ConfigError: A service is in use already, or the setting is not understood.
        """
        if self._settings.tape is None:
            return
        if self.begun or "transport" in self.__dict__:
            raise ConfigError(
                "'tape' was set after the first keyword had run. Set it with AIGC_TAPE, or in the first import.",
                facts={"setting": "tape"},
            )
        from AIGCLibrary.tape.session import TapeSession

        options = self._settings.options.get("tape") or {}
        self._tape = TapeSession(self._settings.tape, options, self.directory, self._settings.run_id)
        self.clock = self._tape.clock_for(self.clock, self.loop)

    @property
    def import_options(self) -> ImportOptions:
        """The options of the import whose suite is running, else those of the run."""
        return self._importing() or self._settings.of_import()

    @property
    def environment(self) -> str | None:
        """Name of the environment that was configured for the running suite, else for the run."""
        return self.import_options.environment or self._settings.environment

    @property
    def run_id(self) -> str:
        """The run this process belongs to."""
        return self._settings.run_id

    @property
    def language(self) -> str:
        """`en` or `zh`, for the reports of the run."""
        configured = self._settings.language
        return local_language() if configured == "auto" else short_language(configured)

    @property
    def active_language(self) -> str:
        """`en` or `zh`, for messages, hints and suggestions: the language of the suite that is running."""
        language = self.import_options.language
        return short_language(language) if language and language != "auto" else self.language

    def text(self, value: Text | str) -> str:
        """Return a message in the language of the suite that runs."""
        return in_language(value, self.active_language)

    def on_close(self, closer: Callable[[], None]) -> None:
        """Call `closer` when the engine closes; the last one added is called first."""
        self._closers.append(closer)

    def preload(self, loader: Callable[[], object]) -> None:
        """Register a loader of modules that only a failure needs; see `start_preloading`."""
        self._loaders.append(loader)

    def start_preloading(self) -> None:
        """Call the loaders on a thread of their own, so that the first failure is reported as fast as later ones.

        Called where a wait begins. Importing the library loads nothing ahead, and nothing waits for this thread.
        """
        if self._loading is None:
            self._loading = Thread(target=self._load, name="aigc-loader", daemon=True)
            self._loading.start()

    def _load(self) -> None:
        for loader in self._loaders:
            try:
                loader()
            except Exception as error:  # noqa: BLE001 - the caller that needs the module imports it again and raises
                log.debug("Preloading failed: %s", error)

    @property
    def store(self) -> "Store":
        """What is remembered across tests and runs."""
        if self._store is None:
            with self._opening:
                if self._store is None:
                    self._store = self._new_store()
            self.begin()
        return self._store

    def _new_store(self) -> "Store":
        from AIGCLibrary.store import Store, default_url

        name = "replay.db" if self.replays else "aigc.db"
        url = self.settings.store or default_url(self.directory, name)
        return Store(url, self.run_id, self.redactor.known, standby=self._on_standby)

    @cached_property
    def http(self) -> "HttpClient":
        """HTTP for the services; use it on the loop."""
        if self._http is not None:
            return self._http
        from AIGCLibrary.http.client import HttpClient

        return HttpClient(self.redactor, self.transport)

    @cached_property
    def transport(self) -> "Transport":
        """What carries everything that is sent and received over HTTP, of all services; see `http.transport`."""
        transport = self._transport
        if transport is None:
            from AIGCLibrary.http.network import NetworkTransport

            transport = NetworkTransport()
        if self._tape is not None:
            transport = self._tape.transport(transport, self.clock, self.redactor)
        transport = self._with_faults(transport)
        self.on_close(lambda: self.loop.run(transport.close()))
        return transport

    def _with_faults(self, transport: "Transport") -> "Transport":
        """Let a scenario change what the product answers; a recording holds what it really answered."""
        from AIGCLibrary.misbehave.transport import VARIABLE, DisturbedTransport

        scenario = os.environ.get(VARIABLE, "")
        records = getattr(transport, "recorder", None) is not None
        if not records:
            self._disturbed = DisturbedTransport(transport, self.clock, scenario)
            return self._disturbed
        if scenario:
            raise ConfigError(_RECORDS, code="AIGC705")
        return transport

    def misbehave(self, scenario: "str | Mapping[str, Any]") -> str:
        """Change what goes wrong with the product's answers from now on; see `misbehave.scenario.read_scenario`.

        Args:
            scenario: Empty for nothing.

        Returns:
            The scenario before.

        Raises:
            ConfigError: It cannot be read, or a recording is made.
        """
        self.begin()
        _ = self.transport
        if self._disturbed is None:
            raise ConfigError(_RECORDS, code="AIGC705")
        return self._disturbed.disturb(scenario)

    def refusal(self, request: "OutgoingRequest") -> "IncomingAnswer | None":
        """Return the answer to a request of RequestsLibrary that a scenario refuses; None where it does not."""
        _ = self.transport
        return None if self._disturbed is None else self._disturbed.refusal(request)

    @property
    def own_transport(self) -> "Transport":
        """What carries messages of our own: alerts, escalation, samples; they are neither recorded nor replayed."""
        transport = self.transport
        if self._tape is not None:
            return self._tape.beside
        return self._disturbed.inner if self._disturbed is not None else transport

    @property
    def own_http(self) -> "HttpClient":
        """HTTP for messages of our own."""
        if self._http is not None:
            return self._http
        from AIGCLibrary.http.client import HttpClient

        return HttpClient(self.redactor, self.own_transport)

    def close(self) -> None:
        """Close all services that were used, the store last."""
        while self._closers:
            closer = self._closers.pop()
            try:
                closer()
            except AIGCError as error:
                log.error("%s", error)  # noqa: TRY400 - it says itself what is wrong
            except Exception:
                log.exception("A service did not close cleanly.")
        with contextlib.suppress(RuntimeError):
            self.loop.close()
        if self._store is not None:
            self._store.close()


_RECORDS = "A recording holds what the product answered: 'misbehave' is for replays, and for runs without a tape."


class _One:
    """The connection source of an engine that knows one connection, or none."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection

    def get(self, alias: str | None) -> Connection:
        if self._connection is None or (alias and alias != self._connection.alias):
            raise ConfigError(f"There is no session '{alias or 'default'}'.", code="AIGC401")
        return self._connection
