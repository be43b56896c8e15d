"""How long earlier tasks took, with those that never ended kept as censored, and those seen late as intervals.

Leaving out the tasks that timed out makes predicted timeouts shrink with every timeout, in a spiral; a censored
record says "at least so long". Where only looks bound an end, the later bound counts for limits.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from AIGCLibrary.tasks.censoring import EndShare, ObservedDuration, end_shares

KEPT = 200
"""Tasks remembered per environment, provider, kind and bucket."""


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

    @cached_property
    def ends(self) -> list[EndShare]:
        """When these tasks ended, as shares of all; worked out once, when first asked for."""
        return end_shares(self.records)

    @property
    def completed(self) -> int:
        """How many were seen to complete."""
        return sum(not record.censored for record in self.records)

    def __len__(self) -> int:
        return len(self.records)

    def share_done(self, seconds: float) -> float | None:
        """Return the share of tasks that were done after so many seconds; None without history."""
        if not self.ends:
            return None
        index = bisect_right(self.ends, seconds, key=lambda stretch: stretch.end)
        return round(sum(stretch.share for stretch in self.ends[:index]), 4)

    def quantile(self, share: float) -> float | None:
        """Return the seconds after which a share of the tasks is done; None when history does not reach so far."""
        done = 0.0
        for stretch in self.ends:
            done += stretch.share
            if done >= share - 1e-5:
                return stretch.end
        return None

    def longest(self) -> float | None:
        """Return the longest duration of a completed task."""
        return max((record.seconds for record in self.records if not record.censored), default=None)

    def summary(self) -> dict[str, Any] | None:
        """Return median and 95th percentile in seconds, and the number of tasks; None for too little history."""
        median, p95 = self.quantile(0.5), self.quantile(0.95)
        if median is None:
            return None
        return {"median": median, "p95": p95, "count": len(self.records)}

    def planning(self) -> list[ObservedDuration]:
        """Return the tasks with failures as ends, since callers wait for those, too."""
        return [replace(record, censored=record.censored and not record.failed) for record in self.records]

    def runs(self) -> "History":
        """Return the durations from the start of processing, of the tasks whose start is known."""
        return History(_run(record, record.queued) for record in self.records if record.queued is not None)


def _run(record: ObservedDuration, queued: float) -> ObservedDuration:
    """Return how long a task ran: at most from the earliest start to the latest end, and the other way round."""
    longest = max(record.seconds - max(queued - record.queued_error, 0.0), 0.0)
    shortest = longest if record.censored else max(record.least - queued, 0.0)
    return ObservedDuration(longest, record.censored, failed=record.failed, error=longest - shortest)
