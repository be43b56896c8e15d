"""Nodes that stand for a generation task: submitted and awaited through the plug-in of the tasks."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from AIGCLibrary.data.failure import NodeFailure
from AIGCLibrary.data.model import TaskWork
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.errors import AIGCError


class TaskClient(Protocol):
    """What a template needs of the service that runs generation tasks."""

    async def submit(
        self, kind: str, inputs: Mapping[str, Any], *, provider: str | None = None, session: str | None = None
    ) -> str:
        """Submit a task; return its handle."""
        ...

    async def track(self, kind: str, task_id: str, *, provider: str | None = None, session: str | None = None) -> str:
        """Take up a task that exists; return its handle."""
        ...

    async def wait(self, task: str, *, timeout: Any = None) -> Any:
        """Wait for a task; return its result."""
        ...


class TaskRunner:
    """Runs generation tasks for nodes.

    Args:
        tasks: The service that runs them.
        session: Alias of the session the tasks go to; None for the environment's own.
    """

    def __init__(self, tasks: TaskClient, session: str | None = None) -> None:
        self._tasks = tasks
        self._session = session

    def describe(
        self, task: TaskWork, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
    ) -> dict[str, Any]:
        """Return the request to the task service."""
        inputs = task.inputs.render(names, functions) if task.inputs else {}
        return {"kind": str(task.kind.render(names, functions)), "provider": task.provider, "inputs": inputs}

    async def submit(
        self,
        record: DataRecord,
        task: TaskWork,
        names: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
    ) -> str:
        """Submit a task; return its handle.

        Raises:
            NodeFailure: It was refused.
        """
        asked = self.describe(task, names, functions)
        try:
            return str(
                await self._tasks.submit(asked["kind"], asked["inputs"], provider=task.provider, session=self._session)
            )
        except AIGCError as error:
            raise _failure(record, error) from error

    async def wait(
        self,
        record: DataRecord,
        task: TaskWork,
        names: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
    ) -> Any:
        """Wait for the task of a record; return its result.

        Raises:
            NodeFailure: It did not complete.
        """
        try:
            handle = str(record.remote_id)
            if "task" not in (record.create or {}):
                kind = str(task.kind.render(names, functions))
                handle = str(await self._tasks.track(kind, handle, provider=task.provider, session=self._session))
            return await self._tasks.wait(handle, timeout=task.timeout)
        except AIGCError as error:
            raise _failure(record, error) from error


def _failure(record: DataRecord, error: AIGCError) -> NodeFailure:
    facts = {**error.facts, "class": error.facts.get("class", "task"), "task_code": error.code, "code": "AIGC415"}
    return NodeFailure(
        record.key, f"has a task that did not complete: {error.message.rstrip('.')}", hint=error.hint, facts=facts
    )
