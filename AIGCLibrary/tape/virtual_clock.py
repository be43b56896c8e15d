"""Time during a replay: a wait of ten minutes is over as soon as nothing else has to be done."""

import asyncio
import heapq
import math
import time
from collections.abc import Callable
from itertools import count
from typing import Any

ROUNDS = 20
"""Turns of the loop in which nothing new began to wait, before time is moved on."""
ALONE = 3
"""The same where in none of them anything else was to be run: each turn has looked for what arrived, too."""
LONGEST_HOLD = 60.0
"""Real seconds for which work on a thread holds the time."""
SHORT_HOLD = 0.5
"""The same where what arrives next may be what the thread waits for: an answer to a hook of a provider."""
STEP = 0.001
"""Real seconds between two looks at what holds the time."""


class VirtualClock:
    """A clock that skips the waits; see `Clock`.

    Time passes as on the machine. While a caller waits for the loop, time stands still as long as the loop or a thread
    that works for it has anything to do, and jumps to the end of the earliest wait then.

    Args:
        speed: How much faster than life time passes, 1 for as fast as life; None to skip every wait.
    """

    def __init__(self, speed: float | None = None) -> None:
        self.speed = speed
        self.waited_for: Callable[[], bool] = lambda: True
        self._skipped = 0.0
        self._real, self._started = time.monotonic(), time.time()
        self._waits: list[tuple[float, int, bool, asyncio.Future[None]]] = []
        self._due, self._last = math.inf, self._real
        self._numbers = count()
        self._pump: asyncio.Task[None] | None = None
        self._working = 0

    @property
    def skipped(self) -> float:
        """Seconds of waiting that were not waited for."""
        return max(self._skipped, 0.0)

    def now(self) -> float:
        """Return the time of day: seconds since 1970, UTC."""
        return self._started + self.monotonic() - self._real

    def monotonic(self) -> float:
        """Return a time that never jumps backwards, in seconds."""
        now = self._passing()
        if self._pump is not None and not self._pump.done():
            # Time that the machine takes for its work would make another order of events, and other verdicts.
            now = self._last if self.waited_for() else min(now, self._due)
        self._last = max(self._last, now)
        return self._last

    def _passing(self) -> float:
        passed = time.monotonic() - self._real
        return self._real + passed * (self.speed or 1.0) + self._skipped

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._wait(seconds, urgent=False)

    async def let_pass(self, seconds: float) -> None:
        """Wait for what was recorded to arrive; a thread that works holds it shortly, as it may wait for just that."""
        await self._wait(seconds, urgent=True)

    def skip_to(self, moment: float) -> None:
        """Move time on to a moment that is still to come."""
        self._skipped += max(moment - self._passing(), 0.0)

    async def _wait(self, seconds: float, *, urgent: bool) -> None:
        if self.speed is not None or seconds <= 0:
            await asyncio.sleep(max(seconds, 0.0) / (self.speed or 1.0))
            return
        loop = asyncio.get_running_loop()
        end: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._waits, (self.monotonic() + seconds, next(self._numbers), urgent, end))
        self._due = self._waits[0][0]
        if self._pump is None or self._pump.done() or self._pump.get_loop() is not loop:
            self._count_threads(loop)
            self._pump = loop.create_task(self._move())
        await end

    async def _move(self) -> None:
        """Move time on, until nobody waits any more."""
        while self._earliest() is not None:
            waited = self.waited_for()  # before the turns: a caller that comes during them has not begun yet
            await self._quiet()
            earliest = self._earliest()
            if waited and self.waited_for():
                self._set(self.monotonic() if earliest is None else earliest)
            elif earliest is not None and earliest > self._passing():
                await asyncio.sleep(STEP)
                continue
            if earliest is not None:
                self._release(earliest)

    def _set(self, moment: float) -> None:
        self._skipped += moment - self._passing()
        self._last = moment

    def _earliest(self) -> float | None:
        while self._waits and self._waits[0][3].done():  # cancelled
            heapq.heappop(self._waits)
        self._due = self._waits[0][0] if self._waits else math.inf
        return self._waits[0][0] if self._waits else None

    def _release(self, moment: float) -> None:
        """End the waits that end at a moment; those that end later are ended when all that follows from it is done."""
        while self._waits and self._waits[0][0] <= moment:
            end = heapq.heappop(self._waits)[3]
            if not end.done():
                end.set_result(None)

    async def _quiet(self) -> None:
        """Wait until the loop and its threads have nothing to do."""
        began = time.monotonic()
        ready = getattr(asyncio.get_running_loop(), "_ready", (None,))  # what is to be run; another loop may hide it
        turns = alone = 0
        while turns < ROUNDS and alone < ALONE:
            begun = next(self._numbers)
            longest = SHORT_HOLD if self._urgent() else LONGEST_HOLD
            held = self._working > 0 and time.monotonic() - began < longest
            await asyncio.sleep(STEP if held else 0)
            quiet = next(self._numbers) == begun + 1 and not held
            turns, alone = (turns + 1, 0 if ready else alone + 1) if quiet else (0, 0)

    def _urgent(self) -> bool:
        return self._earliest() is not None and self._waits[0][2]

    def _count_threads(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count what threads do for the loop, whichever pool they are of."""
        plain: Callable[..., asyncio.Future[Any]] = loop.run_in_executor
        if getattr(plain, "counted", False):
            return

        def run(executor: Any, function: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":
            self._working += 1
            try:
                future = plain(executor, function, *args)
            except BaseException:
                self._working -= 1
                raise
            future.add_done_callback(self._worked)
            return future

        run.counted = True  # type: ignore[attr-defined]
        loop.run_in_executor = run  # type: ignore[assignment,method-assign]

    def _worked(self, _future: "asyncio.Future[Any]") -> None:
        self._working -= 1
