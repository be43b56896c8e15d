"""`AsyncTaskPlugin`: the tasks ability behind the plug-in door, for any long task of any product."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import AIGCError, ConfigError
from AIGCLibrary.plugins import AIGCPlugin, PluginResult, ScenarioContext
from AIGCLibrary.tasks.errors import UnknownTaskError
from AIGCLibrary.tasks.sla import SLA

if TYPE_CHECKING:
    from AIGCLibrary.tasks.poller import TaskObserver
    from AIGCLibrary.tasks.registry import TaskRegistry
    from AIGCLibrary.tasks.service import TaskService

NOTIFICATIONS = ("webhook", "poll")


class AsyncTaskPlugin(AIGCPlugin):
    """Follows a long task to its end, or submits one and follows it.

    Parameters of `execute`:

    - `task_id`: handle or product's id of a task that exists; without it a task is submitted from `inputs`
    - `task_type`: kind of the task; `video` when not given
    - `sla`: limits that differ: timeout 600 s, retry_times 3, backoff exponential, max_poll_interval 30 s
    - `notification`: `webhook` (the product's own messages race the polls, where it can send them) or `poll`
    - `provider`, `session`, `priority`, `inputs`: as for `Submit Task`
    """

    name = "async_task"
    capabilities = ("task.submit", "task.track", "task.wait", "task.metrics")

    def __init__(self) -> None:
        self._tasks: TaskService | None = None

    @property
    def observer(self) -> "TaskObserver | None":
        """Watches the tasks; None before the first use."""
        return self._tasks.observer if self._tasks else None

    @property
    def task_registry(self) -> "TaskRegistry | None":
        """Knows the tasks; None before the first use."""
        return self._tasks.registry if self._tasks else None

    async def execute(self, context: ScenarioContext, params: dict[str, Any]) -> PluginResult:
        """Follow a task; see the class for the parameters."""
        tasks = self._tasks = context.engine.tasks
        handle = await self._handle(tasks, context, params)
        try:
            result = await tasks.wait(handle, sla=params.get("sla"), notification=_notification(params))
            status, error = result["state"], None
        except AIGCError as failure:
            task = await tasks.task(handle)
            result = tasks.result(task)
            status, error = str(failure.facts.get("outcome") or task.outcome or "timeout"), str(failure)
        context.test_data.setdefault("tasks", {})[handle] = result
        metrics = {**tasks.observer.collect_metrics(), "duration": float(result["duration"] or 0.0)}
        return PluginResult(status, {"task": handle, **result}, metrics, error)

    async def _handle(self, tasks: "TaskService", context: ScenarioContext, params: Mapping[str, Any]) -> str:
        kind = str(params.get("task_type", "video"))
        where = {"provider": params.get("provider"), "session": params.get("session", context.session)}
        task_id = params.get("task_id")
        if task_id is None:
            return await tasks.submit(
                kind, params.get("inputs") or {}, priority=params.get("priority"), sla=params.get("sla"), **where
            )
        try:
            return (await tasks.task(str(task_id))).handle
        except UnknownTaskError:
            return await tasks.track(kind, str(task_id), params.get("inputs"), **where)

    async def health_check(self) -> dict[str, Any]:
        """Report that it can work, and with which limits."""
        return {
            "status": "healthy",
            "sla": SLA().as_dict(),
            "watched": len(self.observer.registry.known()) if self.observer else 0,
        }


def _notification(params: Mapping[str, Any]) -> str:
    chosen = str(params.get("notification", "webhook")).lower()
    if chosen not in NOTIFICATIONS:
        raise ConfigError(f"notification='{chosen}' is not known; expected 'webhook' or 'poll'.")
    return chosen
