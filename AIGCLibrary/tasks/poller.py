"""Watches all tasks with one heap on one loop: asks when it is time, wakes the waiters, and counts.

agenda of watches by time ──► due now? ──► requests (batches, single polls) ──► apply ──► settle the waiters
webhook, stream ──► deliver ───────────────────────────────┘
"""

import asyncio
import math
from array import array
from collections.abc import Callable

from AIGCLibrary.clock import Clock
from AIGCLibrary.events import Bus
from AIGCLibrary.tasks.client import SAME, ProviderAnswer, ProviderClient
from AIGCLibrary.tasks.heap import FrozenHeap
from AIGCLibrary.tasks.planner import Planner
from AIGCLibrary.tasks.poll_interval import PollPlan
from AIGCLibrary.tasks.poll_schedule import TICK, Instant, PollSchedule
from AIGCLibrary.tasks.questions import BATCH_TICK, LAST_LOOK, MANY, Questions
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.registry import TaskRegistry
from AIGCLibrary.tasks.settling import settle
from AIGCLibrary.tasks.states import TaskOutcome, TaskState
from AIGCLibrary.tasks.transitions import NOTHING, apply, unchanged
from AIGCLibrary.tasks.views import changed_event, finished_event
from AIGCLibrary.tasks.watch import Limit, TaskWatch, Waiter

JUST = 1.0
"""Seconds for which a submit counts as just done."""
STEP = 0.005
"""Seconds by which the time of day must move against monotonic time to count as set again."""
LATENESS = 10_000
"""Looks of which it is remembered how many seconds late they were."""


