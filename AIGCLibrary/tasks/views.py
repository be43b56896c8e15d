"""A task as others see it: the result that keywords return, and the events on the bus."""

from typing import Any

from AIGCLibrary.events import TaskChanged, TaskFinished
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.states import TaskOutcome, TaskState


def result_of(task: Task, now: float) -> dict[str, Any]:
    """Return a task as the data testers work with.

    Returns:
        `task` (handle), `id` (the product's), `kind`, `provider`, `state`, `result` (`files`: url, name, media_type,
        size in bytes, sha256, md5; and `raw`), `duration` and `queued` (seconds), `duration_max_error` and
        `queued_max_error` (seconds by which they may be too large, where only our looks bound them; None before the
        end), `polls`, `cost` (`amount`, `unit`), `error` (`class`, `code`, `message`), `partial`, `warnings`, and
        `history`: the changes that were seen.
    """
    failure = task.failure
    return {
        "task": task.handle,
        "id": task.remote_id,
        "kind": task.kind,
        "provider": task.provider,
        "state": str(task.state),
        "result": {"files": [file.as_dict() for file in task.files], "raw": task.result},
        "duration": task.duration if task.duration is not None else round(task.age(now), 3),
        "duration_max_error": task.duration_max_error,
        "queued": task.queued,
        "queued_max_error": task.queued_max_error,
        "polls": task.polls,
        "cost": {"amount": task.cost, "unit": task.cost_unit} if task.cost is not None else None,
        "error": {"class": str(failure.error_class), "code": failure.code, "message": failure.message}
        if failure
        else None,
        "partial": task.partial,
        "warnings": [str(warning) for warning in task.warnings],
        "history": [moment.as_dict() for moment in task.history],
    }


def changed_event(task: Task, previous: TaskState | None, now: float) -> TaskChanged:
    """Return the event of a change; `previous` is its state before, when that changed."""
    return TaskChanged(
        at=now,
        task=task.handle,
        provider=task.provider,
        kind=task.kind,
        state=str(task.state),
        raw=task.raw,
        progress=task.progress,
        queue_position=task.queue_position,
        previous=str(previous) if previous else None,
    )


def finished_event(task: Task, outcome: TaskOutcome, now: float) -> TaskFinished:
    """Return the event of a task that is over; without a duration of its own it lasts until now."""
    duration = task.duration if task.duration is not None else now - task.submitted_at
    total = task.sla.timeout
    in_time = not isinstance(total, int | float) or duration - (task.duration_max_error or 0.0) <= total
    return TaskFinished(
        at=now,
        task=task.handle,
        provider=task.provider,
        kind=task.kind,
        outcome=str(outcome),
        duration=duration,
        queued=task.queued,
        within_sla=outcome is TaskOutcome.COMPLETED and in_time,
        polls=task.polls,
        error_class=str(task.failure.error_class) if task.failure else None,
        cost=task.cost,
        cost_unit=task.cost_unit,
    )
