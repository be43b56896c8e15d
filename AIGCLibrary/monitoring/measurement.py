"""Stopwatches by name: what `Start Measurement` and `Stop Measurement` hold."""

from AIGCLibrary.clock import Clock
from AIGCLibrary.monitoring.errors import unknown_metric


class Measurements:
    """Times between two moments of a test.

    Args:
        clock: Time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started: dict[str, float] = {}

    def start(self, name: str) -> None:
        """Start a stopwatch; one that runs already starts again."""
        self._started[name] = self._clock.monotonic()

    def stop(self, name: str) -> float:
        """Stop a stopwatch and return its seconds.

        Raises:
            MetricError: None of that name runs.
        """
        if name not in self._started:
            raise unknown_metric("running measurement", name, list(self._started))
        return self._clock.monotonic() - self._started.pop(name)
