"""One task under watch: who waits for what, until when, and how it is asked."""

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.client import ProviderAnswer, ProviderClient
from AIGCLibrary.tasks.compact import Rare, Sparse
from AIGCLibrary.tasks.poll_interval import PollPlan
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.snapshot import ResultFile, TaskFailure
from AIGCLibrary.tasks.states import TaskOutcome, TaskState


@dataclass(frozen=True, slots=True)
class Limit:
    """A time that is over, or will be.

    Args:
        clock: `timeout`, `queue_timeout`, `run_timeout` or `stall_timeout`.
        seconds: How long it allowed.
        at: When it is over, on the monotonic clock.
        source: Where the limit comes from, for messages: `timeout`, `SLA`, `predicted from 40 tasks`.
    """

    clock: str
    seconds: float
    at: float
    source: Text | str = "SLA"


@dataclass(frozen=True, slots=True)
class WaitVerdict:
    """Why a wait ended before the provider said that the task did."""

    outcome: TaskOutcome
    limit: Limit | None = None
    problem: str = ""


@dataclass(slots=True, eq=False)
class Waiter:
    """Somebody who waits for a task to reach a state.

    Args:
        target: The state; None for any end.
        seconds: How long this wait may take.
        at: When its time is over, monotonic.
        source: Where its limit comes from.
        warn_at: When it is slow, monotonic.
        over: There is nothing more to wait for: the task got there, or `end` says why not.
        future: Made only while a caller sleeps, since ten thousand of them take room.
    """

    target: TaskState | None
    seconds: float
    at: float
    source: Text | str
    warn_at: float | None = None
    over: bool = False
    end: "WaitVerdict | BaseException | None" = None
    future: "asyncio.Future[None] | None" = None

    @property
    def total(self) -> Limit:
        """The limit of this wait."""
        return Limit("timeout", self.seconds, self.at, self.source)

    def settle(self, end: "WaitVerdict | BaseException | None") -> None:
        """End the wait, unless it is over."""
        self.over, self.end = True, self.end if self.over else end
        if self.future is not None and not self.future.done():
            self.future.set_result(None)

    async def wait(self) -> WaitVerdict | None:
        """Wait; returns None when the task ended or got there, else why the wait ended."""
        if not self.over:
            self.future = asyncio.get_running_loop().create_future()
            await self.future
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end

    def satisfied(self, task: Task) -> bool:
        """Return whether there is nothing more to wait for."""
        if task.ended or self.target is None:
            return task.ended
        order = (TaskState.QUEUED, TaskState.PROCESSING)
        return self.target in order and task.state in order and order.index(task.state) >= order.index(self.target)