class TaskObserver:
    """The poller: watches tasks until they end or their time is over.

    The name is part of the public API; "observer" here means that it observes remote tasks.

    Args:
        registry: Where changes are kept.
        bus: Takes the events.
        clock: Time.
        planner: Says when to ask again.
        one_by_one: Each task is asked for by itself, also where the product has a list: a recording keeps each alone.
    """

    def __init__(
        self, registry: TaskRegistry, bus: Bus, clock: Clock, planner: Planner, *, one_by_one: bool = False
    ) -> None:
        self.registry = registry
        self.planner = planner
        self._bus = bus
        self._clock = clock
        self._watches: dict[str, TaskWatch] = {}
        self._agenda = PollSchedule()
        self._heap = FrozenHeap()
        self._questions = Questions(clock, self._agenda, self._known, self._took, one_by_one=one_by_one)
        self._wake = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._warned: set[tuple[str, str]] = set()
        self._finished: dict[str, int] = {}
        self._wait_seconds = 0.0
        self._last_offset = math.inf
        self.lateness = array("f")
        self._owner_of = registry.owner_of
        self.on_end: list[Callable[[Task], None]] = []
        self.on_answer: list[Callable[[Task, ProviderAnswer], None]] = []
        self.on_watch: list[Callable[[TaskWatch], None]] = []

    def register(
        self,
        task: Task,
        client: ProviderClient,
        plan: PollPlan | None = None,
        *,
        background: bool = False,
    ) -> TaskWatch:
        """Start to watch a task; once it is watched, gives the watch it has."""
        watch = self._watches.get(task.handle)
        if watch is None:
            watch = TaskWatch(task, client, self._offset(), background, plan=plan, seen=self._owner_of)
            self._watches[task.handle] = watch
            for prepare in self.on_watch:
                prepare(watch)
            self._schedule(watch, self._first(watch))
        watch.background = watch.background or background
        watch.plan = plan or watch.plan
        watch.client = client
        self._start()
        return watch

    def submitted(self, watch: TaskWatch) -> None:
        """Plan the first poll of a task whose submission was only just sent."""
        self._schedule(watch, self._first(watch))

    def watched(self, handle: str) -> TaskWatch | None:
        """Return the watch of a task."""
        return self._watches.get(handle)

    def begin(self, watch: TaskWatch, target: TaskState | None, total: Limit, warn_at: float | None = None) -> Waiter:
        """Start a wait; end it with `leave`.

        Args:
            watch: The task.
            target: `queued` or `processing`: that or further; else, and for None: the end.
            total: The limit of this wait.
            warn_at: Monotonic time of the warning that it is slow.

        Returns:
            What to wait for.
        """
        waiter = Waiter(target, total.seconds, total.at, total.source, warn_at)
        if waiter.satisfied(watch.task):
            waiter.settle(None)
            return waiter
        watch.waiters = (*watch.waiters, waiter)
        watch.changed()
        if self._watches.setdefault(watch.task.handle, watch) is watch and watch.span is None and not watch.busy:
            # It was dropped, or looked at, between its registration and now.
            self._schedule(watch, self._first(watch))
            self._start()
        latest = watch.next_check_at()
        if latest < watch.due:
            self._schedule(watch, latest)
        return waiter

    def waited(self, seconds: float) -> None:
        """Count the time a test has spent waiting."""
        self._wait_seconds += seconds

    def leave(self, watch: TaskWatch, waiter: Waiter) -> None:
        """End a wait, whether or not it came to a verdict."""
        watch.waiters = tuple(other for other in watch.waiters if other is not waiter)
        watch.changed()
        self._drop_unused(watch)

    async def look(self, watch: TaskWatch) -> ProviderAnswer:
        """Ask now, and take the answer into account."""
        asked = self._clock.now()
        answer = await watch.client.status(watch.task, LAST_LOOK, self._known(watch))
        self.deliver(watch, answer, asked=asked)
        return answer

    def release(self, watch: TaskWatch) -> None:
        """Stop watching a task that nobody waits for."""
        self._drop_unused(watch)

    def deliver(
        self, watch: TaskWatch, answer: ProviderAnswer, time: float | None = None, asked: float | None = None
    ) -> None:
        """Take an answer into account, wherever it comes from.

        Args:
            watch: The task.
            answer: What came.
            time: Time of day at which it came; now, when not given.
            asked: Time of day at which the request was sent; None for what the product sent by itself.
        """
        task = watch.task
        now = self._clock.now() if time is None else time
        over = task.outcome is not None
        for hook in self.on_answer:
            hook(task, answer)
        change = apply(watch, answer, now, self._warned, asked)
        if change is NOTHING:
            return
        watch.changed()
        if change.moment is not None:
            self.registry.record(task, change.moment)
            self.registry.save(task)
            self._bus.emit(changed_event(task, change.previous, now))
        if task.ended and not over:
            self.finish(task, task.outcome or TaskOutcome.FAILED)
        self._judge(watch, timed=bool(watch.failures) and not watch.pollable)

    def finish(self, task: Task, outcome: TaskOutcome) -> None:
        """Publish that a task is over, for the metrics and the store; `duration` is censored unless it completed."""
        task.outcome = outcome
        now = self._clock.now()
        if not task.ended:
            task.duration = None
        self._finished[outcome] = self._finished.get(outcome, 0) + 1
        self.registry.save(task)
        for hook in self.on_end:
            hook(task)
        self._bus.emit(finished_event(task, outcome, now))

    def count(self, task: Task, outcome: TaskOutcome) -> None:
        """Publish for the metrics how a task ended, where that is not what the product says of it."""
        self._bus.emit(finished_event(task, outcome, self._clock.now()))

    def collect_metrics(self) -> dict[str, float]:
        """Return what was counted so far: tasks by outcome, requests, errors, seconds spent waiting."""
        tasks = self.registry.known()
        return {
            "watched": float(len(self._watches)),
            "polls": float(sum(task.polls for task in tasks)),
            "request_errors": float(sum(task.errors for task in tasks)),
            "wait_seconds": round(self._wait_seconds, 3),
            **{str(outcome): float(count) for outcome, count in self._finished.items()},
        }

    def wake(self, watch: TaskWatch, at: float) -> None:
        """Look at a task at a time (monotonic), if that is earlier than planned."""
        watch.again = watch.busy
        if at < watch.due:
            self._schedule(watch, at)

    async def close(self) -> None:
        """Stop watching."""
        streams = (watch.stream for watch in self._watches.values())
        jobs = [job for job in (self._runner, *streams) if job is not None]
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, self._questions.close(), return_exceptions=True)
        self._runner = None
        self._watches.clear()
        self._agenda.clear()
        self._heap.release()

    def _first(self, watch: TaskWatch) -> float:
        """Return when to ask for the first time: as planned for a task just submitted, at once for all others."""
        now, task = self._clock.monotonic(), watch.task
        just = task.submitted and not task.hinted and not task.tracked and self._clock.now() - task.submitted_at < JUST
        return now + (self.planner.next_delay(watch, self._clock.now()) if just and task.polls == 0 else 0.0)

    def _offset(self) -> float:
        """Return monotonic time less time of day: one number for all tasks, until the clock is set."""
        offset = self._clock.monotonic() - self._clock.now()
        if abs(offset - self._last_offset) > STEP:
            self._last_offset = offset
        return self._last_offset

    def _schedule(self, watch: TaskWatch, at: float) -> None:
        if self._agenda.put(watch, at):
            self._wake.set()

    def _start(self) -> None:
        if self._runner is None or self._runner.done():
            self._wake = asyncio.Event()
            self._runner = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while self._watches:
            now = self._clock.monotonic()
            self._heap.adapt(len(self._watches))
            due = self._agenda.take(now)
            if due:
                self.lateness.extend(now - watch.due for watch in due)
                del self.lateness[:-LATENESS]
                self._look_at(due, now)
            await self._pause(now)
        self._heap.release()

    async def _pause(self, now: float) -> None:
        soonest = self._agenda.next()
        self._wake.clear()
        if soonest is None:
            await self._wake.wait()
            return
        delay = max(soonest - now, TICK)
        sleeper = asyncio.ensure_future(self._clock.sleep(delay))
        sleeper.add_done_callback(self._awake)
        try:
            await self._wake.wait()
        finally:
            sleeper.remove_done_callback(self._awake)
            sleeper.cancel()

    def _awake(self, _sleeper: object) -> None:
        self._wake.set()

    def _look_at(self, due: list[TaskWatch], now: float) -> None:
        for watch in self._questions.ask(due, now, len(self._watches)):
            self._judge(watch, timed=True)
            self._replan(watch, now, self._clock.now())

    def _known(self, watch: TaskWatch) -> int:
        """Return the mark of the answer before, unless a caller wants every answer."""
        return 0 if self.on_answer else watch.mark

    def _took(self, watch: TaskWatch, answer: ProviderAnswer, asked: Instant, now: Instant) -> None:
        if answer is SAME:
            self._goes_on(watch, asked, now)
            return
        self.deliver(watch, answer, now.time, asked.time)
        if watch.vanished or watch.broken or watch.failures or now.mono + TICK >= watch.next_check_at():
            self._judge(watch, timed=True)
        self._replan(watch, now.mono, now.time, now.mono - asked.mono)

    def _goes_on(self, watch: TaskWatch, asked: Instant, now: Instant) -> None:
        """Take in an answer with nothing new; of ten thousand tasks that wait, nearly all get one."""
        unchanged(watch, now.time, asked.time)
        if now.mono + TICK >= watch.next_check_at():
            self._judge(watch, timed=True)
        self._replan(watch, now.mono, now.time, now.mono - asked.mono)

    def _replan(self, watch: TaskWatch, now: float, time: float, took: float = 0.0) -> None:
        """Put a task back into the agenda, unless nobody cares any more.

        Args:
            watch: The task.
            now: Monotonic time.
            time: Time of day.
            took: Seconds that the last request took.
        """
        if self._watches.get(watch.task.handle) is not watch:
            return
        if watch.task.ended or not (watch.waiters or watch.background):
            self._drop_unused(watch)
            return
        at = now if watch.again and not watch.failures else now + self.planner.next_delay(watch, time, took)
        watch.again = False
        provider = watch.client.provider
        if provider.status is None:
            at = now + 3600.0
        elif provider.batch is not None and len(self._watches) >= MANY:
            # All in step, so that batches are full; and what asking took must not move a task to another batch.
            step = round((watch.due + at - now) / BATCH_TICK) * BATCH_TICK
            least = now + 0.8 * (at - now)
            at = step if step >= least else math.ceil(least / BATCH_TICK) * BATCH_TICK
        latest = watch.next_check_at()
        if at > latest:
            at = max(latest, now + TICK)
        self._schedule(watch, at)

    def _judge(self, watch: TaskWatch, *, timed: bool) -> None:
        settle(watch, self._clock, timed=timed)

    def _drop_unused(self, watch: TaskWatch) -> None:
        if watch.waiters or (watch.background and not watch.task.ended):
            return
        if self._watches.get(watch.task.handle) is watch:
            del self._watches[watch.task.handle]
            watch.span = None
            if watch.stream:
                watch.stream.cancel()
        if not self._watches:
            self._wake.set()
