"""From a verdict to the error a tester reads: what, measured, limit, context, code, hint, facts."""

import re
from typing import Any

from AIGCLibrary.errors import TaskError
from AIGCLibrary.http.response import readable
from AIGCLibrary.i18n import Text, listed, series
from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.connections import refusal_hint, sign_in
from AIGCLibrary.tasks.inputs import left_as_text
from AIGCLibrary.tasks.providers.busy import is_rate_limit
from AIGCLibrary.tasks.providers.model import Provider
from AIGCLibrary.tasks.queued_advice import queued_advice
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.snapshot import TaskFailure, Trouble
from AIGCLibrary.tasks.states import ErrorClass, TaskOutcome, TaskState
from AIGCLibrary.tasks.watch import TaskWatch, WaitVerdict
from AIGCLibrary.units import format_duration, format_share

EXCERPT = 300
SHORT = 120
"""Characters of an answer inside a sentence."""
NOTICEABLE = 0.5
"""Seconds between an end and the poll that saw it, at which a message states both."""


def verdict_error(watch: TaskWatch, verdict: WaitVerdict, now: float, target: str, p95: float | None) -> TaskError:
    """Build the error for a wait that ended before the task did.

    Args:
        watch: The task.
        verdict: Why.
        now: Time of day.
        target: What was waited for.
        p95: Seconds within which 95 % of such tasks were done, from history.
    """
    task = watch.task
    evidence = facts(task, now, p95=p95, target=target)
    if verdict.limit is not None:
        evidence["timeout"], evidence["clock"] = verdict.limit.seconds, verdict.limit.clock
    refusal = _kind_of(watch.refusal) if watch.failures else ""
    seen = {"problem": watch.problem, "failed_polls": watch.failures, "answered": refusal}
    evidence |= {name: value for name, value in seen.items() if value}
    if verdict.outcome is TaskOutcome.VANISHED:
        return _vanished(watch, evidence, now)
    if verdict.problem:
        return _trouble(watch, verdict, evidence, now)
    if watch.failures and (watch.completed or task.unfinished_at is None):
        return _outage(watch, evidence, now)  # no answer says that it still continues
    limit = verdict.limit
    assert limit is not None  # noqa: S101 - every other verdict has one
    unread, why = _unread_state(watch, evidence)
    unknown: Text | str = unread or ("" if task.known else _unknown(watch, evidence))
    text = Text(
        "tasks.error.never_read" if watch.unreadable and task.unfinished_at is None else "tasks.error.still",
        task=task.handle,
        state=Text(f"tasks.state.{task.state}"),
        elapsed=format_duration(task.age(now)),
        clock=Text(f"tasks.clock.{limit.clock}"),
        limit=format_duration(limit.seconds),
        source=_source(limit.source),
        context=context(task, now),
        unknown=unknown,
    )
    stalled = verdict.outcome is TaskOutcome.STALLED
    cls: type[TaskError] = errors.TaskStalledError if stalled else errors.TaskTimeoutError
    found = why or (_word_hint(evidence) if unknown else _open_hint(task, now, p95, stalled=stalled))
    return cls(text, hint=found, facts=evidence)


def _kind_of(failure: TaskFailure | None) -> str:
    """Return what an answer in HTTP 200 reports that another product says by 429 or 500; "" for all else."""
    if failure is None:
        return ""
    if is_rate_limit(failure):
        return "rate_limited"
    return "internal" if failure.error_class is ErrorClass.INTERNAL else ""


def _unread_state(watch: TaskWatch, evidence: dict[str, Any]) -> tuple[Text | str, Text | None]:
    """Return why the state is not known by now, and what to do about it; nothing where it is."""
    task = watch.task
    if watch.unreadable:
        evidence["unreadable"] = True
        return Text("tasks.error.no_state", body=_unread(watch)), Text("tasks.hint.no_state", provider=task.provider)
    if watch.failures:
        return Text("tasks.error.failing", n=watch.failures, last=_last(watch)), Text("tasks.hint.outage")
    if _silent(watch):
        evidence["unreadable"] = True
        return Text("tasks.error.no_message", provider=task.provider), Text("tasks.hint.no_message")
    return "", None


def _silent(watch: TaskWatch) -> bool:
    """Return whether only messages of the product report the state, and none has come."""
    provider = watch.client.provider
    asked = provider.status is not None or provider.batch is not None or provider.stream is not None
    return provider.webhook is not None and not asked and watch.task.looked_at is None


