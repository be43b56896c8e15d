"""Why a task is where it is: the evidence in one place, as data and as a piece of log.html."""

from collections.abc import Callable
from typing import Any

from AIGCLibrary.http.response import readable
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tasks.failures import context
from AIGCLibrary.tasks.history import History
from AIGCLibrary.tasks.pages import render
from AIGCLibrary.tasks.queued_advice import queued_advice
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.states import TaskState
from AIGCLibrary.tasks.timeline import phases, picture
from AIGCLibrary.units import format_duration, format_share

LONGEST_BODY = 2000
"""Characters of the last answer that are shown."""
ROWS = 100
"""Tasks listed in one table."""
PICTURES = 20
"""Tasks in one table that get a picture each."""
BAD_REQUEST = 400
"""HTTP statuses from here on mean that the last request failed, so that the state is not known."""
_WORDS = ("state", "start", "lasted", "last_answer")
_ROWS = (
    "provider",
    "remote_id",
    "progress",
    "progress_age",
    "queue_moves",
    "percentile",
    "usual",
    "polls",
    "request_errors",
    "error",
    "cost",
    "warnings",
)


def diagnose(task: Task, now: float, redactor: Redactor, history: History | None = None) -> dict[str, Any]:
    """Gather the evidence.

    Args:
        task: The task.
        now: Time of day.
        redactor: Masks secrets in the last answer and the curl command.
        history: Durations of earlier tasks of this kind.

    Returns:
        `task`, `summary`, `state`, `elapsed` (seconds), `timeline` (state, start, seconds, note), `queue_moves`
        (list of at, position), `progress`, `progress_age` (seconds), `percentile` (0 to 1 of earlier tasks that were
        done by now), `usual` (median and 95th percentile in seconds, and of how many), `error`, `last_status`,
        `last_body`, `curl`, `warnings`, `advice`.
    """
    failure, elapsed = task.failure, task.age(now)
    moves = [
        {"at": round(moment.at - task.submitted_at, 3), "position": moment.queue_position}
        for moment in task.history
        if moment.queue_position is not None
    ]
    verb = "ended as" if task.ended else "is"
    found: dict[str, Any] = {
        "task": task.handle,
        "remote_id": task.remote_id,
        "kind": task.kind,
        "provider": task.provider,
        "state": str(task.state),
        "summary": f"Task '{task.handle}' {verb} '{task.state}' after "
        f"{format_duration(elapsed)}, {context(task, now)}.",
        "elapsed": round(elapsed, 3),
        "timeline": [phase.as_dict() for phase in phases(task, now)],
        "queue_moves": moves,
        "progress": task.progress,
        "progress_age": None if task.ended else task.still(now),
        "percentile": history.share_done(elapsed) if history else None,
        "usual": history.summary() if history else None,
        "polls": task.polls,
        "request_errors": task.errors,
        "error": {"class": str(failure.error_class), "code": failure.code, "message": failure.message}
        if failure
        else None,
        "cost": f"{task.cost:g} {task.cost_unit or ''}".strip() if task.cost is not None else None,
        "last_status": task.last_status,
        "last_body": redactor.text(readable(task.last_body))[:LONGEST_BODY],
        "curl": task.curl,
        "warnings": [str(warning) for warning in task.warnings],
    }
    found["advice"] = advice(task, now)
    return found


def advice(task: Task, now: float) -> Text | None:
    """Describe what to try next."""
    if task.failure is not None:
        return Text(f"tasks.hint.failed.{task.failure.error_class}", task=task.handle)
    if task.state is TaskState.CANCELLED:
        return Text("tasks.hint.cancelled")
    return None if task.ended else _unread(task) or _open(task, now)


def _unread(task: Task) -> Text | None:
    """Return what to do where the last requests failed, so that the state is not known; None where they did not."""
    failed = task.last_status is not None and task.last_status >= BAD_REQUEST
    if not task.errors or not (failed or (task.submitted and task.unfinished_at is None)):
        return None
    refused = failed and task.last_status in (401, 403)
    return Text("core.hint.unauthorized") if refused else Text("tasks.hint.outage")


