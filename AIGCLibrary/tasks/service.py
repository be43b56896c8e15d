"""The door of the tasks ability: submit, track, wait, cancel, retry, and what is known of a task."""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.tasks.actions import Actions
from AIGCLibrary.tasks.client import ProviderAnswer, ProviderClient
from AIGCLibrary.tasks.clients import ProviderClients
from AIGCLibrary.tasks.compact import NONE
from AIGCLibrary.tasks.connections import ProviderConnections
from AIGCLibrary.tasks.costs import Costs
from AIGCLibrary.tasks.histories import Histories
from AIGCLibrary.tasks.inputs import typed
from AIGCLibrary.tasks.kinds import KindCheck
from AIGCLibrary.tasks.leases import Leases
from AIGCLibrary.tasks.limits import SlaOverrides
from AIGCLibrary.tasks.permits import Permits
from AIGCLibrary.tasks.planner import Planner
from AIGCLibrary.tasks.poller import TaskObserver
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.push.receiver import WebhookReceiver
from AIGCLibrary.tasks.push.streams import Streams
from AIGCLibrary.tasks.queue import SubmitQueue
from AIGCLibrary.tasks.record import Task, new_handle
from AIGCLibrary.tasks.registry import TaskRegistry
from AIGCLibrary.tasks.reports import TaskReports
from AIGCLibrary.tasks.sla import SLA
from AIGCLibrary.tasks.states import TaskOutcome, TaskState
from AIGCLibrary.tasks.submitter import Submitter
from AIGCLibrary.tasks.timeout import Timeout
from AIGCLibrary.tasks.tracking import require_trackable
from AIGCLibrary.tasks.views import result_of
from AIGCLibrary.tasks.waits import Waits
from AIGCLibrary.tasks.watch import TaskWatch

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.tasks")