def with_more(error: TaskError, more: Text | str, fact: str = "") -> TaskError:
    """Return the error of a wait with one more sentence, which is also one of its facts where that has a name."""
    if not more:
        return error
    text = Text("tasks.error.and_more", said=error.said, more=more)
    return type(error)(text, code=error.code, hint=error.hint, facts=error.facts | ({fact: str(more)} if fact else {}))


def _unknown(watch: TaskWatch, evidence: dict[str, Any]) -> Text:
    """Return the product's state word that its description does not know, and where it could be added."""
    task, at = watch.task, watch.client.provider.states_at
    evidence |= {"unknown_state": task.raw, "states_file": at[0] if at else watch.client.provider.source}
    if at:
        evidence |= {"states_line": at[1], "states_first": at[2]}
    return Text("tasks.error.unknown_word", word=task.raw, provider=task.provider)


def _word_hint(evidence: dict[str, Any]) -> Text:
    name = "unknown_state" if "states_line" in evidence else "unknown_state_preset"
    values = {"word": evidence["unknown_state"], "file": evidence["states_file"], "line": evidence.get("states_line")}
    return Text(f"tasks.hint.{name}", provider=evidence["provider"], **values)


def ended_error(watch: TaskWatch, target: TaskState, now: float) -> TaskError:
    """Build the error for a task that ended otherwise than was waited for."""
    task = watch.task
    evidence = facts(task, now, target=str(target))
    if is_rate_limit(task.failure):  # no account that is used up; to wait for it once more changes nothing
        evidence |= {"answered": _kind_of(task.failure), "time_left": 0.0}
    after = Text("tasks.error.after", elapsed=format_duration(task.duration), seen=_seen(task), polls=_polls(task))
    state = Text(f"tasks.state.{task.state}")
    if target in (TaskState.FAILED, TaskState.CANCELLED):
        wanted = Text(f"tasks.state.{target}")
        return errors.UnexpectedStateError(
            Text("tasks.error.unexpected", task=task.handle, state=state, after=after, target=wanted), facts=evidence
        )
    if task.state is TaskState.CANCELLED:
        who = Text(f"tasks.error.{'by_this_test' if task.cancel_requested else 'by_others'}")
        why = _words(task.failure.message if task.failure else None)
        return errors.TaskCancelledError(
            Text("tasks.error.cancelled", task=task.handle, who=who, after=after, why=why),
            hint=Text("tasks.hint.cancelled"),
            facts=evidence,
        )
    return failed_error(task, evidence, Text("tasks.error.failed_after", after=after), watch.client.provider)


def failed_error(task: Task, evidence: dict[str, Any], what: Text, provider: Provider) -> TaskError:
    """Build the error for a task that the provider says failed."""
    failure = task.failure
    error_class = failure.error_class if failure else ErrorClass.UNKNOWN
    code = Text("tasks.error.code", code=failure.code) if failure and failure.code else ""
    stale = failure is not None and failure.code == "stale_result"
    cls: type[TaskError] = errors.StaleResultError if stale else errors.TaskFailedError
    empty = failure is not None and failure.code == "empty_result"
    hint = "stale" if stale else "empty" if empty else f"failed.{error_class}"
    if error_class is ErrorClass.MODERATION and evidence.get("phase") == "submit":
        hint = "refused_by_policy"  # there is no task to wait for
    message: Text | str | None = failure.message if failure else None
    if message and (stale or empty):
        message = Text(f"tasks.error.{hint}", original=str(message).rstrip("."))  # found by us: ours to translate
    text = Text(
        "tasks.error.failed",
        task=task.handle,
        what=what,
        cls=Text(f"tasks.class.{error_class}"),
        code=code,
        words=_words(message),
    )
    advice = _types_hint(task, provider) if error_class is ErrorClass.BAD_INPUT else None
    return cls(text, hint=advice or Text(f"tasks.hint.{hint}", task=task.handle), facts=evidence)


def _types_hint(task: Task, provider: Provider) -> Text | None:
    """Return what to do where inputs were sent as text that the product may want as numbers; None where none were."""
    order = provider.submit.request if provider.submit is not None else None
    found = left_as_text(task.inputs, provider.inputs) if order is not None and order.json is not None else {}
    if not found:
        return None
    names = series(f"{name}={task.inputs[name]}" for name in found)
    types = ", ".join(f"{name}: {kind}" for name, kind in found.items())
    return Text("tasks.hint.types", names=names, types=types, provider=provider.name)


