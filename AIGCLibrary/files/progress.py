"""A progress bar on the console for each longer download."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from AIGCLibrary.events import Bus, DownloadProgress
from AIGCLibrary.harmless import visible

SLOW = 2_000_000
"""Bytes from which a download is worth a bar."""


@contextmanager
def progress(bus: Bus, *, shown: bool) -> Iterator[None]:
    """Show a bar for every longer download, while the block runs."""
    if not shown:
        yield
        return
    bars = _Bars()
    end: Callable[[], None] = bus.subscribe(DownloadProgress, bars.see)
    try:
        yield
    finally:
        end()
        bars.close()


class _Bars:
    """The bars, made when the first longer download moves."""

    def __init__(self) -> None:
        self._shown: Any = None
        self._tasks: dict[str, Any] = {}
        self._lock = threading.Lock()

    def see(self, event: DownloadProgress) -> None:
        with self._lock:
            if event.source not in self._tasks:
                if event.done or (event.total is not None and event.total < SLOW):
                    return
                name = visible(event.source.rsplit("/", 1)[-1].partition("?")[0])[:40]
                self._tasks[event.source] = self._progress().add_task(name, total=event.total)
            self._shown.update(self._tasks[event.source], completed=event.received, total=event.total)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.stop()

    def _progress(self) -> Any:
        if self._shown is None:
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
            )
            self._shown = Progress(*columns, console=Console(file=sys.__stderr__), transient=True)
            self._shown.start()
        return self._shown
