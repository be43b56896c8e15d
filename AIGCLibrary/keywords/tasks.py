"""Keywords for generation tasks: submit, track, cancel, repeat."""

from pathlib import Path
from typing import Any, cast

from robot.api.deco import keyword

from AIGCLibrary.keywords.component import Component
from AIGCLibrary.keywords.results import TaskStateName


class TaskKeywords(Component):
    """Keywords of the group Task that act on the product."""

    @keyword(tags=("Task",))
    def load_providers(self, path: Path) -> list[str]:
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
        inputs: Any = None,
        **more: Any,
    ) -> str:
        """Submits a generation task and returns its handle at once.

        Args:
            kind: What is generated, as the product calls it: `image`, `video`, `audio` …
            provider: Name of the API's description; the only loaded one when not given.
            session: RequestsLibrary alias; the environment in use, or the only session, when not given.
            priority: Urgency, for the product where it knows such, and for our own queue. Higher is earlier.
            sla: Limits that differ for this task: `{"timeout": "2 min", "retry_times": 1}`.
            inputs: What the product needs, as a dictionary: for inputs called as an argument of this keyword, such as
                `kind` or `session`.
            **more: What the product needs, one by one: `prompt=a cat`, `duration=${5}`, `image=cat.png` …

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
        given = self._given(inputs, more)
        self.skip_if_stopped()
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
        inputs: Any = None,
        **more: Any,
    ) -> str:
        """Follows a task that was submitted elsewhere: by the page, by another test, before a crash.

        Args:
            kind: What is generated.
            task_id: The product's own id of the task.
            provider: Name of the API's description; the only loaded one when not given.
            session: RequestsLibrary alias.
            sla: Limits that differ for this task.
            inputs: Inputs of its submission that the paths of the product need, as a dictionary; see `Submit Task`.
            **more: The same, one by one: `app_id=fal-ai/flux`, `model=veo-3` …

        Returns:
            The task's handle; the one it has already, when this library submitted it.

        Raises:
            ConfigError: The product cannot be asked for a task, or its path needs an input that was not given.

        Example:
            ```robotframework
            ${id} =    Get Target Text    task row id
            ${task} =    Track Task    video    ${id}
            Wait For Task    ${task}
            ```
        """
        service = self.engine.tasks
        given = self._given(inputs, more)
        return self.run(service.track(kind, task_id, given, provider=provider, session=session, sla=sla))

    def _given(self, inputs: Any, more: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs of a task from a dictionary and from arguments one by one."""
        together = inputs if isinstance(inputs, dict) else {} if inputs is None else {"inputs": inputs}
        return {name: self.reveal(value) for name, value in {**together, **more}.items()}

    @keyword(tags=("Task",))
    def cancel_task(self, task: str) -> TaskStateName:
        """Cancels a task, and checks that it is cancelled, whatever the product answered.

        Args:
            task: The handle.

        Returns:
            The state it ended in: `cancelled`, or `completed` or `failed` when it ended first.

        Raises:
            NotCancelledError: The task continues (AIGC210).

        Example:
            ```robotframework
            Cancel Task    ${task}
            ```
        """
        return cast("TaskStateName", self.run(self.engine.tasks.cancel(task)))

    @keyword(tags=("Task",))
    def retry_task(self, task: str, *, force: bool = False) -> str:
        """Submits a failed task again, at most `retry_times` of its SLA.

        Args:
            task: The handle of the task that failed.
            force: Also when the task is completed, when content moderation or wrong inputs were the cause, which
                repeating does not change, or when it is not known whether the first submission arrived: it may be paid
                twice then.

        Returns:
            The handle of the new task.

        Raises:
            NotRetriedError: It has not ended or is completed, repeating cannot help, or the retries are used up
                (AIGC209).

        Example:
            ```robotframework
            ${again} =    Retry Task    ${task}
            ```
        """
        self.skip_if_stopped()
        return self.run(self.engine.tasks.retry(task, force=force))
