"""Waiting for tasks: for one, for all, for any; with the limits that count, and the error when they are over."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.i18n import Text, listed
from AIGCLibrary.tasks.actions import Actions
from AIGCLibrary.tasks.client import ProviderClient
from AIGCLibrary.tasks.errors import TaskTimeoutError
from AIGCLibrary.tasks.failures import ended_error, facts, verdict_error, with_more
from AIGCLibrary.tasks.histories import Histories
from AIGCLibrary.tasks.history import History
from AIGCLibrary.tasks.limits import SlaOverrides
from AIGCLibrary.tasks.poll_interval import bound
from AIGCLibrary.tasks.poller import TaskObserver
from AIGCLibrary.tasks.prediction import predict, slow_after
from AIGCLibrary.tasks.queue import SubmitQueue
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.sla import AUTO, SLA, OnTimeout
from AIGCLibrary.tasks.states import TaskOutcome, TaskState
from AIGCLibrary.tasks.timeout import Timeout
from AIGCLibrary.tasks.unfinished import unfinished
from AIGCLibrary.tasks.watch import Limit, TaskWatch, Waiter, WaitVerdict

log = logging.getLogger("aigc.tasks")
LONGEST = 600.0
"""Seconds a predicted timeout is limited to, when the provider sets no limit itself."""


class Waits:
    """Waits for tasks.

    Args:
        clock: Time.
        observer: Asks for the tasks.
        histories: How long earlier ones took.
        limits: What `Set Task SLA` changed.
        queue: Tasks that are not sent yet.
        actions: Cancels what is over its time, where asked.
        client_of: Returns the client of a task.
    """

    def __init__(
        self,
        clock: Clock,
        observer: TaskObserver,
        histories: Histories,
        limits: SlaOverrides,
        queue: SubmitQueue,
        actions: Actions,
        client_of: Callable[[Task], ProviderClient],
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._histories = histories
        self._limits = limits
        self._queue = queue
        self._actions = actions
        self._client_of = client_of

    async def all(self, tasks: Sequence[Task], timeout: Timeout | None = None) -> None:
        """Wait until all tasks are completed.

        Raises:
            TaskError: One or more were not; the error names all of them.
        """
        # Ten thousand waits need no coroutine each: only those that our own queue holds back get one.
        held = {task.handle for task in tasks if not task.submitted and task.outcome is None}
        later = asyncio.gather(
            *(self.until(task, TaskState.COMPLETED, timeout) for task in tasks if task.handle in held),
            return_exceptions=True,
        )
        begun: list[TaskWatch] = []
        waiters: list[Waiter] = []
        histories: list[History] = []  # three lists: ten thousand tuples would take room
        ends: list[AIGCError | None] = []
        try:
            for task in tasks:
                if task.handle not in held:
                    watch, waiter, history = await self._begin(task, TaskState.COMPLETED, timeout)
                    begun.append(watch)
                    waiters.append(waiter)
                    histories.append(history)
            ends = [
                await self._end(watch, await waiter.wait(), history, TaskState.COMPLETED, waiter.at)
                for watch, waiter, history in zip(begun, waiters, histories, strict=True)
            ]
        finally:
            for watch, waiter in zip(begun, waiters, strict=True):
                self._observer.leave(watch, waiter)
            if len(ends) < len(begun):
                later.cancel()
        bad = [end for end in (*ends, *await later) if end is not None]
        for end in bad:
            if not isinstance(end, AIGCError):
                raise end
        if bad:
            raise _joined([end for end in bad if isinstance(end, AIGCError)], len(tasks))

    async def any(self, tasks: Sequence[Task], timeout: Timeout | None = None) -> Task:
        """Wait until one of several tasks is completed, and return it.

        Raises:
            TaskError: None was: all ended otherwise, or the time was over.
        """
        waits = {asyncio.ensure_future(self.until(task, TaskState.COMPLETED, timeout)): task for task in tasks}
        failed: list[AIGCError] = []
        pending = set(waits)
        try:
            while pending:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for wait in done:
                    error = wait.exception()
                    if error is None:
                        return waits[wait]
                    if not isinstance(error, AIGCError):
                        raise error
                    failed.append(error)
        finally:
            for wait in pending:
                wait.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
        raise _joined(failed, len(tasks))

    async def until(
        self, task: Task, target: TaskState, timeout: Timeout | None, sla: Mapping[str, Any] | SLA | None = None
    ) -> None:
        """Wait until a task reaches a state.

        Raises:
            TaskError: It ended otherwise, or its time was over.
        """
        call = self._queue.call(task.handle)
        if call is None:
            await self._until_sent(task, timeout)
        started = self._clock.monotonic()
        watch, waiter, history = await self._begin(task, target, timeout, sla)
        if call is not None:  # limits count for a call that the product holds as for any other task
            call.add_done_callback(partial(self._called, watch, waiter))
        try:
            verdict = await waiter.wait()
        finally:
            self._observer.waited(self._clock.monotonic() - started)
            self._observer.leave(watch, waiter)
        error = await self._end(watch, verdict, history, target, waiter.at)
        if error is not None:
            raise error

    def _called(self, watch: TaskWatch, waiter: Waiter, call: "asyncio.Future[None]") -> None:
        """Take the end of a submission that was being sent: an error ends the wait, else the task continues."""
        error = None if call.cancelled() else call.exception()
        if error is not None:
            waiter.settle(error)
        elif not watch.task.ended:
            self._observer.submitted(watch)

    async def _begin(
        self, task: Task, target: TaskState, timeout: Timeout | None, sla: Mapping[str, Any] | SLA | None = None
    ) -> tuple[TaskWatch, Waiter, History]:
        client = self._client_of(task)
        limits = self._limits.of(task.sla, task.kind).changed(sla)
        task.sla = limits if limits != task.sla else task.sla
        history = await self._histories.of(task)
        plan = await self._histories.plan(task, client.provider) if not task.ended else None
        # From here to the wait nothing may be awaited: a watch that nobody waits for is dropped.
        watch = self._observer.register(task, client, plan)
        watch.broken = None
        watch.changed()
        total, warn_at = self._limit(watch, history, timeout)
        return watch, self._observer.begin(watch, target, total, warn_at), history

    async def _end(
        self, watch: TaskWatch, verdict: WaitVerdict | None, history: History, target: TaskState, until: float
    ) -> AIGCError | None:
        task, now = watch.task, self._clock.now()
        just_ended = task.ended and verdict is not None and verdict.limit is not None  # as the limit expired
        if verdict is not None and not just_ended:
            error = verdict_error(watch, verdict, now, str(target), slow_after(history))
            error.facts["time_left"] = round(max(until - self._clock.monotonic(), 0.0), 3)
            if task.state is TaskState.QUEUED and verdict.outcome is TaskOutcome.TIMEOUT:
                error = with_more(error, unfinished(self._observer.registry.known(), task))
            cancelled = await self._over(watch, verdict)
            return with_more(error, cancelled, "cancel") if cancelled else error
        reached = task.state is target or (
            target in (TaskState.QUEUED, TaskState.PROCESSING) and task.state is TaskState.COMPLETED
        )
        return ended_error(watch, target, now) if task.ended and not reached else None

    async def _until_sent(self, task: Task, timeout: Timeout | None) -> None:
        """Wait until our own queue has sent the submission; that time counts for an own timeout, not for the SLA."""
        error = self._queue.failed(task.handle)
        if error is not None and not task.ended:
            raise error  # the submission came to nothing: there is no task to wait for
        if task.submitted or task.outcome is not None:
            return
        own = timeout.seconds if timeout else None
        try:
            async with asyncio.timeout(own):
                await self._queue.sent(task, self._client_of(task))
        except TimeoutError:
            place = self._queue.place(task.handle)
            values = {"task": task.handle, "provider": task.provider, "place": place, "seconds": f"{own:g}"}
            name = "not_sent" if place is None else "own_queue"
            raise TaskTimeoutError(
                Text(f"tasks.error.{name}", **values),
                hint=Text("tasks.hint.own_queue") if place is not None else None,
                facts={**facts(task, self._clock.now()), "own_queue": place, "timeout": own},
            ) from None

    def _limit(self, watch: TaskWatch, history: History, timeout: Timeout | None) -> tuple[Limit, float | None]:
        """Return the limit of a wait, and when it is to be called slow."""
        task, now = watch.task, self._clock.monotonic()
        warn_at = self._warn_at(watch, history)
        if timeout is None and task.sla.timeout != AUTO:
            allowed = float(task.sla.timeout)
            return Limit("timeout", allowed, watch.to_monotonic(task.submitted_at + allowed), "SLA"), warn_at
        if timeout is None or timeout.seconds is None:
            described = watch.client.provider.sla.timeout
            limit = LONGEST if isinstance(described, str) else described
            predicted = predict(history, limit)
            told_as = f"{predicted.seconds:.0f} s"
            log.info(Text("tasks.limit.timeout", task=task.handle, seconds=told_as, source=predicted.source))
            at = watch.to_monotonic(task.submitted_at + predicted.seconds)
            return Limit("timeout", predicted.seconds, at, predicted.source), warn_at
        return Limit("timeout", timeout.seconds, now + timeout.seconds, "timeout"), warn_at

    @staticmethod
    def _warn_at(watch: TaskWatch, history: History) -> float | None:
        after = watch.task.sla.warn_after
        usual = _seen_after(slow_after(history)) if after == AUTO else after
        return watch.to_monotonic(watch.task.submitted_at + float(usual)) if usual is not None else None

    async def _over(self, watch: TaskWatch, verdict: WaitVerdict) -> Text | None:
        """Note a verdict of ours, and cancel the remote task where that was asked for; returns what came of it."""
        task, cancelled = watch.task, None
        if verdict.outcome in (TaskOutcome.TIMEOUT, TaskOutcome.STALLED) and task.sla.on_timeout is OnTimeout.CANCEL:
            try:
                state = await self._actions.cancel(task, watch.client)
                cancelled = Text("tasks.error.cancel_done", state=Text(f"tasks.state.{state}"))
            except AIGCError as error:
                cancelled = Text("tasks.error.cancel_failed", why=error.said)
            if task.outcome is TaskOutcome.CANCELLED:  # by us, since its time was over: no wish of the test
                self._observer.count(task, verdict.outcome)
        if task.outcome is None:
            self._observer.finish(task, verdict.outcome)
            if verdict.outcome is TaskOutcome.TIMEOUT:
                task.outcome, task.gave_up = None, verdict.outcome
        return cancelled


def _seen_after(seconds: float | None) -> float | None:
    """Return when the end of a task that takes so long is seen at the latest."""
    return None if seconds is None else seconds + bound(seconds)


def _joined(errors: Sequence[AIGCError], total: int) -> AIGCError:
    if len(errors) == 1:
        return errors[0]
    alike = len({error.code for error in errors}) == 1  # one code stands at the end of the message
    line = "tasks.error.item_alike" if alike else "tasks.error.item"
    lines = [Text(line, said=error.said, **({} if alike else {"code": error.code})) for error in errors]
    text = Text("tasks.error.several", n=len(errors), total=total, lines=listed(lines, "core.lines"))
    facts = {**errors[0].facts, "tasks": [dict(error.facts) for error in errors]}
    return type(errors[0])(text, code=errors[0].code, hint=errors[0].hint, facts=facts)
