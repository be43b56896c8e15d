"""Keywords for generation tasks: order, follow, wait, cancel, repeat."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword
from robot.utils import timestr_to_secs

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.i18n import Text
from AIGCLibrary.keywords.component import Component, dotted, seconds

Time = timedelta | str


class TaskKeywords(Component):
    """Keywords of the group Task."""

    @keyword(tags=("Task",))
    def load_providers(self, path: Path) -> Any:
        """Loads descriptions of products' task APIs from YAML.

        Args:
            path: A file, or a folder of `.yaml` files.

        Returns:
            Names of the providers that were read.

        Raises:
            ConfigError: A file is missing or wrong; the message says the line.

        Example:
            ```robotframework
            Load Providers    resources/providers/studio.yaml
            ```
        """
        return self.engine.tasks.load_providers(path)

    @keyword(tags=("Task",))
    def submit_task(
        self,
        kind: str,
        *,
        provider: str | None = None,
        session: str | None = None,
        priority: int | None = None,
        sla: dict[str, Any] | None = None,
        **inputs: Any,
    ) -> Any:
        """Orders a generation task and returns its handle at once.

        Args:
            kind: What is generated, as the product calls it: `image`, `video`, `audio` …
            provider: Name of the API's description; the only loaded one when not given.
            session: RequestsLibrary alias; the environment in use, or the only session, when not given.
            priority: Urgency, for the product where it knows such, and for our own queue. Higher is earlier.
            sla: Limits that differ for this task: `{"timeout": "2 min", "retry_times": 1}`.
            **inputs: What the product needs: `prompt=a cat`, `duration=${5}` …

        Returns:
            The task's handle, a plain string, valid in other tests and processes too.

        Raises:
            TaskFailedError: The product refused it (AIGC202).
            ProviderError: The product cannot be reached or used (AIGC207).
            BudgetError: It would cost more than is allowed (AIGC208).

        Example:
            ```robotframework
            ${task} =    Submit Task    video    prompt=a cat on the moon    duration=${5}    priority=${8}
            ```
        """
        given = {name: self.reveal(value) for name, value in inputs.items()}
        service = self.engine.tasks
        return self.run(service.submit(kind, given, provider=provider, session=session, priority=priority, sla=sla))

    @keyword(tags=("Task",))
    def track_task(
        self,
        kind: str,
        task_id: str,
        *,
        provider: str | None = None,
        session: str | None = None,
        sla: dict[str, Any] | None = None,
    ) -> Any:
        """Follows a task that was ordered elsewhere: by the page, by another test, before a crash.

        Args:
            kind: What is generated.
            task_id: The product's own id of the task.
            provider: Name of the API's description; the only loaded one when not given.
            session: RequestsLibrary alias.
            sla: Limits that differ for this task.

        Returns:
            The task's handle; the one it has already, when this library ordered it.

        Example:
            ```robotframework
            ${id} =    Get Target Text    task row id
            ${task} =    Track Task    video    ${id}
            Wait For Task    ${task}
            ```
        """
        service = self.engine.tasks
        return self.run(service.track(kind, task_id, provider=provider, session=session, sla=sla))

    @keyword(tags=("Task", "Wait"))
    def wait_for_task(
        self,
        task: str,
        state: str = "completed",
        *,
        timeout: Time | None = None,
        sla: dict[str, Any] | None = None,
    ) -> Any:
        """Waits until a task reaches a state, asking no more often than is worth while.

        Args:
            task: Handle from `Submit Task` or `Track Task`.
            state: `completed`, `processing`, `failed` (to test refusals), `cancelled` or `queued`.
            timeout: Longest wait from now; `auto` predicts it from earlier tasks. Without it the SLA's timeout
                counts, from the submit: 10 minutes unless the provider or `Set Task SLA` says otherwise.
            sla: Limits that differ: `{"stall_timeout": "30 s"}`.

        Returns:
            A result with `task`, `id`, `kind`, `provider`, `state`, `result` (`files`: url, name, media_type, size in
            bytes, sha256; and `raw`), `duration` and `queued` in seconds, `polls`, `cost` (`amount`, `unit`), `error`
            (`class`, `code`, `message`), `partial`, `warnings` and `history`.

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
            self._log_diagnosis(task)
            raise
        self.log_html(self.run(service.wait_html(task)))
        return dotted(result)

    @keyword(tags=("Task", "Wait"))
    def wait_for_all_tasks(self, *tasks: str, timeout: Time | None = None) -> Any:
        """Waits until all tasks are completed.

        Args:
            *tasks: Handles; lists of handles are taken too.
            timeout: Longest wait from now for each; without it each task's own SLA counts.

        Returns:
            The results, in the order of the handles; see `Wait For Task`.

        Raises:
            TaskError: One or more did not complete; the message tells all of them.

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
            self.log_html(self.run(service.table_html(handles)))
        return dotted(results)

    @keyword(tags=("Task", "Wait"))
    def wait_for_any_task(self, *tasks: str, timeout: Time | None = None) -> Any:
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
            self.log_html(self.run(service.table_html(handles)))

    @keyword(tags=("Task",))
    def cancel_task(self, task: str) -> Any:
        """Cancels a task, and looks whether it happened, whatever the answer of the product was.

        Args:
            task: The handle.

        Returns:
            The state it ended in: `cancelled`, or `completed` or `failed` when it was quicker.

        Raises:
            NotCancelledError: The task goes on (AIGC210).

        Example:
            ```robotframework
            Cancel Task    ${task}
            ```
        """
        return self.run(self.engine.tasks.cancel(task))

    @keyword(tags=("Task",))
    def retry_task(self, task: str, *, force: bool = False) -> Any:
        """Orders a task that failed once more, at most `retry_times` of its SLA.

        Args:
            task: The handle of the task that failed.
            force: Also when content moderation or wrong inputs were the cause, which repeating does not change, or
                when nobody can tell whether the first order arrived: it may then be paid twice.

        Returns:
            The handle of the new task.

        Raises:
            NotRetriedError: It has not ended, repeating cannot help, or the retries are used up (AIGC209).

        Example:
            ```robotframework
            ${again} =    Retry Task    ${task}
            ```
        """
        return self.run(self.engine.tasks.retry(task, force=force))

    @keyword(tags=("Task", "Getter", "Assertion"))
    def get_task_state(
        self,
        task: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> Any:
        """Returns the state of a task, asked for now: queued, processing, completed, failed or cancelled.

        Args:
            task: The handle.
            assertion_operator: See `Assertions`.
            assertion_expected: What the state is compared with.
            message: Own text for the failure.

        Returns:
            The state.

        Example:
            ```robotframework
            Get Task State    ${task}    ==    processing
            ```
        """
        state = self.run(self.engine.tasks.state(task))
        return self.verify(state, assertion_operator, assertion_expected, message, f"State of task '{task}'")

    @keyword(tags=("Task", "Getter", "Assertion"))
    def get_task_progress(
        self,
        task: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> Any:
        """Returns the progress of a task, asked for now.

        Args:
            task: The handle.
            assertion_operator: See `Assertions`.
            assertion_expected: What the progress is compared with, 0 to 1.
            message: Own text for the failure.

        Returns:
            0 to 1; None when the product does not tell.

        Example:
            ```robotframework
            Get Task Progress    ${task}    >=    0.5
            ```
        """
        progress = self.run(self.engine.tasks.look(task)).progress
        return self.verify(progress, assertion_operator, assertion_expected, message, f"Progress of task '{task}'")

    @keyword(tags=("Task", "Getter", "Assertion"))
    def get_task_duration(
        self,
        task: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> Any:
        """Returns how long a task took, or has taken so far.

        Args:
            task: The handle.
            assertion_operator: See `Assertions`.
            assertion_expected: What the duration is compared with, in seconds or as a time.
            message: Own text for the failure.

        Returns:
            Seconds from the submit.

        Example:
            ```robotframework
            Get Task Duration    ${task}    <    2 min
            ```
        """
        duration = self.run(self.engine.tasks.duration(task))
        if isinstance(assertion_expected, str):
            assertion_expected = timestr_to_secs(assertion_expected)
        return self.verify(duration, assertion_operator, assertion_expected, message, f"Duration of task '{task}'")

    @keyword(tags=("Task", "Getter"))
    def get_task_result(self, task: str) -> Any:
        """Returns what is known of a task without waiting, in the form of `Wait For Task`.

        Args:
            task: The handle.

        Returns:
            The result; its `files` are empty before the task has completed.

        Example:
            ```robotframework
            ${result} =    Get Task Result    ${task}
            ```
        """
        service = self.engine.tasks
        return dotted(service.result(self.run(service.task(task))))

    @keyword(tags=("Task", "Getter"))
    def get_task_history(self, task: str) -> Any:
        """Returns the changes of a task that were seen.

        Args:
            task: The handle.

        Returns:
            List with `at` (seconds since 1970), `state`, and where known `raw` (the product's word), `progress`,
            `queue_position`, `http_status`, `latency` (seconds) and `note`.

        Example:
            ```robotframework
            ${history} =    Get Task History    ${task}
            ```
        """
        found = self.run(self.engine.tasks.task(task))
        return dotted([moment.as_dict() for moment in found.history])

    @keyword(tags=("Task", "Getter"))
    def get_task_diagnosis(self, task: str) -> Any:
        """Returns why a task is where it is, and shows it in the log with a time line.

        Args:
            task: The handle.

        Returns:
            `summary`, `state`, `elapsed` and `progress_age` in seconds, `timeline` (state, start, seconds),
            `queue_moves`, `progress`, `percentile` (share of earlier tasks that were done by now), `usual`, `error`,
            `last_body`, `curl` (secrets masked), `warnings` and `advice`.

        Example:
            ```robotframework
            ${why} =    Get Task Diagnosis    ${task}
            Log    ${why.curl}
            ```
        """
        diagnosis = self._log_diagnosis(task)
        advice = diagnosis["advice"]
        return dotted({**diagnosis, "advice": self.engine.text(advice) if isinstance(advice, Text) else advice})

    @keyword(tags=("Task",))
    def set_task_sla(self, *, kind: str | None = None, scope: str = "suite", **limits: Any) -> Any:
        """Changes the limits that tasks are held to; returns the changes that held before.

        Args:
            kind: Only for tasks of this kind; for all when not given.
            scope: How long it holds: `test`, `suite` or `global`.
            **limits: `timeout` (or `auto`), `queue_timeout`, `run_timeout`, `stall_timeout`, `warn_after`,
                `retry_times`, `backoff`, `max_poll_interval`, `min_poll_interval`, `outage`, `on_timeout`.

        Returns:
            The changes that held before, as a dictionary; give them back with `&{old}`.

        Raises:
            ConfigError: There is no such limit, or a value cannot be.

        Example:
            ```robotframework
            ${old} =    Set Task SLA    kind=video    timeout=5 min    stall_timeout=1 min    scope=test
            ```
        """
        given = {name: seconds(value) if isinstance(value, timedelta) else value for name, value in limits.items()}
        return dotted(self.engine.tasks.set_sla(given, kind, scope))

    @keyword(tags=("Task",))
    def set_task_budget(self, amount: float | None, *, unit: str = "credits", scope: str = "suite") -> Any:
        """Limits what generation may cost: an order that would exceed it is refused before it is sent.

        Costs are those the product tells, before that those of the price table in the provider file.

        Args:
            amount: How much may be spent; None takes the budget away.
            unit: What it is counted in: `credits`, `tokens`, `USD` …, as the provider file names it.
            scope: `test`, `suite`, or `run`: what all processes of the run spend counts. Under pabot each process
                knows only the budgets it set itself; the import argument `budget` holds in all of them.

        Returns:
            The budget that held before, or None.

        Example:
            ```robotframework
            ${old} =    Set Task Budget    50    scope=run
            ```
        """
        return self.engine.tasks.costs.set_budget(amount, unit, scope)

    @keyword(tags=("Task", "Getter", "Assertion"))
    def get_task_costs(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        unit: str = "credits",
        scope: str = "test",
    ) -> Any:
        """Returns what the tasks of the running test, suite or run have cost.

        Args:
            assertion_operator: See `Assertions`.
            assertion_expected: What the cost is compared with.
            message: Own text for the failure.
            unit: What it is counted in.
            scope: `test`, `suite` or `run`.

        Returns:
            The sum in this unit; 0 when there was none.

        Example:
            ```robotframework
            Get Task Costs    <=    20    scope=suite
            ```
        """
        totals = self.run(self.engine.tasks.costs.totals(scope))
        return self.verify(totals.get(unit, 0.0), assertion_operator, assertion_expected, message, f"Costs in {unit}")

    def _log_diagnosis(self, task: str) -> dict[str, Any]:
        try:
            diagnosis, html = self.run(self.engine.tasks.diagnosis(task))
        except AIGCError as error:
            logger.debug(f"No diagnosis: {error}")
            raise
        self.log_html(html)
        return diagnosis


def _time(value: Time | None) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _flat(handles: Any) -> list[str]:
    flat: list[str] = []
    for handle in handles:
        flat += _flat(handle) if isinstance(handle, list | tuple) else [str(handle)]
    return flat
