"""Names our own tasks that are not finished: they may hold the places that another task waits for."""

from collections.abc import Iterable

from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.record import Task

SHOWN = 5


def unfinished(tasks: Iterable[Task], task: Task) -> Text | str:
    """Return a sentence that names the tasks of this process which hold places at the product of a task.

    Those that a wait gave up on come first; "" when there are none.
    """
    others = [
        held
        for held in tasks
        if held is not task
        and held.submitted
        and not (held.ended or held.outcome)
        and held.remote_id is not None
        and (held.provider, held.origin) == (task.provider, task.origin)
    ]
    if not others:
        return ""
    others.sort(key=lambda other: other.gave_up is None)
    names = ", ".join(f"'{other.handle}'" for other in others[:SHOWN]) + (" …" if len(others) > SHOWN else "")
    given_up = sum(other.gave_up is not None for other in others)
    return Text("tasks.error.unfinished", n=len(others), names=names, gave_up=given_up)
