"""When a task began and ended: as the product reports it, otherwise as the interval between two observations.

Nothing is estimated here. Where only our requests bound a moment, the later bound is kept as the value, and the width
of the interval beside it: the true value lies in `[value - max_error, value]`.
"""

from AIGCLibrary.tasks.client import ProviderAnswer
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.snapshot import Snapshot
from AIGCLibrary.tasks.states import TaskState

SKEW = 5.0
"""Seconds by which the product's clock may differ from ours before its times are believed less than observations."""
WHOLE = 1.0
"""A time reported in whole seconds may lie up to this many seconds before the moment it stands for."""
EXACT = 0.05
"""The same for a time with fractions of a second."""


def note_start(task: Task, snapshot: Snapshot, answer: ProviderAnswer, now: float) -> None:
    """Keep when the work began; a time that the product reports replaces an earlier observation."""
    reported = snapshot.started
    if reported is not None and (task.tracked or task.submitted_at - SKEW <= reported <= now + SKEW):
        task.started_at = reported if task.tracked else min(max(reported, task.submitted_at), now)
        task.start_after = task.start_before = None
    elif task.started_at is None and snapshot.state is TaskState.PROCESSING:
        task.started_at = now
        exact = answer.moment and task.unfinished_at is not None
        after = task.unfinished_at if task.unfinished_at is not None else task.submitted_at
        task.start_after, task.start_before = (None, None) if exact else (after, now)


def note_end(task: Task, snapshot: Snapshot, answer: ProviderAnswer, now: float) -> None:
    """Keep when the work ended, and how long the task took and was queued."""
    begin = _submitted(task, snapshot)
    seen = min(task.pushed_end, now) if task.pushed_end is not None else now
    exact = answer.moment or task.pushed_end is not None
    earliest = seen if exact else min(max(task.unfinished_at or task.submitted_at, task.submitted_at), seen)
    finished = _believed(snapshot.finished, earliest, seen, task)
    task.finished_at = seen if finished is None else finished
    most, least = seen - begin, earliest - begin
    whole = _whole(task, snapshot, most)
    if whole is not None:
        most = least = whole
    elif finished is not None:
        most = least = finished - begin
    elif snapshot.finished is not None and snapshot.started is not None:
        least = min(max(least, snapshot.finished - snapshot.started), most)  # the run alone is no longer than the whole
    task.duration = round(max(most, 0.0), 3)
    task.duration_max_error = round(max(most - max(least, 0.0), 0.0), 3)
    _note_queue(task, snapshot, begin)
    if whole is not None:
        _believe_queue(task, snapshot)


def forget_start(task: Task) -> None:
    """Forget the start of a task that went back to the queue."""
    task.started_at = task.start_after = task.start_before = None


def _submitted(task: Task, snapshot: Snapshot) -> float:
    """Return when the task was submitted: for one that another client submitted, as the product reports it."""
    created = snapshot.created
    believed = task.tracked and created is not None and created <= task.submitted_at + SKEW
    return created if believed and created is not None else task.submitted_at


def _whole(task: Task, snapshot: Snapshot, seen: float) -> float | None:
    """Return the seconds between two times of the product's own clock; None where they contradict what was seen.

    A product that stamps a start before the submission (a clock that was set in between, a job made in advance)
    reports more seconds than there were: then what was seen counts.
    """
    if snapshot.finished is None or snapshot.created is None:
        return None
    took = snapshot.finished - snapshot.created
    if task.tracked:
        return took if took >= 0 else None
    whole = snapshot.finished == int(snapshot.finished) or snapshot.created == int(snapshot.created)
    return min(took, seen) if 0 <= took <= seen + (WHOLE if whole else EXACT) else None


def _believed(reported: float | None, earliest: float, latest: float, task: Task) -> float | None:
    """Return a reported end; None where there is none, or where it contradicts what was seen."""
    if reported is None:
        return None
    if task.tracked:
        return reported
    early = WHOLE if reported == int(reported) else EXACT
    if earliest - early <= reported <= latest + EXACT:
        return min(max(reported, earliest), latest)
    return None


def _believe_queue(task: Task, snapshot: Snapshot) -> None:
    """Take the time in the queue from the product's own clock, where that clock was right about the whole time."""
    if task.start_before is None or snapshot.started is None or snapshot.created is None or task.duration is None:
        return
    queued = snapshot.started - snapshot.created
    if 0 <= queued <= task.duration:
        task.queued, task.queued_max_error = round(queued, 3), 0.0


def _note_queue(task: Task, snapshot: Snapshot, begin: float) -> None:
    """Keep the time in the queue; a start that was never seen leaves it unknown."""
    created = snapshot.created
    if task.started_at is None or task.duration is None or (task.tracked and created is None):
        return
    first = created if created is not None and snapshot.started is not None and task.start_before is None else begin
    task.queued = round(min(max(task.started_at - first, 0.0), task.duration), 3)
    width = 0.0 if task.start_after is None or task.start_before is None else task.start_before - task.start_after
    task.queued_max_error = round(min(max(width, 0.0), task.queued), 3)
