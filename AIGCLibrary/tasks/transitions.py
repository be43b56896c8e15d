"""What an answer changes: the task's state and history, the counts of errors, the suspicion that it vanished."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.client import SAME, ProviderAnswer
from AIGCLibrary.tasks.compact import Moment, shared_word
from AIGCLibrary.tasks.providers.busy import is_rate_limit
from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.snapshot import Snapshot, TaskFailure, Trouble
from AIGCLibrary.tasks.states import ErrorClass, TaskOutcome, TaskState
from AIGCLibrary.tasks.times import forget_start, note_end, note_start
from AIGCLibrary.tasks.watch import TaskWatch

log = logging.getLogger("aigc.tasks")
RESULT_TRIES = 5
RESULT_SECONDS = 20.0
"""Requests for a result, and the seconds they span, after which an error of the product itself (HTTP 500) counts."""
PROGRESS_STEP = 0.05
"""Smaller steps of progress are known, but make no entry of their own in the history."""


@dataclass(frozen=True, slots=True)
class Change:
    """What came of an answer.

    Args:
        moment: An entry for the history; None when nothing worth one changed.
        previous: The state before, when it changed.
        moved: State, progress or queue position moved.
    """

    moment: Moment | None = None
    previous: TaskState | None = None
    moved: bool = False


NOTHING = Change()
"""Nothing changed at all."""


def apply(
    watch: TaskWatch,
    answer: ProviderAnswer,
    now: float,
    warned: set[tuple[str, str]],
    asked: float | None = None,
) -> Change:
    """Take an answer into account.

    Args:
        watch: The task.
        answer: What came.
        now: Time of day.
        warned: Unknown words that were warned of, by provider.
        asked: Time of day at which the request was sent; what it reports was true then or later.
    """
    task, snapshot = watch.task, answer.snapshot
    if answer is SAME:
        unchanged(watch, now, asked)
        return NOTHING
    mono = watch.to_monotonic(now)
    if answer.via in ("poll", "batch"):
        task.polls += 1
    watch.hint, watch.problem = snapshot.retry_after, answer.problem
    watch.refusal = snapshot.failure if snapshot.trouble is Trouble.RETRY else None
    watch.asked = answer.asked
    watch.completed = answer.completed or (watch.completed and snapshot.trouble is not None)
    watch.unreadable = snapshot.trouble is Trouble.UNREADABLE
    open_ended = snapshot.trouble is None and not snapshot.ambiguous and not snapshot.state.ended
    watch.mark = answer.mark if open_ended and watch.hint is None else 0
    if answer.http_status is not None:
        task.last_status = answer.http_status
    if answer.body or answer.via == "batch":
        task.last_body = answer.body  # an old one must not stand beside a new state
    task.sent = answer.sent or task.sent
    watch.unread = 0 if answer.final is None else watch.unread + 1
    if snapshot.trouble:
        change = _trouble(watch, answer, now, warned)
        if answer.final is None or not _given_up(watch, mono):
            return change
        snapshot = answer.final
    watch.failures, watch.failing_since, watch.missing_since = 0, None, None
    # The clock of ambiguous answers runs from the first one, and stops for good when the task is really seen.
    watch.ambiguous_since = (watch.ambiguous_since or mono) if snapshot.ambiguous else None
    if watch.ambiguous_since is not None:
        watch.vanished = mono - watch.ambiguous_since >= watch.client.provider.missing.ambiguous_grace
    if not snapshot.known:
        _warn_once(warned, task.provider, str(snapshot.raw), task, snapshot.state)
    # Products remove the files of tasks that ended: a result that was read stays.
    again = task.state is TaskState.COMPLETED is snapshot.state
    return _state(task, snapshot if again else _judged(watch, snapshot), answer, now, now if asked is None else asked)


def _given_up(watch: TaskWatch, mono: float) -> bool:
    """Return whether the result of a completed task was asked for often enough to take the product's error for it."""
    since = mono if watch.failing_since is None else watch.failing_since
    return watch.unread >= RESULT_TRIES and mono - since >= RESULT_SECONDS


def unchanged(watch: TaskWatch, now: float, asked: float | None = None) -> None:
    """Take in an answer that is word for word the one before."""
    task = watch.task
    task.polls += 1
    task.looked_at = now
    _goes_on(task, now if asked is None else asked)
    task.progress_looks += task.progress is not None and task.state is TaskState.PROCESSING


