"""Requests that failed for a reason that passes: busy, restarting, not there yet."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from AIGCLibrary.recovery.strategy import Attempt, Level, RecoveryStrategy

PAUSE = 1.0
"""Seconds before a second try when the server named no time."""


class WaitAndRetry(RecoveryStrategy):
    """Waits as long as the server asked for, then has the request made again."""

    name = "wait_and_retry"
    level = Level.SAFE

    def prepare(self, attempt: Attempt) -> Mapping[str, Any] | None:
        """Wait, unless the server asks for more time than there is."""
        pause = attempt.failure.number("retry_after") or PAUSE * 2 ** (attempt.number - 1)
        left = attempt.failure.number("time_left")
        if pause > attempt.remaining or (left is not None and left - pause < PAUSE):
            return None
        attempt.engine.loop.run(attempt.engine.clock.sleep(pause))
        # A wait continues within the time that was asked for; it does not begin again.
        return {} if left is None else {"timeout": timedelta(seconds=round(left - pause, 3))}
