"""What to do about a task that never left the queue, from what the product was seen to answer."""

from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.units import format_duration


def queued_advice(task: Task, now: float) -> Text:
    """Name what was observed: a place that moves or stands still, or nothing but the product's word.

    Args:
        task: A task that is queued.
        now: Time of day.
    """
    places = [moment.queue_position for moment in task.history if moment.queue_position is not None]
    still = format_duration(now - (task.changed_at or task.submitted_at))
    if task.queue_position is not None and places and places[0] > task.queue_position:
        return Text("tasks.hint.queue_moves", first=places[0], position=task.queue_position)
    if task.queue_position is not None:
        return Text("tasks.hint.queued", position=task.queue_position, still=still)
    if task.raw and task.polls:
        return Text("tasks.hint.waiting", word=task.raw, still=still)
    return Text("tasks.hint.not_started")