def _open(task: Task, now: float) -> Text | None:
    if task.state is TaskState.QUEUED:
        return queued_advice(task, now)
    if task.progress is not None and (task.still(now) or 0.0) > 0.5 * task.age(now):
        return Text("tasks.hint.standing")
    return None


def as_html(task: Task, diagnosis: dict[str, Any], now: float, text: Callable[[Text], str]) -> str:
    """Write a diagnosis for log.html: a table, a small picture, the curl command."""
    values = {
        **diagnosis,
        "warnings": [text(warning) if isinstance(warning, Text) else warning for warning in task.warnings],
    }
    shown_rows = [(text(Text(f"tasks.word.{name}")), _value(name, values[name])) for name in _ROWS]
    said = "ended" if task.ended else "open"
    summary = Text(
        f"tasks.summary.{said}",
        task=task.handle,
        state=text(state_word(task.state)),
        elapsed=format_duration(task.age(now)),
        polls=task.polls,
    )
    timeline = [{**phase, "state": text(state_word(phase["state"]))} for phase in diagnosis["timeline"]]
    advice = text(diagnosis["advice"]) if diagnosis["advice"] else ""
    return render(
        "diagnosis.html",
        d={**diagnosis, "advice": advice, "summary": text(summary), "timeline": timeline},
        rows=[(name, value) for name, value in shown_rows if value not in (None, "", "-")],
        words={word: text(Text(f"tasks.word.{word}")) for word in _WORDS},
        picture=_safe(picture(task, now)),
    )


def state_word(state: str) -> Text:
    """Return the everyday name of a state."""
    return Text(f"tasks.state.{state}")


def wait_html(task: Task, now: float, text: Callable[[Text], str], percentile: float | None = None) -> str:
    """Write a finished wait for log.html, in less than a kilobyte."""
    facts = [
        (text(state_word(task.state)), format_duration(task.age(now))),
        (text(state_word(TaskState.QUEUED)), format_duration(task.queued)),
        (text(Text("tasks.word.polls")), task.polls),
        (text(Text("tasks.word.cost")), f"{task.cost:g} {task.cost_unit}" if task.cost is not None else "-"),
        (text(Text("tasks.word.percentile")), format_share(round(percentile, 2)) if percentile is not None else "-"),
    ]
    return render("wait.html", picture=_safe(picture(task, now)), facts=[(n, v) for n, v in facts if v != "-"])


def tasks_html(tasks: list[Task], now: float, text: Callable[[Text], str]) -> str:
    """Write several tasks as one table, with a picture each for as many as one can look at."""
    rows = [
        {
            "handle": task.handle,
            "state": text(state_word(task.state)),
            "elapsed": format_duration(task.age(now)),
            "polls": task.polls,
            "picture": _safe(picture(task, now)) if len(tasks) <= PICTURES else "",
            "note": task.failure.message if task.failure else "",
        }
        for task in tasks[:ROWS]
    ]
    return render("tasks.html", rows=rows, more=len(tasks) - len(rows), polls=text(Text("tasks.word.polls")))


def _value(name: str, value: Any) -> Any:
    if value is None or value in ([], {}):
        return None
    return _SHOWN[name](value) if name in _SHOWN else value


_SHOWN: dict[str, Callable[[Any], str]] = {
    "progress": lambda share: format_share(round(share, 2)),
    "percentile": lambda share: format_share(round(share, 2)),
    "progress_age": format_duration,
    "queue_moves": lambda moves: " → ".join(f"{move['position']} ({move['at']:.0f} s)" for move in moves[:12]),
    "error": lambda error: ": ".join(str(error[part]) for part in ("class", "code", "message") if error[part]),
    "warnings": "; ".join,
    "usual": lambda usual: f"{format_duration(usual['median'])} … {format_duration(usual['p95'])} ({usual['count']})",
}


def _safe(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - rendered by our own templates, which escape
