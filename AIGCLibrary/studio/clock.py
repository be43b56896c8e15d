"""The studio's clock: real wall times, with production times shortened by a speed factor."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class StudioClock:
    """Wall clock that never steps back, and the factor by which production runs faster than life.

    Only durations of generation jobs are divided by the speed. The times in responses stay real wall times,
    so that `created_at <= started_at <= finished_at <= now` always holds for a client.

    Args:
        speed: 60 makes a job of ten minutes take ten seconds.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Seconds since 1970 (UTC)."""
        return self._offset + time.monotonic()

    def wall(self, seconds: float) -> float:
        """Seconds that a production time of `seconds` takes on this clock."""
        return seconds / self.speed


def iso(moment: float | None) -> str | None:
    """ISO 8601 in UTC with milliseconds; None stays None.

    >>> iso(0)
    '1970-01-01T00:00:00.000Z'
    """
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
