"""A clock that only moves when told."""

import asyncio
import heapq
import itertools


class FakeClock:
    """Stands in for `AIGCLibrary.clock.Clock`: `sleep` returns at once and moves the time on.

    With several sleepers the earliest one wakes first, as it would in reality.
    """

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []
        self._waiting: list[tuple[float, int, asyncio.Event]] = []
        self._ids = itertools.count()

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        event = asyncio.Event()
        entry = (self.time + max(seconds, 0), next(self._ids), event)
        heapq.heappush(self._waiting, entry)
        for _ in range(20):  # let whoever else is ready run first
            await asyncio.sleep(0)
        while not event.is_set():
            wake, _, other = heapq.heappop(self._waiting)
            self.time = max(self.time, wake)
            other.set()
            await asyncio.sleep(0)
