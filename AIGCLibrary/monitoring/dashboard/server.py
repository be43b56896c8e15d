"""DashboardServer: serves a store from a thread of its own, or until it is interrupted."""

import asyncio
import threading
from concurrent.futures import Future

from aiohttp import web

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.dashboard.app import create_app
from AIGCLibrary.monitoring.dashboard.guard import is_local
from AIGCLibrary.store import Store


class DashboardServer:
    """Serves the dashboard.

    Args:
        store_url: Store to read; connections of its own, so that a run is never in its way.
        host: Address to listen at.
        port: Port; 0 takes a free one.
        token: What a visitor must know; needed for any address but this machine's own.

    Raises:
        MonitoringError: Another machine could reach it, and there is no token (AIGC530).

    Example:
        ```python
        server = DashboardServer("sqlite:///results/aigc.db")
        print(server.start())
        ```
    """

    def __init__(self, store_url: str, *, host: str = "127.0.0.1", port: int = 0, token: str | None = None) -> None:
        if not is_local(host) and not token:
            raise MonitoringError(
                f"A dashboard at '{host}' can be reached from other machines and has no token.",
                code="AIGC530",
                hint=Text("monitoring.hint.token"),
            )
        self._store = Store(store_url)
        self._host, self._port, self._token = host, port, token
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.url = ""

    def start(self) -> str:
        """Listen; returns the address.

        Raises:
            MonitoringError: The port is taken (AIGC531).
        """
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="aigc-dashboard", daemon=True)
        self._thread.start()
        try:
            self.url = ready.result(30)
        except OSError as error:
            raise MonitoringError(
                f"The dashboard cannot listen at {self._host}:{self._port}: {error.strerror or error}.", code="AIGC531"
            ) from None
        return self.url

    def wait(self) -> None:
        """Serve until it is stopped."""
        while self._thread and self._thread.is_alive():
            self._thread.join(0.2)

    def stop(self) -> None:
        """Close all connections and end."""
        if self._loop and self._stop and self._thread and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
        self._store.close()

    def _serve(self, ready: "Future[str]") -> None:
        asyncio.run(self._main(ready))

    async def _main(self, ready: "Future[str]") -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        runner = web.AppRunner(create_app(self._store, self._token), access_log=None, shutdown_timeout=1.0)
        try:
            await runner.setup()
            site = web.TCPSite(runner, self._host, self._port)
            await site.start()
        except OSError as error:
            await runner.cleanup()
            ready.set_exception(error)
            return
        host, port = runner.addresses[0][:2]
        ready.set_result(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        await self._stop.wait()
        await runner.cleanup()
