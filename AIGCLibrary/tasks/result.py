"""What a finished wait gives back: plain data, the same for every provider."""

from typing import Any

from AIGCLibrary.tasks.record import Task


def result_of(task: Task, now: float) -> dict[str, Any]:
    """Give a task as the data testers work with.

    Returns:
        `task` (handle), `id` (the product's), `kind`, `provider`, `state`, `result` (`files`: url, name, media_type,
        size in bytes, sha256, md5; and `raw`), `duration` and `queued` (seconds), `polls`, `cost` (`amount`, `unit`),
        `error` (`class`, `code`, `message`), `partial`, `warnings`, and `history`: the changes that were seen.
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
        "queued": task.queued,
        "polls": task.polls,
        "cost": {"amount": task.cost, "unit": task.cost_unit} if task.cost is not None else None,
        "error": {"class": str(failure.error_class), "code": failure.code, "message": failure.message}
        if failure
        else None,
        "partial": task.partial,
        "warnings": [str(one) for one in task.warnings],
        "history": [moment.as_dict() for moment in task.history],
    }
