"""Runs a studio in a thread of its own, for tests and demos."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from aiohttp import web

from AIGCLibrary.studio.api.keys import PLATFORM
from AIGCLibrary.studio.app import create_app
from AIGCLibrary.studio.settings import StudioSettings

_STOP_WITHIN = 15.0  # seconds


class StudioServer:
    """A studio that listens on a loopback port until it is stopped.

    Example:
        with StudioServer(StudioSettings(seed=1, speed=60)) as studio:
            print(studio.url)

    Args:
        settings: The studio's settings; port 0 takes a free one.
    """

    def __init__(self, settings: StudioSettings | None = None) -> None:
        self.settings = settings or StudioSettings()
        self.url = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started: Future[str] = Future()

    def start(self) -> str:
        """Start to listen.

        Returns:
            The address, such as `http://127.0.0.1:40001`.

        Raises:
            OSError: The port cannot be had.
        """
        if self._thread is not None:
            return self.url
        self._started = Future()
        self._thread = threading.Thread(target=self._run, name="studio", daemon=True)
        self._thread.start()
        try:
            self.url = self._started.result()
        except BaseException:
            self._thread = None
            raise
        return self.url

    def stop(self) -> None:
        """Stop listening, drop what is in the making, and wait for the threads to end."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stop is None:
            return
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        thread.join(_STOP_WITHIN)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with running(self.settings) as url:
            self._started.set_result(url)
            await self._stop.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class running:  # noqa: N801 - reads as a verb in `async with`
    """A studio that listens while the `async with` block runs; returns its address."""

    def __init__(self, settings: StudioSettings) -> None:
        self._settings = settings

    async def __aenter__(self) -> str:
        app = create_app(self._settings)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.host, self._settings.port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        host, port = self._runner.addresses[0][:2]
        shown = f"[{host}]" if ":" in host else host
        app[PLATFORM].origin = f"http://{shown}:{port}"
        return app[PLATFORM].origin

    async def __aexit__(self, *_details: object) -> None:
        await self._runner.cleanup()