def _goes_on(task: Task, asked: float) -> None:
    """Keep when a task was last known not to have ended; a message that reported its end before then was wrong."""
    task.unfinished_at = asked
    if task.pushed_end is not None and asked > task.pushed_end:
        task.pushed_end = None


def _trouble(watch: TaskWatch, answer: ProviderAnswer, now: float, warned: set[tuple[str, str]]) -> Change:
    task, mono = watch.task, watch.to_monotonic(now)
    task.looked_at = now
    kind = answer.snapshot.trouble
    if kind in (Trouble.RETRY, Trouble.UNAUTHORIZED):
        task.errors += 1
        watch.failures += 1
        watch.failing_since = mono if watch.failing_since is None else watch.failing_since
        # A token that worked before may be renewed; one that never did is reported after a few tries.
        bound = 0.0 if task.tracked and task.raw is None else task.sla.outage
        if kind is Trouble.UNAUTHORIZED and watch.failures >= 3 and mono - watch.failing_since >= bound:
            watch.broken = answer
        if answer.http_status == 429 or is_rate_limit(watch.refusal):
            watch.failing_since = mono  # the server lives, it only wants fewer requests
        log.debug("%s: %s", task.handle, answer.problem or f"HTTP {answer.http_status}")
    elif kind is Trouble.MISSING:
        grace = watch.client.provider.missing.grace
        watch.missing_since = mono if watch.missing_since is None else watch.missing_since
        since = max(watch.missing_since, watch.to_monotonic(task.submitted_at))
        watch.vanished = mono - since >= grace
    elif kind is Trouble.UNREADABLE:
        # An answer without a state says as little as none: errors before it are counted on.
        _warn_once(warned, task.provider, "", task, task.state)
    else:
        watch.broken = answer
    return Change()


def _judged(watch: TaskWatch, snapshot: Snapshot) -> Snapshot:
    """Take into account what one answer alone cannot know: cancels, empty and old results."""
    from dataclasses import replace

    task, provider = watch.task, watch.client.provider
    empty = provider.result.files_required or not _present(snapshot.result)
    if snapshot.state is TaskState.COMPLETED and not snapshot.files and empty:
        if task.cancel_requested:
            return replace(snapshot, state=TaskState.CANCELLED)
        if provider.result.empty is TaskState.FAILED:
            failure = snapshot.failure or TaskFailure(
                "it ended as completed, but without any result", "empty_result", ErrorClass.INTERNAL
            )
            return replace(snapshot, state=TaskState.FAILED, failure=failure)
        return replace(snapshot, state=provider.result.empty, failure=None)
    if snapshot.state is TaskState.COMPLETED and snapshot.failure:
        snapshot = replace(snapshot, failure=None)
    stale = stale_reason(watch, snapshot) if snapshot.state.ended else None
    if stale is None:
        return snapshot
    if provider.fresh.state is TaskState.QUEUED:
        return Snapshot(TaskState.QUEUED, snapshot.raw, retry_after=snapshot.retry_after)
    failure = TaskFailure(stale, "stale_result", ErrorClass.INTERNAL)
    return replace(snapshot, state=TaskState.FAILED, stale=stale, failure=failure)


def stale_reason(watch: TaskWatch, snapshot: Snapshot) -> str | None:
    """Describe why a result cannot be of this request, where the provider's description lets us see it."""
    task, fresh = watch.task, watch.client.provider.fresh
    if task.tracked:
        return None
    ended = snapshot.finished or snapshot.created
    if fresh.time and ended is not None and ended < task.submitted_at - fresh.tolerance:
        return f"its result is {task.submitted_at - ended:.0f} s older than the request"
    twin = watch.duplicate_of(snapshot.files) if fresh.url and snapshot.files else None
    if twin is not None:
        return f"its result is the same file as task '{twin}' had"
    if fresh.seed is not None and snapshot.state is TaskState.COMPLETED:
        asked, made = task.inputs.get("seed"), _seed(task, fresh.seed)
        if asked is not None and made is not None and str(asked) != str(made):
            return f"its result has seed {made}, but {asked} was asked for"
    return None


