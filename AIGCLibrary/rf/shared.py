"""The engine of this process: one, however often the library is imported and whether or not a listener runs."""

import atexit
import contextlib
import os
from pathlib import Path
from typing import Any

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.rf import pabot
from AIGCLibrary.rf.logbridge import LogBridge
from AIGCLibrary.rf.sessions import RequestsSessions


class _Shared:
    """Holds the engine between library instances, which Robot makes one by one."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.bridge: LogBridge | None = None

    def get(self, settings: Settings) -> Engine:
        if self.engine is None:
            self.engine = self._make(settings)
        else:
            self.engine.settings = self.engine.settings.merged(settings)
        return self.engine

    def _make(self, settings: Settings) -> Engine:
        settings = pabot.joined(settings)
        sessions = RequestsSessions()
        engine = Engine(settings, directory=_directory(), connections=sessions, driver=_driver)
        sessions.learn = engine.redactor.add_headers
        self.bridge = LogBridge(engine.redactor, engine.text)
        self.bridge.install()
        engine.loop.on_wait = self.bridge.flush
        engine.on_close(self.bridge.uninstall)
        # A process of pabot, and a child robot of a test, must join the same run.
        os.environ.setdefault("AIGC_RUN_ID", engine.run_id)
        return engine

    def flush(self) -> None:
        if self.bridge:
            self.bridge.flush()

    def close(self) -> None:
        engine, self.engine = self.engine, None
        if engine:
            if os.environ.get("AIGC_RUN_ID") == engine.run_id:
                del os.environ["AIGC_RUN_ID"]
            engine.close()
            self.flush()
        self.bridge = None


_shared = _Shared()
atexit.register(_shared.close)


def engine(settings: Settings | None = None) -> Engine:
    """Give the engine of this process; settings given later add to those it has."""
    return _shared.get(settings or Settings.load())


def current() -> Engine | None:
    """Give the engine if there is one already."""
    return _shared.engine


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
