"""Takes the traffic of the page under test to the tape, or answers it from there, before Browser opens anything."""

import logging
from importlib import resources
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from AIGCLibrary.engine import Engine
from AIGCLibrary.http.listening import WebListener
from AIGCLibrary.tape.session import TapeSession

log = logging.getLogger("aigc.tape")
EXTENSION = Path(str(resources.files("AIGCLibrary.tape").joinpath("js", "pages.js")))
LARGEST = 1 << 30
"""Bytes of the largest report of the browser's process: a download of a page, in Base64."""


class TapedPagesListener:
    """Listener: attaches to each browser process before its first keyword runs.

    Args:
        engine: Its transport and loop.
        tape: The recording or replay.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, engine: Engine, tape: TapeSession) -> None:
        self._engine, self._tape = engine, tape
        self._attached: WeakKeyDictionary[Any, object] = WeakKeyDictionary()
        self._bridge: WebListener | None = None

    def start_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:  # noqa: ARG002 - Robot's
        """Attach where a keyword of Browser is about to run."""
        library = implementation.owner.instance if implementation.owner is not None else None
        if type(library).__module__.partition(".")[0] == "Browser":
            self.attach(library)

    def attach(self, library: Any) -> None:
        """Attach to the process in which a Browser library runs its browsers, once."""
        playwright = library.playwright
        process = getattr(playwright, "_playwright_process", None) or playwright
        if self._attached.get(library) is process:
            return
        self._attached[library] = process
        try:
            mode, address = self._open()
            library.init_js_extension(EXTENSION)
            done = library.call_js_keyword("aigcTape", mode=mode, address=address)
        except Exception as error:  # noqa: BLE001 - whatever it is, the pages are not on the tape
            done, reason = False, str(error).splitlines()[0]
        else:
            reason = "this browser process belongs to another run"
        if done is not True:
            self._tape.page_problem(reason)
            if self._engine.replays:  # nothing may be sent: no page is opened
                playwright.close()

    def _open(self) -> tuple[str, str]:
        """Return what the browser's process has to do, and where it finds us."""
        _ = self._engine.transport
        pages = self._tape.pages
        assert pages is not None  # noqa: S101 - the transport has made it
        if self._bridge is None:
            self._bridge = self._engine.loop.run(WebListener.start("127.0.0.1", 0, "/pages", pages.take, LARGEST))
            bridge = self._bridge

            def close() -> None:
                pages.close()
                self._engine.loop.run(bridge.close())

            self._engine.on_close(close)
        return pages.mode, self._bridge.url