class TaskService:
    """Everything about generation tasks; coroutines run on the engine's loop.

    Args:
        runtime: The services.

    Example:
        ```python
        task = engine.loop.run(engine.tasks.submit("image", {"prompt": "a cat"}))
        result = engine.loop.run(engine.tasks.wait(task, timeout=120))
        ```
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self.providers = Providers()
        self._clients = ProviderClients(
            lambda: runtime.http,
            ProviderConnections(runtime.connections, runtime.redactor, runtime.clock),
            self.providers,
            files=lambda: runtime.settings.providers,
            own=lambda: runtime.import_options.providers,
        )
        self.registry = TaskRegistry(runtime.store, runtime.redactor)
        self.planner = Planner()
        self.histories = Histories(runtime.store)
        self.observer = TaskObserver(self.registry, runtime.bus, runtime.clock, self.planner, one_by_one=runtime.taped)
        self.limits = SlaOverrides(lambda: (runtime.store.scope.suite, runtime.store.scope.test))
        self.receiver = WebhookReceiver(runtime, self._pushed, self._hinted)
        self.streams = Streams(runtime.transport, self.observer.deliver, self._wake, runtime.clock)
        self.observer.on_watch.append(self._listen)
        self.observer.on_end.append(self.receiver.forget)
        self._submitter = Submitter(runtime.clock, self.registry, self._news, self.receiver.url_for)
        leases = Leases(runtime.store, runtime.clock)
        permits = Permits(leases, self._concurrent)
        self.queue = SubmitQueue(runtime.clock, leases, permits, self._submitter, self._sent)
        self.costs = Costs(runtime.store, runtime.clock, runtime.run_id, lambda: runtime.settings.budget, self.registry)
        self.observer.on_end.append(self.queue.ended)
        self._actions = Actions(runtime.clock, self.registry, self.observer)
        self._waits = Waits(
            runtime.clock,
            self.observer,
            self.histories,
            self.limits,
            self.queue,
            self._actions,
            self._clients.of,
        )
        self.observer.on_end.append(lambda task: self.histories.add(task, runtime.clock.now()))
        self.reports = TaskReports(
            self.registry, self.histories, runtime.clock, runtime.redactor, runtime.text, self.look
        )
        self._slas: dict[SLA, SLA] = {}
        self._kinds = KindCheck()
        runtime.on_close(self._close)

    def _wake(self, watch: TaskWatch) -> None:
        self.observer.wake(watch, self._runtime.clock.monotonic())

    def _concurrent(self) -> int | None:
        limit = (self._runtime.settings.options.get("tasks") or {}).get("concurrent")
        return int(limit) if limit else None

    # Providers

    def load_providers(self, path: str | Path) -> list[str]:
        """Read provider files.

        Args:
            path: A YAML file, or a folder of them.

        Returns:
            Names of the providers that were read.
        """
        return self.providers.load(Path(path))

    def known_providers(self) -> Providers:
        """Return the descriptions, built-in ones and those of the settings included."""
        return self._clients.known()

    def client(self, provider: str, kind: str, session: str | None) -> ProviderClient:
        """Return the client of a provider for a kind of task over a session."""
        return self._clients.client(provider, kind, session)

    # Submitting and tracking

    async def submit(
        self,
        kind: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        provider: str | None = None,
        session: str | None = None,
        priority: int | None = None,
        sla: Mapping[str, Any] | SLA | None = None,
    ) -> str:
        """Submit a task.

        Args:
            kind: `image`, `video`, `audio` … as the product calls it.
            inputs: What the product needs: prompt, size, duration …
            provider: Name of its description; the only loaded one when not given.
            session: RequestsLibrary alias; see the class `Connection`.
            priority: Urgency for the product (where it knows such) and for our own queue; higher is earlier.
            sla: Limits that differ, by name.

        Returns:
            The task's handle.

        Raises:
            TaskFailedError: The product refused it (AIGC202).
            ProviderError: The product cannot be reached or used (AIGC207).
        """
        name = self._clients.name(provider)
        client = self.client(name, kind, session)
        task = self._new(kind, name, session, client, typed(dict(inputs or {}), client.provider.inputs, kind), sla)
        task.priority = priority
        self._kinds.warn(kind, name, (*(self.providers.merged(name).get("kinds") or {}), *self.limits.kinds))
        await self.costs.reserve(task, client.provider.price)
        await self.queue.submit(task, client)
        if client.provider.stream is not None and task.submitted:
            # What a stream reports may be sent only once: listen from the start.
            self._listen(self.observer.register(task, client, background=True))
        return task.handle

    async def track(
        self,
        kind: str,
        task_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        provider: str | None = None,
        session: str | None = None,
        sla: Mapping[str, Any] | SLA | None = None,
    ) -> str:
        """Follow a task that another client submitted, or an earlier process of ours.

        Args:
            kind: As for `submit`.
            task_id: The product's own id.
            inputs: Inputs of its submission that the paths of its requests need.
            provider: Name of its description.
            session: RequestsLibrary alias.
            sla: Limits that differ, by name.

        Returns:
            The task's handle; the one it had, when it is known already.

        Raises:
            ConfigError: The product cannot be asked for it, or a path needs an input that is missing.
        """
        name = self._clients.name(provider)
        client = self.client(name, kind, session)
        known = await self.registry.by_remote_id(name, session, str(task_id), _origin(client.connection))
        if known is not None:
            return known.handle
        task = self._new(kind, name, session, client, typed(dict(inputs or {}), client.provider.inputs, kind), sla)
        task.tracked = task.submitted = True
        task.remote_id = str(task_id)
        require_trackable(task, client.provider)
        self.registry.add(task)
        return task.handle

    def _new(
        self,
        kind: str,
        provider: str,
        session: str | None,
        client: ProviderClient,
        inputs: dict[str, Any],
        sla: Mapping[str, Any] | SLA | None,
    ) -> Task:
        now = self._runtime.clock.now()
        limits = self.limits.of(client.provider.sla, kind).changed(sla)
        return Task(
            handle=new_handle(kind),
            kind=kind,
            provider=provider,
            session=session,
            environment=self._runtime.environment or _origin(client.connection),
            origin=_origin(client.connection),
            inputs=inputs or NONE,
            bucket=bucket_of(client.provider.bucket, inputs),
            sla=self._slas.setdefault(limits, limits),
            submitted_at=now,
            changed_at=now,
        )

    def _pushed(self, task: Task, answer: ProviderAnswer) -> None:
        """Take what a verified webhook says, unless only polls are to count for this task."""
        if task.listen:
            self._news(task, self._clients.of(task), answer)

    def _hinted(self, task: Task) -> None:
        """Ask now for a task that a webhook is about; or as soon as a caller waits for it."""
        task.hinted = True
        watch = self.observer.watched(task.handle)
        if watch is not None and task.listen:
            self.observer.wake(watch, self._runtime.clock.monotonic())

    def _listen(self, watch: TaskWatch) -> None:
        watch.pushed = watch.task.listen and watch.task.provider in self.receiver.working
        self.streams.start(watch)

    def _sent(self, task: Task, client: ProviderClient) -> None:
        """Watch a task that holds permits, so that they come free when it ends."""
        self.observer.submitted(self.observer.register(task, client, background=True))

    def _news(self, task: Task, client: ProviderClient, answer: ProviderAnswer) -> None:
        watch = self.observer.register(task, client)
        self.observer.deliver(watch, answer)
        self.observer.release(watch)

    # Waiting

    async def wait(
        self,
        handle: str,
        state: TaskState | str = TaskState.COMPLETED,
        *,
        timeout: Any = None,
        sla: Mapping[str, Any] | SLA | None = None,
        notification: str = "webhook",
    ) -> dict[str, Any]:
        """Wait until a task reaches a state.

        Args:
            handle: The task.
            state: `completed`, or any other of the five.
            timeout: Longest wait from now, in seconds or as text; `auto` predicts it from history. Without it
                the SLA's timeout counts, from the submit.
            sla: Limits that differ, by name.
            notification: `webhook`: the product's own messages count too; `poll`: only our requests do.

        Returns:
            The result; see `result_of`.

        Raises:
            TaskError: It ended otherwise, or its time was over; codes AIGC201 to AIGC212.
        """
        task = await self.registry.find(handle)
        target = _state(state)
        task.listen = notification != "poll"
        await self._waits.until(task, target, Timeout.parse(timeout), sla)
        return self.result(task)

    async def wait_all(self, handles: Sequence[str], *, timeout: Any = None) -> list[dict[str, Any]]:
        """Wait until all tasks are completed; returns the results in the order asked for.

        Raises:
            TaskError: One or more were not; the error names all of them.
            ConfigError: No task is named.
        """
        _some(handles)
        tasks = [await self.registry.find(handle) for handle in handles]
        await self._waits.all(tasks, Timeout.parse(timeout))
        return [self.result(task) for task in tasks]

    async def wait_any(self, handles: Sequence[str], *, timeout: Any = None) -> dict[str, Any]:
        """Wait until one of several tasks is completed; returns its result.

        Raises:
            TaskError: None was: all ended otherwise, or the time was over.
            ConfigError: No task is named.
        """
        _some(handles)
        tasks = [await self.registry.find(handle) for handle in handles]
        return self.result(await self._waits.any(tasks, Timeout.parse(timeout)))

    # Acting

    async def cancel(self, handle: str) -> str:
        """Cancel a task and look whether it happened.

        Returns:
            The state it ended in: `cancelled`, or `completed` or `failed` when it was quicker.

        Raises:
            NotCancelledError: It continues (AIGC210).
        """
        task = await self.registry.find(handle)
        if self.queue.drop(handle):
            task.state = TaskState.CANCELLED
            task.waive_cost()
            self.observer.finish(task, TaskOutcome.CANCELLED)
            return str(task.state)
        return str(await self._actions.cancel(task, self._clients.of(task)))

    async def retry(self, handle: str, *, force: bool = False) -> str:
        """Submit a failed task again, within `retry_times` of its SLA.

        Args:
            handle: The task that failed.
            force: Also when it was refused for its content or inputs, or when it is unknown whether the first
                submission arrived.

        Returns:
            Handle of the new task.
        """
        task = await self.registry.find(handle)
        client = self._clients.of(task)
        again = self._actions.again(task, force=force)
        if client.provider.retry is not None and not task.tracked:
            await self.costs.reserve(again, client.provider.price)
            await self._actions.retry_remotely(task, again, client)
        else:
            if task.unsure and not force:
                again.key, again.unsure = task.key, True  # nobody knows whether the first submission arrived
            await self.costs.reserve(again, client.provider.price)
            await self.queue.submit(again, client)
        return again.handle

    # Knowing

    async def look(self, handle: str) -> Task:
        """Return what is known of a task; one that has not ended is asked for first."""
        task = await self.registry.find(handle)
        if not task.ended and task.submitted:
            client = self._clients.of(task)
            if client.provider.status is not None:
                watch = self.observer.watched(handle) or self.observer.register(task, client)
                await self.observer.look(watch)
                self.observer.release(watch)
        return task

    async def recheck(self, handle: str) -> Task:
        """Ask for the state even of a task that has ended; a state that changed since is reported."""
        task = await self.registry.find(handle)
        client = self._clients.of(task)
        watch = self.observer.register(task, client)
        await self.observer.look(watch)
        self.observer.release(watch)
        return task

    async def state(self, handle: str) -> str:
        """Return the state, asked for now: also of a task that has ended, as it may have changed since."""
        task = await self.look(handle)
        if task.ended and task.submitted and task.remote_id is not None:
            with contextlib.suppress(ConfigError):  # what is known of it is still true where its provider is not loaded
                if self._clients.of(task).provider.status is not None:
                    await self.recheck(handle)
        return str(task.state)

    async def task(self, handle: str) -> Task:
        """Return what is known of a task, without asking."""
        return await self.registry.find(handle)

    def result(self, task: Task) -> dict[str, Any]:
        """Return the result of a task as data."""
        return result_of(task, self._runtime.clock.now())

    async def duration(self, handle: str) -> tuple[float, float]:
        """Return the seconds a task took, or has taken so far, as the least and the most that it can be."""
        task = await self.registry.find(handle)
        most = round(task.age(self._runtime.clock.now()), 3)
        return round(max(most - (task.duration_max_error or 0.0), 0.0), 3), most

    def set_sla(self, changes: Mapping[str, Any], kind: str | None = None, scope: str = "global") -> dict[str, Any]:
        """Change the limits of the tasks to come, of one kind or of all.

        Args:
            changes: Names and values; none takes all changes back.
            kind: Only for tasks of this kind.
            scope: `test`, `suite` or `global`: when it ends by itself.

        Returns:
            The changes that held before.
        """
        return self.limits.change(changes, kind, scope)

    async def close(self) -> None:
        """Stop watching; what is known stays in the store."""
        self.registry.write()
        await self.observer.close()
        await self.receiver.close()
        await self.queue.close()

    def _close(self) -> None:
        self._runtime.loop.run(self.close())


def bucket_of(names: Sequence[str], inputs: Mapping[str, Any]) -> str:
    """Name the bucket of history that some inputs belong to: `duration=5,resolution=640x360`."""
    joined = ",".join(f"{name}={inputs[name]}" for name in names if inputs.get(name) is not None)
    if len(joined) <= 120:
        return joined
    import hashlib

    return hashlib.sha256(joined.encode()).hexdigest()


def _state(state: TaskState | str) -> TaskState:
    try:
        return TaskState(str(state).lower())
    except ValueError:
        from AIGCLibrary.errors import near_matches

        raise ConfigError(f"There is no state '{state}'. {near_matches(str(state), list(TaskState))}") from None


def _origin(connection: Connection) -> str:
    """Name an environment that has no name by where it is."""
    return urlsplit(connection.base_url).netloc[:80]


def _some(handles: Sequence[str]) -> None:
    """Refuse a wait for nothing: it would pass whatever the product does."""
    if not handles:
        raise ConfigError("No task is named to wait for.")
