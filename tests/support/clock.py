"""A clock that only moves when a test advances it."""

import asyncio
import heapq
import itertools

SETTLE = 20
"""Turns of the loop in which every ready task continues before the time moves."""


class FakeClock:
    """Replaces `AIGCLibrary.clock.Clock`: `sleep` returns at once and moves the time on.

    With several sleepers the earliest one wakes first, as it would in reality.
    """

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []
        self._waiting: list[tuple[float, int, asyncio.Event]] = []
        self._ids = itertools.count()
        self._driver: asyncio.Future[None] | None = None

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        event = asyncio.Event()
        heapq.heappush(self._waiting, (self.time + max(seconds, 0), next(self._ids), event))
        if self._driver is None or self._driver.done():
            self._driver = asyncio.ensure_future(self._drive())
        await event.wait()

    async def _drive(self) -> None:
        """Wake the earliest sleeper, and let everybody go on until they sleep again, until nobody sleeps."""
        while self._waiting:
            for _ in range(SETTLE):
                await asyncio.sleep(0)
            wake, _, event = heapq.heappop(self._waiting)
            self.time = max(self.time, wake)
            event.set()
            await asyncio.sleep(0)
