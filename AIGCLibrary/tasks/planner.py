"""When to ask again: the server's hint, progress, ETA, then what history says; clamped by the SLA."""

import random

from AIGCLibrary.tasks.plan import PollPlan, early
from AIGCLibrary.tasks.states import TaskState
from AIGCLibrary.tasks.watch import TaskWatch

JITTER = 0.05
REMAINDER = 0.6
"""Share of the predicted remainder after which progress is looked at again (research: 1.1 s at 7 requests)."""
PUSHED = 30.0
"""Longest pause between polls while a webhook or stream is at work, in seconds."""


class Planner:
    """Gives the pause before the next question.

    Args:
        seed: For the jitter that keeps many tasks from asking in step.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - jitter, not secrets

    def gap(self, watch: TaskWatch, now: float) -> float:
        """Give the seconds until the next question.

        Args:
            watch: The task.
            now: Time of day.
        """
        task = watch.task
        sla = task.sla
        least = max(sla.min_poll_interval, watch.client.provider.hints.min_interval)
        if watch.failures:
            pause = max(sla.pause(watch.failures, sla.min_poll_interval), watch.hint or 0.0)
            return self._jittered(pause)
        if watch.hint is not None:
            return max(watch.hint, 0.05)
        most = max(sla.max_poll_interval, least)
        if most == least:
            return self._jittered(least)  # the tester fixed the pause: there is nothing to plan
        gap = self._expected(watch, now)
        if watch.pushed and task.listen and task.looked_at is not None:
            # Pauses grow with the task's age, so that news that got lost cost little: at most twice its time.
            gap = max(gap, min(PUSHED, now - task.submitted_at))
        return self._jittered(min(max(gap, least), most))

    def _expected(self, watch: TaskWatch, now: float) -> float:
        task = watch.task
        if watch.missing_since is not None or watch.ambiguous_since is not None:
            return watch.task.sla.min_poll_interval * 2
        remainder = self.remainder(watch, now)
        if remainder is not None:
            return REMAINDER * remainder
        if task.eta is not None and task.eta > 0:
            return REMAINDER * task.eta
        plan, elapsed = watch.plan, now - task.submitted_at
        if plan is None or (watch.early and task.looked_at is None):
            prior = watch.client.provider.prior
            return early(prior) if task.looked_at is None else max(0.1 * prior, 0.1 * elapsed)
        if task.state is not TaskState.PROCESSING:
            watch.began = None
            return plan.gap(elapsed, None, 0.0)
        if watch.began is None:
            watch.began = self._began(watch, plan)
        begin, width = watch.began
        return plan.gap(elapsed, elapsed - begin, width)

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
        run = now - (task.started_at or task.submitted_at)
        still = now - task.changed_at
        if run <= 0 or (still > 0.4 * run and still > 2 * task.sla.min_poll_interval):
            return None  # it stands still: progress tells nothing of the end
        return run * (1 - progress) / progress

    def _jittered(self, gap: float) -> float:
        return gap * (1 + JITTER * (2 * self._random.random() - 1))
