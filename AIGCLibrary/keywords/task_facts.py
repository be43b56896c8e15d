"""Keywords that return what is known of a generation task, and why it is in its state."""

from typing import Any, cast

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.i18n import Text
from AIGCLibrary.keywords.component import Component, dotted
from AIGCLibrary.keywords.results import TaskDiagnosis, TaskMoment, TaskResult, TaskStateName
from AIGCLibrary.units import format_duration, parse_duration

_BOUNDS = tuple(AssertionOperator[sign] for sign in ("<", ">", "<=", ">="))


class TaskFactKeywords(Component):
    """Keywords of the group Task that get something."""

    @keyword(tags=("Task", "Getter", "Assertion"))
    def get_task_state(
        self,
        task: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> TaskStateName:
        """Returns the state of a task, asked for now: queued, processing, completed, failed or cancelled.

        Args:
            task: The handle.
            assertion_operator: See `Assertions`.
            assertion_expected: What the state is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            The state.

        Example:
            ```robotframework
            Get Task State    ${task}    ==    processing
            ```
        """
        state = cast("TaskStateName", self.run(self.engine.tasks.state(task)))
        return self.verify(state, assertion_operator, assertion_expected, message, f"State of task '{task}'")

    @keyword(tags=("Task", "Getter", "Assertion"))
    def get_task_progress(
        self,
        task: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> float | None:
        """Returns the progress of a task, asked for now.

        Args:
            task: The handle.
            assertion_operator: See `Assertions`.
            assertion_expected: What the progress is compared with, 0 to 1.
            message: Message of the failure, in place of the default.

        Returns:
            0 to 1; None when the product does not report it.

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
    ) -> float:
        """Returns how long a task took, or has taken so far.

        Where the product does not report when the task ended, two polls bound it: the value is the longest that it can
        have taken (`duration_max_error` of its result says by how much that may be too large). A comparison that is
        true of only some of the possible values fails, since it is not proven.

        Args:
            task: The handle.
            assertion_operator: See `Assertions`.
            assertion_expected: What the duration is compared with, in seconds or as a time.
            message: Message of the failure, in place of the default.

        Returns:
            Seconds from the submit; from `Track Task`, where the product does not report when it was submitted.

        Example:
            ```robotframework
            Get Task Duration    ${task}    <    2 min
            ```
        """
        least, most = self.run(self.engine.tasks.duration(task))
        if isinstance(assertion_expected, str):
            assertion_expected = parse_duration(assertion_expected)
        checks = (assertion_operator, assertion_expected, message, f"Duration of task '{task}'")
        if least != most and assertion_operator is not None and assertion_operator in _BOUNDS:
            passes = [_passes(self, value, *checks) for value in (least, most)]
            if any(passes) and not all(passes):
                limit = f"{assertion_operator.value[0]} {assertion_expected:g} s"
                values = {"task": task, "least": format_duration(least), "most": format_duration(most), "limit": limit}
                raise AssertionError(message or self.engine.text(Text("tasks.error.duration_unknown", **values)))
        return self.verify(most, *checks)

    @keyword(tags=("Task", "Getter"))
    def get_task_result(self, task: str) -> TaskResult:
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
    def get_task_history(self, task: str) -> list[TaskMoment]:
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
    def get_task_diagnosis(self, task: str) -> TaskDiagnosis:
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
        diagnosis = log_diagnosis(self, task)
        advice = diagnosis["advice"]
        return dotted({**diagnosis, "advice": self.engine.text(advice) if isinstance(advice, Text) else advice})


def _passes(component: Component, value: float, *checks: Any) -> bool:
    try:
        component.verify(value, *checks)
    except AssertionError:
        return False
    return True


def log_diagnosis(component: Component, task: str) -> dict[str, Any]:
    """Show the diagnosis of a task beside the running keyword, and return it as data."""
    try:
        diagnosis, html = component.run(component.engine.tasks.reports.diagnosis(task))
    except AIGCError as error:
        logger.debug(f"No diagnosis: {error}")
        raise
    component.log_html(html)
    return diagnosis
