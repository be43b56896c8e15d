"""Ends the waits for a task: it got there, its time is over, or nobody can say any more what became of it."""

import logging

from AIGCLibrary.clock import Clock
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.poll_schedule import TICK
from AIGCLibrary.tasks.states import TaskOutcome
from AIGCLibrary.tasks.watch import TaskWatch, WaitVerdict

log = logging.getLogger("aigc.tasks")


def settle(watch: TaskWatch, clock: Clock, *, timed: bool) -> None:
    """Wake the waiters whose wait is over, and warn once of a task that is slow.

    Args:
        watch: The task.
        clock: Time.
        timed: Limits count; they do not before the last poll was taken.
    """
    now = clock.monotonic()
    verdict = watch.verdict(now + TICK) if timed or watch.vanished or watch.broken else None
    for waiter in watch.waiters:
        if waiter.over:
            continue
        if waiter.satisfied(watch.task):
            waiter.settle(None)
        elif verdict is not None:
            waiter.settle(verdict)
        elif timed and waiter.at <= now + TICK:
            waiter.settle(WaitVerdict(TaskOutcome.TIMEOUT, waiter.total))
        elif waiter.warn_at is not None and now + TICK >= waiter.warn_at and not watch.warned:
            watch.warned = True
            watch.changed()
            _warn_slow(watch, clock.now())


def _warn_slow(watch: TaskWatch, now: float) -> None:
    task = watch.task
    state = Text(f"tasks.state.{task.state}")
    log.warning(
        Text("tasks.warning.slow", task=task.handle, state=state, elapsed=f"{task.age(now):.0f} s", kind=task.kind)
    )
