"""One asyncio loop on one daemon thread, with a synchronous door that lets Robot's timeouts in.

    Robot's main thread                         thread "aigc-loop"
    keyword ── run(coro) ──────────────────────► task on the loop
       │  waits in slices of at most 0.1 s          │
       │  each slice: on_wait() (log records)       │
       ◄──────────────── result or error ───────────┘
       timeout, Ctrl-C or any BaseException: the task is cancelled in `finally`

Robot's own `async def` keywords ignore test timeouts and freeze between keywords, which this avoids.
"""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

SLICE = 0.1
"""Longest uninterruptible wait in seconds; Robot's Windows timeouts only arrive between bytecodes."""


class LoopThread:
    """Runs coroutines on a background loop for synchronous callers.

    Args:
        on_wait: Called on the waiting thread after each slice, for example to write log records.
    """

    def __init__(self, on_wait: Callable[[], None] | None = None) -> None:
        self.on_wait = on_wait
        self._callers = 0
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop; started when first asked for."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._serve, args=(self._loop,), name="aigc-loop", daemon=True)
                self._thread.start()
            return self._loop

    @property
    def waited_for(self) -> bool:
        """Whether a caller waits for what the loop still has to do."""
        return self._callers > 0

    def run(self, coroutine: Coroutine[Any, Any, T], within: float | None = None) -> T:
        """Run a coroutine to its end and return its result; cancel it when the caller is interrupted.

        Args:
            coroutine: What to run.
            within: Seconds after which it is given up, also when it blocks the loop and cannot be cancelled.

        Raises:
            TimeoutError: It did not end within that time.
        """
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("LoopThread.run() was called on its own loop; await the coroutine instead")
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        end = None if within is None else time.monotonic() + within
        with self._lock:
            self._callers += 1
        # When the work ends, rather than when the waiting thread gets to run: on a busy machine that is much later.
        future.add_done_callback(self._served)
        try:
            while not concurrent.futures.wait([future], timeout=SLICE).done:
                if self.on_wait:
                    self.on_wait()
                if end is not None and time.monotonic() > end:
                    raise TimeoutError("the loop is blocked")
            return future.result()
        finally:
            future.cancel()
            if self.on_wait:
                self.on_wait()

    def _served(self, _future: "concurrent.futures.Future[Any]") -> None:
        with self._lock:
            self._callers -= 1

    def start(self, coroutine: Coroutine[Any, Any, T]) -> "concurrent.futures.Future[T]":
        """Start a coroutine in the background and return its future."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def close(self) -> None:
        """Cancel what still runs and stop the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        done = asyncio.run_coroutine_threadsafe(_cancel_others(), loop)
        concurrent.futures.wait([done], timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        if not thread.is_alive():
            loop.close()

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()


async def _cancel_others() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