def _seed(task: Task, expression: AnswerExpression) -> object:
    import json

    try:
        return expression({"body": json.loads(task.last_body)})
    except (ValueError, RecursionError):
        return None


def _present(result: object) -> bool:
    """Return whether a result holds anything: an empty list in an object is as empty as no object."""
    if isinstance(result, Mapping):
        return any(_present(value) for value in result.values())
    if isinstance(result, list | tuple):
        return any(_present(value) for value in result)
    return result is not None and result != ""


def _state(task: Task, snapshot: Snapshot, answer: ProviderAnswer, now: float, asked: float) -> Change:
    before, note = task.state, None
    moved = (
        snapshot.state is not before
        or (snapshot.progress is not None and snapshot.progress != task.progress)
        or (snapshot.queue_position is not None and snapshot.queue_position != task.queue_position)
    )
    first = task.looked_at is None
    jump = snapshot.progress is not None and abs(snapshot.progress - task.noted_progress) >= PROGRESS_STEP
    worth = (
        first
        or snapshot.state is not before
        or jump
        or (snapshot.queue_position is not None and snapshot.queue_position != task.queue_position)
        or (snapshot.raw != task.raw and snapshot.raw is not None)
    )
    if before.ended and snapshot.state is not before:
        note = "changed after its end"
        states = {"before": Text(f"tasks.state.{before}"), "state": Text(f"tasks.state.{snapshot.state}")}
        task.warn(Text("tasks.warning.changed", **states))
        log.warning(Text("tasks.warning.changed_now", task=task.handle, **states))
        task.finished_at = task.duration = task.outcome = task.duration_max_error = task.pushed_end = None
    elif before is TaskState.PROCESSING and snapshot.state is TaskState.QUEUED:
        note = "went back"
    task.looked_at = now
    task.state, task.known = snapshot.state, snapshot.known
    task.raw = shared_word(snapshot.raw)
    task.progress = snapshot.progress if snapshot.progress is not None else task.progress
    task.progress_looks += snapshot.progress is not None and snapshot.state is TaskState.PROCESSING
    task.queue_position = snapshot.queue_position if snapshot.state is TaskState.QUEUED else None
    task.eta = snapshot.eta
    if snapshot.cost is not None:
        task.cost, task.cost_unit = snapshot.cost, snapshot.cost_unit
    if moved:
        task.changed_at = now
    if snapshot.state is not TaskState.QUEUED:
        note_start(task, snapshot, answer, now)
    elif note == "went back":
        forget_start(task)
    if snapshot.state.ended:
        _end(task, snapshot, answer, now)
    else:
        _goes_on(task, asked)
    moment = None
    if worth:
        moment = Moment(
            now,
            snapshot.state,
            snapshot.raw,
            snapshot.progress,
            snapshot.queue_position,
            answer.http_status,
            answer.latency,
            note or (answer.via if answer.via not in ("poll", "batch") else None),
        )
    return Change(moment, before if snapshot.state is not before else None, moved)


def _end(task: Task, snapshot: Snapshot, answer: ProviderAnswer, now: float) -> None:
    if task.duration is not None:
        return
    task.ended_seen = now
    note_end(task, snapshot, answer, now)
    task.files, task.result, task.partial = snapshot.files, snapshot.result, snapshot.partial
    if snapshot.partial and snapshot.state is TaskState.COMPLETED:
        task.warn(Text("tasks.warning.partial", missing=snapshot.partial))
        log.warning(Text("tasks.warning.partial_now", task=task.handle, missing=snapshot.partial))
    task.failure = snapshot.failure
    task.outcome = TaskOutcome(str(snapshot.state))
    if snapshot.state is TaskState.COMPLETED:
        task.progress = 1.0 if task.progress is not None else None


def _warn_once(warned: set[tuple[str, str]], provider: str, word: str, task: Task, state: TaskState) -> None:
    if (provider, word) in warned:
        return
    warned.add((provider, word))
    name = "unknown_word" if word else "no_state"
    values = {"provider": provider, **({"word": word} if word else {})}
    task.warn(Text(f"tasks.warning.{name}", **values))
    counts = Text(f"tasks.state.{state}")
    log.warning(Text(f"tasks.warning.{name}_now", task=task.handle, state=counts, **values))
