"""Which task is polled when: a heap of short spans of time, each with the tasks that are due in it.

Ten thousand tasks that wait need a few hundred entries of the heap, and moving one of them costs no search.
"""

import heapq
from collections.abc import Iterator

from AIGCLibrary.clock import Clock
from AIGCLibrary.tasks.watch import TaskWatch

TICK = 0.02
"""Length of a span in seconds: tasks due within it are polled together, the last of them so much too early."""


class Instant:
    """One moment on both clocks.

    Args:
        clock: Where it is read.
    """

    __slots__ = ("mono", "time")

    def __init__(self, clock: Clock) -> None:
        self.mono, self.time = clock.monotonic(), clock.now()


class PollSchedule:
    """Keeps the times at which tasks are due; each task once."""

    def __init__(self) -> None:
        self._spans: dict[int, list[TaskWatch]] = {}
        self._heap: list[int] = []

    def put(self, watch: TaskWatch, at: float) -> bool:
        """Note when a task is due, in place of what was noted before; says whether nothing is due earlier.

        Args:
            watch: The task.
            at: Monotonic time.
        """
        number = int(at / TICK)
        span = self._spans.get(number)
        if span is None:
            span = self._spans[number] = []
            heapq.heappush(self._heap, number)
        if watch.span is not span:
            span.append(watch)
            watch.span = span  # where it stood before, it counts no more
        watch.due = at
        return number <= self._heap[0]

    def take(self, now: float) -> list[TaskWatch]:
        """Return the tasks that are due, and forget them."""
        taken: list[TaskWatch] = []
        while self._heap and self._heap[0] * TICK <= now:
            span = self._spans.pop(heapq.heappop(self._heap))
            for watch in span:
                if watch.span is span:
                    watch.span = None
                    taken.append(watch)
        return taken

    def until(self, at: float) -> Iterator[TaskWatch]:
        """Return the tasks that are due by a time, in no order, without forgetting them."""
        for number, span in self._spans.items():
            if number * TICK <= at:
                yield from (watch for watch in span if watch.span is span)

    def next(self) -> float | None:
        """Return the time at which something is due next; None when nothing is."""
        return self._heap[0] * TICK if self._heap else None

    def clear(self) -> None:
        """Forget everything."""
        self._spans.clear()
        self._heap.clear()
