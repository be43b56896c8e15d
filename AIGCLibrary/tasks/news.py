"""What is told of a task to everybody who listens: that it changed, that it is over."""

from AIGCLibrary.events import TaskChanged, TaskFinished
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.states import TaskOutcome, TaskState


def changed(task: Task, previous: TaskState | None, now: float) -> TaskChanged:
    """Tell where a task stands; `previous` is its state before, when that changed."""
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


def finished(task: Task, outcome: TaskOutcome, now: float) -> TaskFinished:
    """Tell that a task is over; without a duration of its own, until now."""
    duration = task.duration if task.duration is not None else now - task.submitted_at
    total = task.sla.timeout
    in_time = not isinstance(total, int | float) or duration <= total
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
