"""A task's history as phases, and as one small picture."""

from dataclasses import dataclass
from typing import Any

from AIGCLibrary.tasks.pages import render
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.states import TaskState
from AIGCLibrary.units import format_duration

WIDTH = 320
"""Width of the picture in pixels."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in one state.

    Args:
        start: Seconds since the submit.
        seconds: How long it lasted, or has lasted.
        note: `went back`, `cancel: HTTP 200` …
    """

    state: TaskState
    start: float
    seconds: float
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "state": str(self.state),
            "start": round(self.start, 3),
            "seconds": round(self.seconds, 3),
            "note": self.note,
        }


def phases(task: Task, now: float) -> list[Phase]:
    """Return the states a task went through, with how long each lasted."""
    end = task.finished_at if task.ended and task.finished_at else now
    starts: list[tuple[float, TaskState, str | None]] = []
    for moment in task.history:
        if not starts or moment.state is not starts[-1][1]:
            at = moment.at
            seen = any(state is TaskState.PROCESSING for _, state, _ in starts)
            if moment.state is TaskState.PROCESSING and task.started_at and not seen:
                at = task.started_at
            elif moment.state.ended and task.finished_at:
                at = task.finished_at
            starts.append((max(at, task.submitted_at), moment.state, moment.note))
    if not starts or (starts[0][1] is TaskState.QUEUED and starts[0][0] > task.submitted_at):
        first = starts.pop(0) if starts else (task.submitted_at, task.state, None)
        starts.insert(0, (task.submitted_at, first[1], first[2]))
    elif starts[0][1] is not TaskState.QUEUED and starts[0][0] > task.submitted_at and not task.tracked:
        starts.insert(0, (task.submitted_at, TaskState.QUEUED, None))
    unseen = (
        starts[-1][1].ended and task.started_at and all(state is not TaskState.PROCESSING for _, state, _ in starts)
    )
    if unseen and task.started_at is not None and task.started_at <= starts[-1][0]:
        starts.insert(len(starts) - 1, (max(task.started_at, task.submitted_at), TaskState.PROCESSING, None))
    found = []
    for index, (at, state, note) in enumerate(starts):
        until = starts[index + 1][0] if index + 1 < len(starts) else (end if not state.ended else at)
        found.append(Phase(state, at - task.submitted_at, max(until - at, 0.0), note))
    return found


def picture(task: Task, now: float) -> str:
    """Draw the phases as inline SVG, with the progress as a line."""
    parts = phases(task, now)
    whole = max(parts[-1].start + parts[-1].seconds, 0.001)
    bars = [
        {
            "x": round(part.start / whole * WIDTH),
            "w": max(round(part.seconds / whole * WIDTH), 2),
            "state": str(part.state),
            "title": f"{part.state} {format_duration(part.seconds)}",
        }
        for part in parts
    ]
    points = [
        f"{round((moment.at - task.submitted_at) / whole * WIDTH)},{round(12 - 11 * moment.progress)}"
        for moment in task.history
        if moment.progress is not None and 0 <= moment.at - task.submitted_at <= whole
    ]
    return render("timeline.svg", bars=bars, points=" ".join(points[:40]), width=WIDTH, label=_label(parts))


def _label(parts: list[Phase]) -> str:
    return ", ".join(
        f"{part.state} {format_duration(part.seconds)}" for part in parts if part.seconds or part.state.ended
    )
