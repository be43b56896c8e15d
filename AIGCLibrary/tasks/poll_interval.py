"""The polls planned for tasks of one kind: for the queue, for the run once it began, or for the whole."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from statistics import fmean, pstdev

from AIGCLibrary.tasks.censoring import ObservedDuration, end_shares
from AIGCLibrary.tasks.history import History
from AIGCLibrary.tasks.schedule import SHARE, Density, density, expected, exponential, looks

ENOUGH = 8
"""Tasks needed before history decides on the first poll; with known starts, queue and run are planned apart."""
QUEUE_MATTERS = 0.05
"""Share of the whole that the queue must take to be planned apart."""
ALIKE = 5
"""Earlier starts between two polls that are needed to say more than the middle of the two."""
EARLY = 2.0
"""Latest first poll in seconds while little is known: what fails at once is reported at once."""
QUEUE_SHARE = 0.15
"""Share of the polls spent on seeing the start, where queue and run are planned apart."""


class PollPlan:
    """Says how long to wait before the next poll.

    Args:
        history: How long earlier tasks took.
        prior: Typical duration before there is history, in seconds.
        cap: Longest pause between polls, in seconds.
        least: Shortest pause, in seconds.
    """

    def __init__(self, history: History, prior: float, cap: float, least: float) -> None:
        self._cap, self._least = cap, least
        self._prior = prior
        self._longest = history.longest() or 0.0
        known = sum(not record.censored for record in history.planning())
        self.learned = known >= ENOUGH
        whole = density(_ends(history.planning()), prior)
        self._budget = expected(whole, exponential(cap, whole.times[-1], least))
        self._whole = looks(whole, cap, least) if known >= ENOUGH else self._early(whole)
        self._queue: list[float] | None = None
        self._runs: list[tuple[float, float, float]] = []
        self._run_looks: dict[int, list[float]] = {}
        self._waits: list[float] = []
        self._split(history)

    def _split(self, history: History) -> None:
        known = [record for record in history.records if record.queued is not None and not record.censored]
        if len(known) < ENOUGH:
            return
        queued = sum(max((record.queued or 0.0) - record.queued_error, 0.0) for record in known)  # for certain
        if queued < QUEUE_MATTERS * sum(record.seconds for record in known):
            return
        self._waits = [record.queued or 0.0 for record in known]
        waits = [ObservedDuration(record.queued or 0.0, error=record.queued_error) for record in known]
        model = density(_ends(waits), max(queued / len(known), 0.1))
        allowed = max(QUEUE_SHARE * self._budget, 1.2)
        self._queue = looks(model, self._cap, self._least, allowed)
        self._runs = _ends(history.runs().records)
        self._left = max(self._budget - expected(model, self._queue), 2.0)

    def _early(self, model: Density) -> list[float]:
        """Return the polls while little is known, the first of them early; it counts among those allowed."""
        allowed = SHARE * self._budget
        first = max(self._least, early(self._prior))
        times = looks(model, self._cap, self._least, allowed)
        if not times or times[0] <= first:
            return times
        later = looks(model, self._cap, self._least, max(allowed - model.at(first), 1.2))
        return [first, *(time for time in later if time >= first + self._least)]

    def start(self, after: float, before: float) -> tuple[float, float]:
        """Guess when the run began from the polls around it, and from when earlier ones began.

        Args:
            after: Seconds from the submit to the last poll that saw it queued.
            before: Seconds from the submit to the first poll that saw it at work.

        Returns:
            Seconds from the submit, and the standard deviation in seconds.
        """
        known = [wait for wait in self._waits if after <= wait <= before]
        if len(known) < ALIKE:
            return (after + before) / 2, (before - after) / math.sqrt(12)
        return fmean(known), pstdev(known)

    def next_delay(self, elapsed: float, running: float | None, width: float) -> float:
        """Return the seconds until the next poll.

        Args:
            elapsed: Seconds since the submit.
            running: Seconds since the run began; None while it is queued.
            width: Standard deviation of the begin in seconds, 0 when it was reported.
        """
        if self._queue is None:
            return self._next(self._whole, elapsed)
        if running is None:
            return self._next(self._queue, elapsed)
        return self._next(self._run(width), running)

    def _run(self, width: float) -> list[float]:
        step = 0 if width < 0.5 else round(2 * math.log2(width)) + 1
        if step not in self._run_looks:
            blur = 2 ** ((step - 1) / 2) if step else 0.0
            model: Density = density(self._runs, self._prior, blur)
            self._run_looks[step] = looks(model, self._cap, self._least, self._left)
        return self._run_looks[step]

    def _next(self, times: Sequence[float], elapsed: float) -> float:
        index = bisect_right(times, elapsed + 0.25 * self._least)
        if self.learned and elapsed > self._longest:
            # Longer than any before it: nothing is known of such tasks, so they are polled as without history.
            return min(self._cap, max(self._least, bound(elapsed)))
        if index < len(times):
            return times[index] - elapsed
        # The last planned poll is all but due, or the task takes longer than any before it.
        return self._least if times and elapsed < times[-1] else min(self._cap, max(self._least, elapsed / 2))


def bound(elapsed: float) -> float:
    """Return the seconds after which a task that ends now must have been seen to end: 10 % of its time, or a second."""
    return max(1.0, 0.1 * elapsed)


def early(prior: float) -> float:
    """Return the seconds after the submit at which a task is first polled, at the latest."""
    return min(EARLY, prior / 4)


def _ends(records: Sequence[ObservedDuration]) -> list[tuple[float, float, float]]:
    """Return when tasks end, with the share that ends so, and how far the moment is uncertain (standard deviation)."""
    return [(stretch.middle, stretch.share, stretch.width / math.sqrt(12)) for stretch in end_shares(records)]