def _words(message: Text | str | None) -> Text | str:
    """Return what the product says of it, or what we found, as the end of a sentence."""
    if isinstance(message, Text):
        return Text("tasks.error.own_words", message=message)
    return Text("tasks.error.words", message=message.rstrip(".")) if message else ""


def excerpted(body: bytes) -> str:
    """Return the beginning of a body, in one line, for a message."""
    return " ".join(readable(body).split())[:EXCERPT]


def said_in(body: bytes) -> str:
    """Return the beginning of what a body says, without markup; "" for one that says nothing."""
    found = " ".join(re.sub(r"<(style|script|head).*?</\1>|<[^>]*>", " ", excerpted(body), flags=re.DOTALL).split())
    return "" if found in ("{}", "[]", "null", '""') else found


def facts(task: Task, now: float, **more: Any) -> dict[str, Any]:
    """Return the machine-readable evidence of a task; no secrets."""
    failure = task.failure
    return {
        "task": task.handle,
        "kind": task.kind,
        "provider": task.provider,
        "remote_id": task.remote_id,
        "state": str(task.state),
        "raw": task.raw,
        "outcome": str(task.outcome) if task.outcome else None,
        "error_class": str(failure.error_class) if failure else None,
        "error_code": failure.code if failure else None,
        "error_message": failure.message if failure else None,
        "elapsed": round(task.age(now), 3),
        "seen_after": seen_after(task),
        "queued": task.queued,
        "timeout": task.sla.timeout,
        "stall_timeout": task.sla.stall_timeout,
        "polls": task.polls,
        "request_errors": task.errors,
        "progress": task.progress,
        "progress_age": task.still(now),
        "progress_looks": task.progress_looks,
        "queue_position": task.queue_position,
        "retry_times": task.sla.retry_times,
        "attempt": task.attempt,
        "priority": task.priority,
        "warnings": [str(warning) for warning in task.warnings],
        "http_status": task.last_status,
        "curl": task.curl,
        **more,
    }


def context(task: Task, now: float) -> Text | str:
    """Return what decides: requests sent, progress or queue position, and how long that has not moved."""
    parts = [_polls(task)]
    still = format_duration(now - task.changed_at if task.changed_at else 0.0)
    if task.progress is not None and task.state is TaskState.PROCESSING:
        moves = "progress_once" if task.still(now) is None else "progress_still"
        progress = format_share(round(task.progress, 2))
        values = {"progress": progress, **({} if moves == "progress_once" else {"still": still})}
        parts.append(Text(f"tasks.part.{moves}", **values))
    elif task.queue_position is not None:
        parts.append(Text("tasks.part.queue_still", position=task.queue_position, still=still))
    elif task.looked_at is not None:
        parts.append(Text("tasks.part.nothing", still=still))
    if task.errors:
        parts.append(Text("tasks.part.failed_request" + "s" * (task.errors > 1), n=task.errors))
    return listed(parts)


def _seen(task: Task) -> Text | str:
    """Return when the end was seen, where that is later than the product's own times say."""
    late = seen_after(task)
    noticed = late is not None and late > (task.duration or 0.0) + NOTICEABLE
    return Text("tasks.error.seen", late=format_duration(late)) if noticed else ""


def seen_after(task: Task) -> float | None:
    """Return the seconds from the submit to the answer that reported the end."""
    if task.tracked or not task.ended or task.ended_seen is None:
        return None
    return round(max(task.ended_seen - task.submitted_at, 0.0), 3)


def _polls(task: Task) -> Text:
    return Text("tasks.part.poll" + "s" * (task.polls != 1), n=task.polls)


def _source(source: Text | str) -> Text | str:
    return "" if source in ("timeout", "SLA") else Text("tasks.limit.source", source=source)


