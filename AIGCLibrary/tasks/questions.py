"""Asks products for tasks that are due: many in one request where the product has a list, else one by one."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.tasks.client import ProviderAnswer, ProviderClient
from AIGCLibrary.tasks.poll_schedule import TICK, Instant, PollSchedule
from AIGCLibrary.tasks.watch import TaskWatch

log = logging.getLogger("aigc.tasks")

MANY = 200
"""Number of watched tasks at which those of a batch are asked for in step."""
BATCH_TICK = 0.5
"""Tasks of a batch due within this many seconds share a request."""
BATCHES = 16
"""Batches asked for at the same time; each may be a large answer."""
LAST_LOOK = 5.0
"""Seconds the last request before a verdict may take."""
BUSY = 0.05
"""Seconds after which a task that is being asked for is polled again."""
TakeAnswer = Callable[[TaskWatch, ProviderAnswer, Instant, Instant], None]
"""Takes an answer with the instants at which its request was sent and it came."""


class Questions:
    """The requests that are under way.

    Args:
        clock: Time.
        agenda: When tasks are polled; a batch takes along those that are due soon.
        known: Returns the mark of the answer before, 0 for none.
        took: Takes the answers.
        one_by_one: No batches.
    """

    def __init__(
        self,
        clock: Clock,
        agenda: PollSchedule,
        known: Callable[[TaskWatch], int],
        took: TakeAnswer,
        *,
        one_by_one: bool = False,
    ) -> None:
        self._clock = clock
        self._agenda = agenda
        self._known = known
        self._took = took
        self._one_by_one = one_by_one
        self._batching = asyncio.Semaphore(BATCHES)
        self._jobs: set[asyncio.Task[None]] = set()

    def ask(self, due: list[TaskWatch], now: float, watched: int) -> list[TaskWatch]:
        """Start the requests for tasks that are due.

        Args:
            due: The tasks.
            now: Monotonic time.
            watched: How many tasks are watched in all.

        Returns:
            The tasks that cannot be asked for.
        """
        singles, mute = [], []
        groups: dict[int, list[TaskWatch]] = {}
        for watch in due:
            if watch.busy:
                self._agenda.put(watch, now + BUSY)
            elif not watch.pollable:
                mute.append(watch)
            elif watch.client.provider.batch is None or self._one_by_one or _alone(watch, now):
                singles.append(watch)
            else:
                groups.setdefault(id(watch.client), []).append(watch)
        for watches in groups.values():
            singles += self._batches(watches, now, watched)
        for watch in singles:
            self._spawn(self._poll(watch))
        return mute

    async def close(self) -> None:
        """Drop the requests that are under way."""
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    def _batches(self, watches: list[TaskWatch], now: float, watched: int) -> list[TaskWatch]:
        """Start batch requests; return the tasks that are better asked for one by one."""
        client = watches[0].client
        batch = client.provider.batch
        assert batch is not None  # noqa: S101 - grouped by it
        if len(watches) < batch.size and watched < MANY:
            soon = self._agenda.until(now + BATCH_TICK)
            also = [watch for watch in soon if watch.client is client and not watch.busy and watch.pollable]
            watches += also[: batch.size - len(watches)]
        if len(watches) < batch.least:
            return watches
        watches.sort(key=id)  # the same ones together each time: an answer like the one before is then seen as a whole
        for start in range(0, len(watches), batch.size):
            self._spawn(self._poll_batch(client, watches[start : start + batch.size]))
        return []

    def _spawn(self, coroutine: Any) -> None:
        job = asyncio.get_running_loop().create_task(coroutine)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _poll(self, watch: TaskWatch) -> None:
        watch.busy = True
        asked = Instant(self._clock)
        try:
            last = watch.deadline() <= self._clock.monotonic() + TICK
            answer = await watch.client.status(watch.task, LAST_LOOK if last else None, self._known(watch))
        except Exception as error:
            log.exception("Task '%s' could not be polled.", watch.task.handle)
            _fail([watch], error)
            return
        finally:
            watch.busy = False
        self._took(watch, answer, asked, Instant(self._clock))

    async def _poll_batch(self, client: ProviderClient, watches: list[TaskWatch]) -> None:
        batch = client.provider.batch
        assert batch is not None  # noqa: S101 - grouped by it
        for watch in watches:
            watch.busy, watch.span = True, None
        asked = Instant(self._clock)
        try:
            async with self._batching:
                asked = Instant(self._clock)
                answers = await client.batch(batch, [watch.task for watch in watches], map(self._known, watches))
        except Exception as error:
            log.exception("A batch of %d tasks could not be polled.", len(watches))
            _fail(watches, error)
            return
        finally:
            for watch in watches:
                watch.busy = False
        now = Instant(self._clock)
        for watch, answer in zip(watches, answers, strict=True):
            if answer is None:
                self._spawn(self._poll(watch))  # the list may be limited to recent tasks
            else:
                self._took(watch, answer, asked, now)


def _alone(watch: TaskWatch, now: float) -> bool:
    """Return whether a task is asked for by itself: its last poll, or one that the product does not know."""
    return watch.deadline() <= now + TICK or watch.missing_since is not None


def _fail(watches: Iterable[TaskWatch], error: BaseException) -> None:
    for watch in watches:
        for waiter in watch.waiters:
            waiter.settle(error)
