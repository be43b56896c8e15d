"""Keywords that wait for generation tasks."""

from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.keywords.component import Component, dotted
from AIGCLibrary.keywords.results import TaskResult
from AIGCLibrary.keywords.task_facts import log_diagnosis

Time = timedelta | str


class TaskWaitKeywords(Component):
    """Keywords of the group Task that wait."""

    @keyword(tags=("Task", "Wait"))
    def wait_for_task(
        self,
        task: str,
        state: str = "completed",
        *,
        timeout: Time | None = None,
        sla: dict[str, Any] | None = None,
    ) -> TaskResult:
        """Waits until a task reaches a state, polling with an adaptive interval.

        Args:
            task: Handle from `Submit Task` or `Track Task`.
            state: `completed`, `processing`, `failed` (to test refusals), `cancelled` or `queued`.
            timeout: Longest wait from now; `auto` predicts it from earlier tasks. Without it the SLA's timeout
                counts, from the submit: 10 minutes unless the provider or `Set Task SLA` says otherwise.
            sla: Limits that differ: `{"stall_timeout": "30 s"}`.

        Returns:
            A result with `task`, `id`, `kind`, `provider`, `state`, `result` (`files`: url, name, media_type, size in
            bytes, sha256, md5; and `raw`), `duration` and `queued` in seconds (`duration_max_error` and
            `queued_max_error`: by how much they may be too large), `polls`, `cost` (`amount`, `unit`),
            `error` (`class`, `code`, `message`), `partial`, `warnings` and `history`.

        Raises:
            TaskTimeoutError: Its time was over (AIGC201).
            TaskFailedError: The product says that it failed (AIGC202).
            TaskStalledError: Nothing moved for `stall_timeout` (AIGC203).
            TaskCancelledError: It was cancelled (AIGC204).
            TaskVanishedError: The product does not know it any more (AIGC205).

        Example:
            ```robotframework
            ${result} =    Wait For Task    ${task}    timeout=5 min
            Log    ${result.result.files}[0][url]
            ```
        """
        service = self.engine.tasks
        try:
            result = self.run(service.wait(task, state, timeout=_time(timeout), sla=sla))
        except AIGCError:
            log_diagnosis(self, task)
            raise
        self.log_html(self.run(service.reports.wait_html(task)))
        return dotted(result)

    @keyword(tags=("Task", "Wait"))
    def wait_for_all_tasks(self, *tasks: str, timeout: Time | None = None) -> list[TaskResult]:
        """Waits until all tasks are completed.

        Args:
            *tasks: Handles; lists of handles are taken too.
            timeout: Longest wait from now for each; without it each task's own SLA counts.

        Returns:
            The results, in the order of the handles; see `Wait For Task`.

        Raises:
            TaskError: One or more did not complete; the message lists all of them.

        Example:
            ```robotframework
            ${results} =    Wait For All Tasks    ${first}    ${second}    timeout=5 min
            ```
        """
        handles = _flat(tasks)
        service = self.engine.tasks
        try:
            results = self.run(service.wait_all(handles, timeout=_time(timeout)))
        finally:
            self.log_html(self.run(service.reports.table_html(handles)))
        return dotted(results)

    @keyword(tags=("Task", "Wait"))
    def wait_for_any_task(self, *tasks: str, timeout: Time | None = None) -> TaskResult:
        """Waits until one of several tasks is completed; the others go on.

        Args:
            *tasks: Handles; lists of handles are taken too.
            timeout: Longest wait from now.

        Returns:
            The result of the first completed task; see `Wait For Task`.

        Raises:
            TaskError: None completed.

        Example:
            ```robotframework
            ${first} =    Wait For Any Task    ${a}    ${b}
            ```
        """
        handles = _flat(tasks)
        service = self.engine.tasks
        try:
            return dotted(self.run(service.wait_any(handles, timeout=_time(timeout))))
        finally:
            self.log_html(self.run(service.reports.table_html(handles)))


def _time(value: Time | None) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _flat(handles: Any) -> list[str]:
    flat: list[str] = []
    for handle in handles:
        flat += _flat(handle) if isinstance(handle, list | tuple) else [str(handle)]
    return flat