def _vanished(watch: TaskWatch, evidence: dict[str, Any], now: float) -> TaskError:
    task = watch.task
    since = watch.missing_since if watch.missing_since is not None else watch.ambiguous_since
    gone = now - (since - watch.offset) if since is not None else 0.0
    last = Text(f"tasks.state.{task.state}")
    provider = watch.client.provider
    hint = "read_once" if provider.stream is not None and provider.status is None else "vanished"
    answer = f"HTTP {task.last_status}" if task.last_status else f"'{task.raw}'"
    if task.last_status is not None and task.last_status < 400:
        ambiguous = watch.missing_since is None and task.raw
        answer = f"'{task.raw}'" if ambiguous else f"{answer} {excerpted(task.last_body)[:SHORT]}".rstrip()
    return errors.TaskVanishedError(
        Text(
            "tasks.error.vanished",
            task=task.handle,
            provider=task.provider,
            answer=answer,
            id=task.remote_id,
            gone=format_duration(gone),
            polls=_polls(task),
            seen=Text("tasks.error.last_seen", state=last) if task.unfinished_at else Text("tasks.error.never_seen"),
        ),
        hint=Text(f"tasks.hint.{hint}", id=str(task.remote_id), provider=task.provider),
        facts=evidence,
    )


def _trouble(watch: TaskWatch, verdict: WaitVerdict, evidence: dict[str, Any], now: float) -> TaskError:
    task = watch.task
    if verdict.problem == "outage":
        return _outage(watch, evidence, now)
    status = watch.broken.http_status if watch.broken else task.last_status
    body = excerpted(watch.broken.body if watch.broken and watch.broken.body else task.last_body)
    unauthorized = watch.broken is not None and watch.broken.snapshot.trouble is Trouble.UNAUTHORIZED
    asked = Text("tasks.error.asked", url=watch.broken.asked) if watch.broken and watch.broken.asked else ""
    sent = f" ({sign_in(watch.client.provider, watch.client.connection)})" if unauthorized else ""
    return errors.ProviderError(
        Text(
            "tasks.error.unreadable",
            task=task.handle,
            status=status,
            provider=task.provider,
            asked=asked,
            sent=sent,
            body=body,
        ),
        hint=refusal_hint(watch.client.provider, watch.client.connection)
        if unauthorized
        else Text("tasks.hint.refused", provider=task.provider),
        facts={**evidence, "class": "unauthorized" if unauthorized else "refused"},
    )


def _outage(watch: TaskWatch, evidence: dict[str, Any], now: float) -> TaskError:
    """Build the error for requests that all failed: the state, or the result of a completed task, is not known."""
    since = now - (watch.failing_since - watch.offset) if watch.failing_since is not None else 0.0
    text = Text(
        f"tasks.error.{'no_result' if watch.completed else 'outage'}",
        task=watch.task.handle,
        n=watch.failures,
        since=format_duration(since),
        last=_last(watch),
    )
    more = {"state": str(TaskState.COMPLETED)} if watch.completed else {}
    hint = Text(f"tasks.hint.{'no_result' if watch.completed else 'outage'}")
    return errors.ProviderError(text, hint=hint, facts={**evidence, **more, "class": "outage"})


def _unread(watch: TaskWatch) -> str:
    """Return the beginning of an answer without a state, with its status and address where they are no success."""
    status, body = watch.task.last_status, excerpted(watch.task.last_body)
    return f"{_last(watch)}: {body}" if status is not None and status >= 300 else body


def _last(watch: TaskWatch) -> str:
    """Return why the last request failed: the error, or status and address."""
    asked = f" ({watch.asked})" if watch.asked else ""
    status, page = watch.task.last_status, ""
    if status is not None and status < 400 and not watch.unreadable and (said := said_in(watch.task.last_body)):
        page = f": {said}"  # its status alone does not say why it is no answer
    return watch.problem.rstrip(".") or f"HTTP {status}{asked}{page}"


def _open_hint(task: Task, now: float, p95: float | None, *, stalled: bool) -> Text:
    """Return what to do about a task that has not ended in its time."""
    if task.state is TaskState.QUEUED and not stalled:
        return queued_advice(task, now)
    hint = "stalled" if stalled else _late(task, now, p95)
    return Text(f"tasks.hint.{hint}", task=task.handle, seconds=_round_up(task, now, p95))


def _late(task: Task, now: float, p95: float | None) -> str:
    if task.progress is not None and (task.still(now) or 0.0) > 0.5 * max(task.age(now), 1.0):
        return "standing"
    return "slow_as_usual" if p95 is not None and p95 > task.age(now) * 0.8 else "slow"


def _round_up(task: Task, now: float, p95: float | None) -> int:
    """Return a timeout worth trying: twice what it took so far, or half more than 95 % of history needed."""
    wanted = max(1.5 * p95 if p95 else 0.0, 2 * task.age(now) if p95 is None else 0.0)
    return int(-(-wanted // 10) * 10) or 10
