"""Our own queue before the product's: tasks wait here, by priority, while a limit holds them back."""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from AIGCLibrary.clock import Clock
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.client import ProviderClient
from AIGCLibrary.tasks.leases import Leases
from AIGCLibrary.tasks.permits import PermitLimit, Permits
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.submitter import Submitter

log = logging.getLogger("aigc.tasks")
PAUSE = 0.5
"""Seconds between two looks for a permit that another process may have given back."""
MIDDLE = 5
"""Priority of tasks that were given none."""


@dataclass(order=True, slots=True)
class _Entry:
    rank: tuple[int, int]
    task: Task = field(compare=False)
    client: ProviderClient = field(compare=False)
    demands: list[PermitLimit] = field(compare=False)
    sent: "asyncio.Future[None]" = field(compare=False)


class SubmitQueue:
    """Sends submissions at once where nothing limits them, else by priority as permits come free.

    Args:
        clock: For pauses.
        leases: Notifies when another process released a permit.
        permits: What submissions need leave of.
        submitter: Sends the submissions.
        on_sent: Called when a submission was sent under a limit; the task must then be watched to its end.
    """

    def __init__(
        self,
        clock: Clock,
        leases: Leases,
        permits: Permits,
        submitter: Submitter,
        on_sent: Callable[[Task, ProviderClient], None],
    ) -> None:
        self._clock = clock
        self._leases = leases
        self._permits = permits
        self._submitter = submitter
        self._on_sent = on_sent
        self._waiting: list[_Entry] = []
        self._sent: dict[str, asyncio.Future[None]] = {}
        self._order = itertools.count()
        self._freed = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._jobs: set[asyncio.Task[None]] = set()

    async def submit(self, task: Task, client: ProviderClient) -> None:
        """Send a submission, or put it into the queue; errors of submissions sent at once are raised here."""
        submit = client.provider.submit
        demands = self._permits.demands(task, client.provider)
        if submit is not None and submit.held:
            self._sent[task.handle] = asyncio.get_running_loop().create_future()
            self._submitter.remember(task)
            self._spawn(self._send_alone(task, client, demands))
            return
        if not demands:
            await self._submitter.submit(task, client)
            return
        if not self._ahead(task) and await self._permits.take(task, demands):
            await self._send(task, client)
            return
        priority = task.priority if task.priority is not None else MIDDLE
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sent[task.handle] = future
        self._submitter.remember(task)
        heapq.heappush(self._waiting, _Entry((-priority, next(self._order)), task, client, demands, future))
        log.info(Text("tasks.submit.queued", task=task.handle, place=len(self._waiting)))
        if self._runner is None or self._runner.done():
            self._freed = asyncio.Event()
            self._runner = asyncio.get_running_loop().create_task(self._run())

    def place(self, handle: str) -> int | None:
        """Return the place of a task in our queue, from 1; None when it is not in it."""
        ordered = sorted(self._waiting)
        return next((place for place, entry in enumerate(ordered, 1) if entry.task.handle == handle), None)

    async def sent(self, task: Task, client: ProviderClient) -> None:
        """Wait until a submission was sent; raises what went wrong with it.

        One that another process was about to send when it was killed is looked for, and sent if it never arrived.
        """
        if task.handle not in self._sent:
            task.unsure = True
            self._sent[task.handle] = asyncio.get_running_loop().create_future()
            self._spawn(self._send_alone(task, client, []))
        await asyncio.shield(self._sent[task.handle])

    def call(self, handle: str) -> "asyncio.Future[None] | None":
        """Return what ends with the answer to a submission that is being sent or held now; None when there is none."""
        future = self._sent.get(handle)
        waiting = any(entry.task.handle == handle for entry in self._waiting)
        return future if future is not None and not future.done() and not waiting else None

    def failed(self, handle: str) -> BaseException | None:
        """Return what a submission came to that was sent in the background; None where nothing went wrong."""
        future = self._sent.get(handle)
        return future.exception() if future is not None and future.done() and not future.cancelled() else None

    def drop(self, handle: str) -> bool:
        """Take a task out of our queue; says whether it was in it."""
        for entry in self._waiting:
            if entry.task.handle == handle:
                self._waiting.remove(entry)
                heapq.heapify(self._waiting)
                if not entry.sent.done():
                    entry.sent.set_result(None)
                return True
        return False

    def ended(self, task: Task) -> None:
        """Release the permits of a task that is over."""
        self._spawn(self._give_back(task.handle))

    async def close(self) -> None:
        """Stop, and release all permits."""
        jobs = [job for job in (self._runner, *self._jobs) if job is not None]
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        for future in self._sent.values():
            if not future.done():
                future.cancel()
            elif not future.cancelled():
                future.exception()
        self._runner = None
        await self._leases.close()

    def _ahead(self, task: Task) -> bool:
        return any(entry.task.provider == task.provider for entry in self._waiting)

    async def _run(self) -> None:
        while self._waiting:
            entry = await self._next()
            if entry is not None:
                self._spawn(self._send_entry(entry))
                continue
            self._freed.clear()
            waker = asyncio.ensure_future(self._freed.wait())
            sleeper = asyncio.ensure_future(self._clock.sleep(PAUSE))
            try:
                await asyncio.wait({waker, sleeper}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waker.cancel()
                sleeper.cancel()

    async def _next(self) -> _Entry | None:
        """Take the first task that all its limits let go; others of the same provider do not overtake it."""
        held_back: set[str] = set()
        for entry in sorted(self._waiting):
            names = {demand.name for demand in entry.demands}
            if names & held_back:
                continue
            if await self._permits.take(entry.task, entry.demands):
                if entry in self._waiting:
                    self._waiting.remove(entry)
                    heapq.heapify(self._waiting)
                    return entry
                await self._permits.give_back(entry.task.handle)
            else:
                held_back |= names
        return None

    async def _send_entry(self, entry: _Entry) -> None:
        try:
            entry.task.submitted_at = self._clock.now()
            await self._send(entry.task, entry.client)
            if not entry.sent.done():
                entry.sent.set_result(None)
        except Exception as error:  # noqa: BLE001 - raised where the task is waited for
            if not entry.sent.done():
                entry.sent.set_exception(error)

    async def _send(self, task: Task, client: ProviderClient) -> None:
        try:
            await self._submitter.submit(task, client)
        except BaseException:
            await self._give_back(task.handle)
            raise
        self._on_sent(task, client)

    async def _send_alone(self, task: Task, client: ProviderClient, demands: list[PermitLimit]) -> None:
        future = self._sent[task.handle]
        try:
            while demands and not await self._permits.take(task, demands):
                await self._clock.sleep(PAUSE)
            await self._submitter.submit(task, client)
            future.set_result(None)
        except Exception as error:  # noqa: BLE001 - raised in the keyword that waits for the task
            await self._give_back(task.handle)
            future.set_exception(error)

    async def _give_back(self, handle: str) -> None:
        if await self._permits.give_back(handle):
            self._freed.set()

    def _spawn(self, coroutine: "asyncio._CoroutineLike[None]") -> None:
        job = asyncio.get_running_loop().create_task(coroutine)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