@dataclass(slots=True, eq=False)
class TaskWatch(Sparse):
    """A task that is being asked about.

    Args:
        offset: Monotonic time less time of day, so that both can be compared.
        due: When it is polled next, monotonic.
        span: Its place in the agenda.
        mark: Of the last answer that reported it as unfinished; an answer with the same mark holds nothing new.
        problem: Why the last request got no answer.
        refusal: What an answer in HTTP 200 said against the last request: too many requests, an internal error.
        asked: Method and URL of the last request that failed.
        completed: Its state is known to be completed, but not its result.
        unreadable: Its last answer held no state.
        unread: Requests in a row for its result to which the product answered with an error of its own.
        failing_since: Since when there are only errors, monotonic.
        failures: Errors in a row.
        missing_since: Since when the provider does not know it.
        ambiguous_since: Since when its answers could as well mean that it does not exist.
        seen: Finds an earlier task that had the same file.
        again: News came while it was being asked about: that answer may be older than the news.
        pushed: A webhook or stream sent something; polling slows down.
    """

    task: Task
    client: ProviderClient
    offset: float
    background: bool = False
    waiters: tuple[Waiter, ...] = ()
    due: float = 0.0
    span: "list[TaskWatch] | None" = None
    mark: int = 0
    busy: bool = False
    again: bool = False
    hint: float | None = None
    failures: int = 0
    missing_since: float | None = None
    plan: PollPlan | None = None
    seen: Callable[[Task, Iterable[ResultFile]], str | None] | None = None
    began: tuple[float, float] | None = None
    _deadline: float | None = None
    _next_check_at: float = math.inf
    rest: Any = field(default=None, init=False, repr=False)
    # Fields that most watches do not set.
    problem = Rare[str]("")
    refusal = Rare[TaskFailure | None](None)
    asked = Rare[str]("")
    completed = Rare[bool](False)
    failing_since = Rare[float | None](None)
    ambiguous_since = Rare[float | None](None)
    vanished = Rare[bool](False)
    broken = Rare[ProviderAnswer | None](None)
    unreadable = Rare[bool](False)
    unread = Rare[int](0)
    pushed = Rare[bool](False)
    warned = Rare[bool](False)
    stream = Rare[asyncio.Task[None] | None](None)

    def duplicate_of(self, files: Iterable[ResultFile]) -> str | None:
        """Return an earlier task of the same provider that had one of these files."""
        return self.seen(self.task, files) if self.seen else None

    def to_monotonic(self, moment: float) -> float:
        """Turn a time of day into monotonic time."""
        return moment + self.offset

    def limits(self) -> list[Limit]:
        """Return the clocks that run now, besides the waiters' own."""
        task, found = self.task, []
        sla = task.sla
        if task.ended:
            return []
        if sla.queue_timeout is not None and task.state is TaskState.QUEUED:
            found.append(("queue_timeout", sla.queue_timeout, task.submitted_at))
        if sla.run_timeout is not None and task.state is TaskState.PROCESSING:
            found.append(("run_timeout", sla.run_timeout, task.started_at or task.changed_at))
        if sla.stall_timeout is not None:
            found.append(("stall_timeout", sla.stall_timeout, max(task.changed_at, task.submitted_at)))
        return [Limit(clock, seconds, self.to_monotonic(since + seconds)) for clock, seconds, since in found]

    @property
    def awaits_start(self) -> bool:
        """True while a caller waits for its work to begin."""
        begun = self.task.state is not TaskState.QUEUED
        return not begun and any(waiter.target is TaskState.PROCESSING for waiter in self.waiters)

    @property
    def pollable(self) -> bool:
        """True while its provider can be asked about it."""
        return self.client.provider.status is not None and self.task.submitted and not self.task.ended

    def verdict(self, until: float) -> WaitVerdict | None:
        """Return what ends every wait for it: vanished, refused, unreachable for too long, a clock run out.

        Args:
            until: Monotonic time up to which limits count as over.
        """
        if self.task.ended:
            return None
        if self.vanished:
            return WaitVerdict(TaskOutcome.VANISHED)
        if self.broken is not None:
            return WaitVerdict(TaskOutcome.FAILED, problem="refused")
        outage = self.task.sla.outage
        if self.failing_since is not None and self.failures >= 3 and until - self.failing_since >= outage:
            return WaitVerdict(TaskOutcome.FAILED, problem="outage")
        for limit in self.limits():
            if limit.at <= until:
                stalled = limit.clock == "stall_timeout"
                return WaitVerdict(TaskOutcome.STALLED if stalled else TaskOutcome.TIMEOUT, limit)
        return None

    def changed(self) -> None:
        """Have its times computed again: its state, its limits or its waiters have changed."""
        self._deadline = None

    def deadline(self) -> float:
        """Return when the first of its limits is over, monotonic."""
        if self._deadline is None:
            self._work_out()
        return self._deadline  # type: ignore[return-value] # worked out above

    def next_check_at(self) -> float:
        """Return when it must be polled, monotonic: a limit expires, or a warning is due before it."""
        if self._deadline is None:
            self._work_out()
        return self._next_check_at

    def _work_out(self) -> None:
        ends = [limit.at for limit in self.limits()] + [waiter.at for waiter in self.waiters]
        warnings = [waiter.warn_at for waiter in self.waiters if waiter.warn_at is not None and not self.warned]
        self._deadline = min(ends, default=math.inf)
        self._next_check_at = min([self._deadline, *warnings])
