"""How long earlier tasks took, with those that never ended kept as censored: Kaplan and Meier's estimate.

Leaving out the tasks that timed out makes predicted timeouts shrink with every timeout, in a spiral; a censored
record says "at least so long" (E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53 (1958) 457-481).
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

KEPT = 200
"""Tasks remembered per environment, provider, kind and bucket."""


@dataclass(frozen=True, slots=True)
class ObservedDuration:
    """One earlier task.

    Args:
        seconds: How long it took, or how long it was watched.
        censored: It was not seen to complete: at least `seconds`.
        queued: Seconds of it in the queue, where known.
        failed: It ended, but not as completed: an end to look for, but no measure of how long work takes.
    """

    seconds: float
    censored: bool = False
    queued: float | None = None
    failed: bool = False


class History:
    """Durations of earlier tasks.

    Args:
        records: The last ones; completed and censored.

    Example:
        ```python
        History([Record(80), Record(95), Record(600, censored=True)]).quantile(0.5)
        ```
    """

    def __init__(self, records: Iterable[ObservedDuration]) -> None:
        self.records = list(records)[-KEPT:]
        self.times, self.survival = survival(self.records)

    @property
    def completed(self) -> int:
        """How many were seen to complete."""
        return sum(not record.censored for record in self.records)

    def __len__(self) -> int:
        return len(self.records)

    def share_done(self, seconds: float) -> float | None:
        """Give the share of tasks that were done after so many seconds; None without history."""
        if not self.times:
            return None
        index = bisect_right(self.times, seconds)
        return round(1.0 - (self.survival[index - 1] if index else 1.0), 4)

    def quantile(self, share: float) -> float | None:
        """Give the seconds after which a share of the tasks is done; None when history does not reach so far."""
        for time, alive in zip(self.times, self.survival, strict=True):
            if 1.0 - alive >= share - 1e-9:
                return time
        return None

    def longest(self) -> float | None:
        """Give the longest duration of a completed task."""
        return max((record.seconds for record in self.records if not record.censored), default=None)

    def summary(self) -> dict[str, Any] | None:
        """Give median and 95th percentile in seconds, and the number of tasks; None for too little history."""
        median, p95 = self.quantile(0.5), self.quantile(0.95)
        if median is None:
            return None
        return {"median": median, "p95": p95, "count": len(self.records)}

    def planning(self) -> list[ObservedDuration]:
        """Give the tasks with failures as ends, since somebody waits for those too."""
        return [replace(record, censored=record.censored and not record.failed) for record in self.records]

    def runs(self) -> "History":
        """Give the durations from the start of processing, of the tasks whose start is known."""
        return History(
            ObservedDuration(max(record.seconds - record.queued, 0.0), record.censored, failed=record.failed)
            for record in self.records
            if record.queued is not None
        )


def survival(records: Iterable[ObservedDuration]) -> tuple[list[float], list[float]]:
    """Estimate the share of tasks still at work after each duration that was seen.

    Returns:
        Durations in ascending order, and the share that takes longer than each.
    """
    ordered = sorted(records, key=lambda record: (record.seconds, record.censored))
    alive, at_risk = 1.0, len(ordered)
    times: list[float] = []
    shares: list[float] = []
    index = 0
    while index < len(ordered):
        seconds, done, gone = ordered[index].seconds, 0, 0
        while index < len(ordered) and ordered[index].seconds == seconds:
            done += not ordered[index].censored
            gone += 1
            index += 1
        if done:
            alive *= 1.0 - done / at_risk
            times.append(seconds)
            shares.append(alive)
        at_risk -= gone
    return times, shares
