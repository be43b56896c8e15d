"""When to ask again: the server's hint, then often enough, and earlier where progress, ETA or history suggest it.

A task that ends after d seconds is seen to have ended at most max(1 s, 10 % of d) later, with at most 60 requests in
ten minutes: pauses of a second, and of a tenth of the time gone from ten seconds on. What is known of a task only adds
requests near its expected end: one that fails early, unlike all before it, is seen within the bound, too. The limits
of the product (`Retry-After`, `hints.min_interval`), and those of the SLA, come first.
"""

import math
import random

from AIGCLibrary.tasks.poll_interval import PollPlan, bound, early
from AIGCLibrary.tasks.states import TaskState
from AIGCLibrary.tasks.watch import TaskWatch

JITTER = 0.05
REMAINDER = 0.6
"""Share of the predicted remainder after which progress is polled again (research: 1.1 s at 7 requests)."""
MARGIN = 0.05
"""Share of the longest allowed pause that is kept for the answer's way; as much again is jitter."""
ENDS_FROM = 1.0
"""Seconds within which no task is expected to end: the bound counts for tasks that last longer."""
SHORTEST = 0.05
"""Shortest pause ever, in seconds."""
PUSHED = 30.0
"""Longest pause between polls while a webhook or stream is at work, in seconds."""


STEADY = 10.0
"""Seconds after which pauses grow; until then there is a poll a second."""
EXTRA = 1
"""Requests beyond those of the bound that may be asked near an expected end."""


class Planner:
    """Computes the pause before the next poll.

    Args:
        seed: For the jitter that keeps many tasks from asking in step.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - jitter, not secrets

    def next_delay(self, watch: TaskWatch, now: float, took: float = 0.0) -> float:
        """Return the seconds until the next poll.

        Args:
            watch: The task.
            now: Time of day.
            took: Seconds that the last request took.
        """
        task = watch.task
        sla = task.sla
        allowed = watch.client.provider.hints.min_interval
        least = max(sla.min_poll_interval, allowed)
        if watch.failures:
            pause = self._jittered(sla.pause(watch.failures, sla.min_poll_interval))
            # Never before the time that the product names; after it spread out, or all tasks would ask at once.
            named = (watch.hint or 0.0) * (1 + JITTER * self._random.random())
            return max(pause, named, allowed)
        if watch.hint is not None:
            return max(watch.hint, 0.05)
        most = max(sla.max_poll_interval, least)
        if most == least:
            return max(self._jittered(least), allowed)  # the tester fixed the pause: there is nothing to plan
        learned = self._expected(watch, now)
        if watch.pushed and task.listen and task.looked_at is not None:
            # Pauses grow with the task's age, so that news that got lost cost little: at most twice its time.
            age = now - task.submitted_at
            gap = max(bound(age) if learned is None else learned, min(PUSHED, age))
            return self._jittered(min(max(gap, least), most))
        # A pause is counted from poll to poll here, or a slow answer would cost its time twice.
        longest = self._bounded(watch, now, took)
        if learned is not None and _may_ask_more(watch, now):
            longest = min(longest, learned)
        return min(max(longest, least - took, SHORTEST), most)

    def _bounded(self, watch: TaskWatch, now: float, took: float) -> float:
        """Return the longest pause after which a change is still seen in time."""
        task = watch.task
        elapsed = max(now - took - task.submitted_at, 0.0)
        pause = bound(elapsed) * (1.0 - MARGIN * (1.0 + self._random.random()))
        if task.looked_at is None and took == 0.0:
            pause += ENDS_FROM - elapsed
            return min(pause, early(watch.client.provider.prior))
        return max(pause - 2.0 * took, 0.5 * pause)

    def _expected(self, watch: TaskWatch, now: float) -> float | None:
        """Return the pause that what is known suggests; None where nothing is."""
        task = watch.task
        if watch.missing_since is not None or watch.ambiguous_since is not None:
            return watch.task.sla.min_poll_interval * 2
        remainder = self.remainder(watch, now)
        remainder = task.eta if remainder is None else remainder
        if remainder is not None and remainder > 0:
            return REMAINDER * remainder
        plan, elapsed = watch.plan, now - task.submitted_at
        if plan is None or not plan.learned:
            return None
        if task.state is not TaskState.PROCESSING:
            watch.began = None
            return plan.next_delay(elapsed, None, 0.0)
        if watch.began is None:
            watch.began = self._began(watch, plan)
        begin, width = watch.began
        return plan.next_delay(elapsed, elapsed - begin, width)

    @staticmethod
    def _began(watch: TaskWatch, plan: PollPlan) -> tuple[float, float]:
        task = watch.task
        if task.start_after is not None and task.start_before is not None:
            return plan.start(max(task.start_after - task.submitted_at, 0.0), task.start_before - task.submitted_at)
        return (task.started_at or task.submitted_at) - task.submitted_at, 0.0

    def remainder(self, watch: TaskWatch, now: float) -> float | None:
        """Predict the seconds to the end from the progress since processing began."""
        task = watch.task
        progress = task.progress
        if not progress or progress >= 1 or task.state is not TaskState.PROCESSING:
            return None
        begun = task.started_at or task.submitted_at
        if task.start_after is not None and task.start_before is not None:
            begun = (task.start_after + task.start_before) / 2  # a guess will do for the time of a request
        run = now - begun
        still = now - task.changed_at
        if run <= 0 or (still > 0.4 * run and still > 2 * task.sla.min_poll_interval):
            return None  # it stands still: progress says nothing about the end
        return run * (1 - progress) / progress

    def _jittered(self, gap: float) -> float:
        return gap * (1 + JITTER * (2 * self._random.random() - 1))


def _may_ask_more(watch: TaskWatch, now: float) -> bool:
    """Return whether a request earlier than the bound asks for keeps within the limit of 60 in ten minutes."""
    if watch.missing_since is not None or watch.ambiguous_since is not None or watch.task.looked_at is None:
        return True
    elapsed = max(now - watch.task.submitted_at, 1.0)
    steady = min(elapsed, STEADY)
    asked = steady + math.log(max(elapsed / STEADY, 1.0)) / math.log1p(0.1 * (1.0 - 1.5 * MARGIN))
    return watch.task.polls <= asked + EXTRA
