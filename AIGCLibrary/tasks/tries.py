"""How often, and for how long, a submission is sent again."""

from AIGCLibrary.clock import Clock
from AIGCLibrary.tasks.sla import SLA


class Tries:
    """Counts the tries of one submission that came to nothing.

    A failed request is repeated `retry_times`; a busy product is asked for as long as the SLA allows a task to start:
    `outage`, and no longer than `queue_timeout` or `timeout`.

    Args:
        sla: Its limits.
        clock: Time.
    """

    def __init__(self, sla: SLA, clock: Clock) -> None:
        self._sla, self._clock = sla, clock
        limits = (sla.outage, sla.queue_timeout, sla.timeout)
        self._until = clock.monotonic() + min(float(limit) for limit in limits if isinstance(limit, int | float))
        self.failures = 0

    def pause(self, busy: bool, hint: float | None, *, lasting: bool = False) -> float | None:
        """Return the seconds before the next try; None when there is none.

        Args:
            busy: The product took nothing, as it has too much to do.
            hint: Seconds that the product wants us to wait.
            lasting: Another try would fail in the same way.
        """
        self.failures += 1
        if lasting:
            return None
        pause = max(self._sla.pause(self.failures), hint or 0.0)
        if not busy or self._sla.retry_times == 0:
            return pause if self.failures <= self._sla.retry_times else None
        return pause if self._clock.monotonic() + pause <= self._until else None
