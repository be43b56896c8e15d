"""Nodes that stand for a generation task: submitted and awaited through the plug-in of the tasks."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from AIGCLibrary.data.failure import NodeFailure
from AIGCLibrary.data.model import TaskWork
from AIGCLibrary.data.record import Record
from AIGCLibrary.errors import AIGCError

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine


class TaskRunner:
    """Runs generation tasks for nodes.

    Args:
        engine: Knows the task service.
        session: Alias of the session the tasks go to; None for the environment's own.
    """

    def __init__(self, engine: "Engine", session: str | None = None) -> None:
        self._engine = engine
        self._session = session

    def describe(
        self, task: TaskWork, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
    ) -> dict[str, Any]:
        """Give what is asked of the task service."""
        inputs = task.inputs.render(names, functions) if task.inputs else {}
        return {"kind": str(task.kind.render(names, functions)), "provider": task.provider, "inputs": inputs}

    async def submit(
        self,
        record: Record,
        task: TaskWork,
        names: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
    ) -> str:
        """Submit a task; give its handle.

        Raises:
            NodeFailure: It was refused.
        """
        asked = self.describe(task, names, functions)
        try:
            return str(
                await self._engine.tasks.submit(
                    asked["kind"], asked["inputs"], provider=task.provider, session=self._session
                )
            )
        except AIGCError as error:
            raise _failure(record, error) from error

    async def wait(
        self,
        record: Record,
        task: TaskWork,
        names: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
    ) -> Any:
        """Wait for the task of a record; give its result.

        Raises:
            NodeFailure: It did not complete.
        """
        tasks = self._engine.tasks
        try:
            handle = str(record.remote_id)
            if "task" not in (record.create or {}):
                kind = str(task.kind.render(names, functions))
                handle = str(await tasks.track(kind, handle, provider=task.provider, session=self._session))
            return await tasks.wait(handle, timeout=task.timeout)
        except AIGCError as error:
            raise _failure(record, error) from error


def _failure(record: Record, error: AIGCError) -> NodeFailure:
    facts = {**error.facts, "class": error.facts.get("class", "task"), "task_code": error.code, "code": "AIGC415"}
    return NodeFailure(
        record.key, f"has a task that did not complete: {error.message.rstrip('.')}", hint=error.hint, facts=facts
    )
