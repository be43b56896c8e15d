"""Time as a service, so that tests can turn the clock by hand."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the engine needs to know of time."""

    def now(self) -> float:
        """Return the time of day: seconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Return a time that never jumps, in seconds; only differences mean something."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class RealClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return the time of day: seconds since 1970, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Return a time that never jumps, in seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
