"""The engine of this process: one, however often the library is imported and whether or not a listener runs."""

import atexit
import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.config import RUN_ID_VARIABLES, Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.misbehave.transport import VARIABLE as MISBEHAVE
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.rf import pabot
from AIGCLibrary.rf.environment import environment_connection
from AIGCLibrary.rf.imports import current_options
from AIGCLibrary.rf.logbridge import LogBridge
from AIGCLibrary.rf.observer import RunObserver
from AIGCLibrary.rf.pabot_tape import own_tape
from AIGCLibrary.rf.place import LogIds
from AIGCLibrary.rf.robot_settings import from_robot
from AIGCLibrary.rf.sessions import RequestsSessions

if TYPE_CHECKING:
    from AIGCLibrary.tape.session import TapeSession


class _Shared:
    """Holds the engine between library instances, which Robot makes one by one."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.observer: RunObserver | None = None
        self._joined = False
        self._exported = False
        self._bridge: LogBridge | None = None
        self._taped = False
        self._tape_listeners: list[Any] = []

    def get(self, settings: Settings) -> Engine:
        settings = own_tape(from_robot(settings), _directory())
        if self.engine is None:
            self.engine = self._make(pabot.joined(settings))
        else:
            self.engine.extend(settings)
        if self.engine.tape is not None and not self._taped:
            self._tape(self.engine, self.engine.tape)
        elif not self._taped and os.environ.get(MISBEHAVE):
            self.disturb_requests()
        return self.engine

    def disturb_requests(self) -> None:
        """Let a scenario refuse the requests of RequestsLibrary, too; with a tape that is done already."""
        if self.engine is None or self._taped:
            return
        from AIGCLibrary.misbehave.plain_requests import DisturbedRequests

        requests = DisturbedRequests(self.engine.refusal)
        requests.install()
        self.engine.on_close(requests.remove)
        self._taped = True

    def _tape(self, engine: Engine, tape: "TapeSession") -> None:
        """Record or replay the requests of RequestsLibrary, too; a replay sends nothing to another machine."""
        from AIGCLibrary.tape.plain_requests import TapedRequests

        if tape.replays:
            from AIGCLibrary.tape.closed_network import ClosedNetwork

            network = ClosedNetwork(tape.refused)
            network.install()
            engine.on_close(network.remove)
        requests = TapedRequests(engine.transport, engine.loop.run)
        requests.install()
        engine.on_close(requests.remove)
        self._taped = True

    def tape_listeners(self, engine: Engine) -> list[Any]:
        if engine.tape is not None and not self._tape_listeners:
            from AIGCLibrary.rf.taped_pages import TapedPagesListener
            from AIGCLibrary.rf.taped_sleeps import TapedSleepsListener

            sleeps = [TapedSleepsListener(engine.tape)] if engine.tape.replays else []
            self._tape_listeners = [TapedPagesListener(engine, engine.tape), *sleeps]
        return self._tape_listeners

    def _make(self, settings: Settings) -> Engine:
        redactor = Redactor(settings.redact)
        engine = Engine(
            settings,
            directory=_directory(),
            redactor=redactor,
            connections=RequestsSessions(redactor.add_headers, self._environment),
            driver=_driver,
            importing=current_options,
            location=LogIds().current,
            standby=True,
            on_wait=self.flush,
        )
        self._bridge = LogBridge(engine.redactor, engine.text)
        self._bridge.install()
        engine.on_close(self._bridge.uninstall)
        self._joined = any(os.environ.get(name) for name in RUN_ID_VARIABLES)
        # A child robot of a test must join the same run; the next run in this process must not.
        self._exported = not os.environ.get("AIGC_RUN_ID")
        if self._exported:
            os.environ["AIGC_RUN_ID"] = engine.run_id
        return engine

    def _environment(self, name: str | None) -> Connection | None:
        return environment_connection(self.engine, name) if self.engine else None

    def observe(self) -> RunObserver:
        if self.observer is None:
            engine = self.get(Settings.load()) if self.engine is None else self.engine
            self.observer = RunObserver(engine, joined=self._joined)
        return self.observer

    def flush(self) -> None:
        if self._bridge:
            self._bridge.flush()

    def close(self) -> None:
        engine, self.engine, self.observer = self.engine, None, None
        self._taped, self._tape_listeners = False, []
        if engine:
            if self._exported:
                os.environ.pop("AIGC_RUN_ID", None)
            engine.close()
            self.flush()
        self._bridge = None


_shared = _Shared()


def _register_at_exit(close: Callable[[], None]) -> None:
    """Close before the executors of the standard library end: the last check and the last alerts need threads.

    They end with `threading`, before `atexit` calls anything; what was registered last there is called first.
    """
    import concurrent.futures.thread  # noqa: F401 - registers itself when it is imported, and so before us

    getattr(threading, "_register_atexit", atexit.register)(close)
    atexit.register(close)


_register_at_exit(_shared.close)


def engine(settings: Settings | None = None) -> Engine:
    """Return the engine of this process; settings given later add to those it has."""
    return _shared.get(settings or Settings.load())


def observer() -> RunObserver:
    """Return the observer of the run in this process: the same for both listeners."""
    return _shared.observe()


def current() -> Engine | None:
    """Return the engine if there is one already."""
    return _shared.engine


def tape_listeners(engine: Engine) -> list[Any]:
    """Return the listeners of a tape, the same ones for the whole run; none without a tape."""
    return _shared.tape_listeners(engine)


def disturb_requests() -> None:
    """Let scenarios refuse the requests of RequestsLibrary, too."""
    _shared.disturb_requests()


def flush_log() -> None:
    """Write log records of other threads into Robot's log."""
    _shared.flush()


def close() -> None:
    """End the engine; the next run in this process gets a new one."""
    _shared.close()


def _directory() -> Path:
    with contextlib.suppress(RobotNotRunningError):
        return Path(str(BuiltIn().get_variable_value("${EXECDIR}", ".")))
    return Path.cwd()


def _driver() -> Any:
    from AIGCLibrary.rf.browser_driver import browser_driver

    return browser_driver()
