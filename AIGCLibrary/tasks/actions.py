"""What is done to a task that exists: cancel it, and see that it happened; submit it again."""

import logging

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.retry import RETRYABLE
from AIGCLibrary.http.subject import SubjectAction, concerning
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.client import ProviderClient
from AIGCLibrary.tasks.compact import Moment
from AIGCLibrary.tasks.errors import NotCancelledError, NotRetriedError, ProviderError
from AIGCLibrary.tasks.failures import facts, said_in
from AIGCLibrary.tasks.poller import TaskObserver
from AIGCLibrary.tasks.providers.model import Cancel
from AIGCLibrary.tasks.record import Task, new_handle
from AIGCLibrary.tasks.registry import TaskRegistry
from AIGCLibrary.tasks.states import TaskOutcome, TaskState

log = logging.getLogger("aigc.tasks")


class Actions:
    """Cancels and repeats tasks.

    Args:
        clock: Time.
        registry: Keeps what was done.
        observer: Looks whether it happened.
    """

    def __init__(self, clock: Clock, registry: TaskRegistry, observer: TaskObserver) -> None:
        self._clock = clock
        self._registry = registry
        self._observer = observer

    async def cancel(self, task: Task, client: ProviderClient) -> TaskState:
        """Cancel a task and look whether it happened, whatever the answer to the request was.

        Returns:
            The state it ended in.

        Raises:
            NotCancelledError: It continues, or that is unknown.
        """
        if task.ended:
            return task.state
        rule = client.provider.cancel
        if rule is None:
            raise NotCancelledError(
                Text("tasks.act.no_cancel", provider=task.provider, task=task.handle),
                hint=Text("tasks.hint.no_cancel"),
                facts=facts(task, self._clock.now()),
            )
        task.cancel_requested = True
        answered, refused = await self._send_cancel(task, client, rule)
        if task.ended or await self._verified(task, client, rule.verify):
            if task.state is not TaskState.CANCELLED:
                state = Text(f"tasks.state.{task.state}")
                log.warning(Text("tasks.warning.too_late", task=task.handle, state=state, answered=answered))
            elif refused:
                task.warn(Text("tasks.warning.cancel_refused", answered=answered))
                log.warning(Text("tasks.warning.cancel_refused_now", task=task.handle, answered=answered))
            self._registry.save(task)
            return task.state
        now = self._clock.now()
        raise NotCancelledError(
            Text(
                "tasks.act.not_cancelled",
                task=task.handle,
                state=Text(f"tasks.state.{task.state}"),
                seconds=f"{rule.verify:g}",
                answered=answered.rstrip("."),
            ),
            hint=Text("tasks.hint.not_cancelled"),
            facts=facts(task, now, answered=answered),
        )

    async def _send_cancel(self, task: Task, client: ProviderClient, rule: Cancel) -> tuple[str, bool]:
        """Send a cancel, and again while it is refused for load or gets no answer, for as long as it is verified.

        Returns:
            What it was answered with at last, and whether that was a refusal.
        """
        tries, until = 0, self._clock.monotonic() + rule.verify
        while True:
            tries += 1
            hint, refused, busy = None, True, True
            try:
                with concerning(client.about(SubjectAction.CANCEL, task)):
                    response = await client.send(rule.request, task.values())
                refused, answered = not response.ok, f"HTTP {response.status}"
                envelope = {**response.envelope(), "task": task.about()}
                hint = client.reader.hint(envelope)
                failure, busy = client.reader.refusal(envelope, response.status)
                busy = busy or response.status in RETRYABLE
                if (refused or failure is not None) and (said := said_in(response.body)):
                    refused, answered = True, f"{answered}: {said}"
            except ApiError as error:
                answered = error.message
            self._registry.record(task, Moment(self._clock.now(), task.state, task.raw, note=f"cancel: {answered}"))
            pause = max(task.sla.pause(tries), hint or 0.0)
            if not busy or self._clock.monotonic() + pause > until:
                return answered, refused
            await self._clock.sleep(pause)
            if task.ended or (client.provider.status is not None and await self._over(task, client)):
                return answered, refused

    async def _over(self, task: Task, client: ProviderClient) -> bool:
        """Poll once; return whether the task has ended."""
        watch = self._observer.watched(task.handle) or self._observer.register(task, client)
        await self._observer.look(watch)
        self._observer.release(watch)
        return task.ended

    async def _arrived(self, task: Task, client: ProviderClient, limit: float) -> bool:
        """Wait for the end of a task that cannot be asked for: the answer of a held call, or a message."""
        provider, until = client.provider, self._clock.monotonic() + limit
        held = provider.submit is not None and provider.submit.held and not task.submitted
        if not (held or provider.webhook or provider.stream):
            task.state, task.outcome = TaskState.CANCELLED, TaskOutcome.CANCELLED
            task.warn(Text("tasks.warning.unverified"))
            return True
        while not task.ended and self._clock.monotonic() < until:
            await self._clock.sleep(0.1)
        return task.ended

    async def _verified(self, task: Task, client: ProviderClient, limit: float) -> bool:
        """Poll until the task has ended, or is gone as some providers delete what they cancel."""
        if client.provider.status is None:
            return await self._arrived(task, client, limit)
        until, pause = self._clock.monotonic() + limit, 0.1
        watch = self._observer.watched(task.handle) or self._observer.register(task, client)
        try:
            while True:
                answer = await self._observer.look(watch)
                if task.ended:
                    return True
                if watch.missing_since is not None and answer.snapshot.trouble:
                    self._gone(task)
                    return True
                if self._clock.monotonic() >= until:
                    return False
                await self._clock.sleep(min(pause, max(until - self._clock.monotonic(), 0.01)))
                pause = min(pause * 2, 2.0)
        finally:
            self._observer.release(watch)

    def _gone(self, task: Task) -> None:
        now = self._clock.now()
        task.state, task.finished_at = TaskState.CANCELLED, now
        task.duration = round(now - task.submitted_at, 3)
        self._registry.record(task, Moment(now, TaskState.CANCELLED, task.raw, note="deleted by its cancel"))
        self._observer.finish(task, TaskOutcome.CANCELLED)

    def again(self, task: Task, *, force: bool) -> Task:
        """Make the record of a repeated task.

        Raises:
            NotRetriedError: It has not ended or is completed, repeating cannot help, or the retries are used up.
        """
        now = self._clock.now()
        if not task.ended and task.outcome is None:
            raise NotRetriedError(
                Text("tasks.act.not_ended", task=task.handle, state=Text(f"tasks.state.{task.state}")),
                hint=Text("tasks.hint.retry_not_ended", task=task.handle),
                facts=facts(task, now),
            )
        if task.state is TaskState.COMPLETED and not force:
            raise NotRetriedError(
                Text("tasks.act.completed", task=task.handle),
                hint=Text("tasks.hint.retry_completed"),
                facts=facts(task, now),
            )
        if task.failure is not None and task.failure.final and not force:
            why = task.failure.message or task.failure.code
            raise NotRetriedError(
                Text(
                    "tasks.act.useless",
                    task=task.handle,
                    cls=Text(f"tasks.class_word.{task.failure.error_class}"),
                    why=why,
                ),
                hint=Text("tasks.hint.retry_useless"),
                facts=facts(task, now),
            )
        if task.attempt > task.sla.retry_times:
            raise NotRetriedError(
                Text("tasks.act.used_up", task=task.handle, n=task.attempt, allowed=task.sla.retry_times),
                hint=Text("tasks.hint.retries_used", more=task.sla.retry_times + 1),
                facts=facts(task, now),
            )
        again = Task(
            handle=new_handle(task.kind),
            kind=task.kind,
            provider=task.provider,
            session=task.session,
            environment=task.environment,
            inputs=task.inputs,
            bucket=task.bucket,
            sla=task.sla,
            submitted_at=now,
            changed_at=now,
        )
        again.priority = task.priority
        again.attempt = task.attempt + 1
        again.retry_of = task.handle
        return again

    async def retry_remotely(self, task: Task, again: Task, client: ProviderClient) -> None:
        """Have the provider repeat a task by its own means.

        Raises:
            ProviderError: It refused.
        """
        rule = client.provider.retry
        assert rule is not None  # noqa: S101 - the caller has seen it
        with concerning(client.about(SubjectAction.RETRY, task)):
            response = await client.send(rule.request, task.values())
        remote_id = rule.id({**response.envelope(), "task": task.about()}) if response.ok else None
        if remote_id in (None, ""):
            if again.cost is not None:
                again.waive_cost()
                again.state, again.outcome = TaskState.FAILED, TaskOutcome.FAILED
                self._registry.save(again)
            values = {"task": task.handle, "status": response.status, "body": response.text[:300]}
            raise ProviderError(
                Text("tasks.act.retry_answered", **values),
                facts=facts(task, self._clock.now(), curl=response.request),
            )
        again.remote_id, again.submitted = str(remote_id), True
        self._registry.add(again)
        self._registry.record(again, Moment(self._clock.now(), TaskState.QUEUED, http_status=response.status))
