"""Tasks that did not end in time: how long they really take, and whether they should be smaller."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.history import TaskHistory, task_history
from AIGCLibrary.recovery.model import Applicability, Cause, Edit, Suggestion
from AIGCLibrary.recovery.source import named_argument, statement
from AIGCLibrary.recovery.strategy import Attempt, Level, RecoveryStrategy
from AIGCLibrary.recovery.values import values, worded
from AIGCLibrary.units import format_duration

ENOUGH = 20
"""Finished tasks after which the 95th percentile of their durations is worth a promise."""
HEADROOM = 1.5


class ExtendTimeout(RecoveryStrategy):
    """Suggests the timeout that earlier tasks needed, or that this one's progress asks for."""

    name = "extend_timeout"
    level = Level.BENDING

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Work out a timeout from history and from progress; say nothing when waiting longer would not help."""
        timeout, elapsed = failure.number("timeout"), failure.number("elapsed")
        if failure.cause not in (Cause.TASK_TIMEOUT, Cause.TASK_QUEUED) or timeout is None:
            return
        if failure.unread or failure.standing_still:
            return
        history = task_history(failure, self.engine)
        wanted, reason = needed(failure, history, timeout)
        if wanted is None or wanted <= timeout:
            return
        sure = (
            history.count >= ENOUGH
            and not failure.seen_once
            and reason == "history"
            and failure.cause is Cause.TASK_TIMEOUT
        )
        shown = format_duration(wanted)
        yield Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=worded(f"recovery.strategy.extend_timeout.cause_{reason}", values(failure, **history.words())),
            fix=Text("recovery.strategy.extend_timeout.fix", **values(failure, wanted=shown)),
            evidence={
                "elapsed_s": elapsed,
                "timeout_s": timeout,
                "progress": failure.number("progress"),
                "progress_age_s": failure.number("progress_age"),
                **history.evidence(),
            },
            applicability=Applicability.NEEDS_VALUES
            if failure.seen_once
            else Applicability.CERTAIN
            if sure
            else Applicability.LIKELY,
            source=self.name,
            edit=_edit(failure, shown),
            score=0.35 if failure.seen_once else 0.8,
        )

    def prepare(self, attempt: Attempt) -> Mapping[str, Any] | None:
        """Allow the time that the progress asks for, at most as much again; only while the progress rises."""
        failure = attempt.failure
        timeout, elapsed = failure.number("timeout"), failure.number("elapsed")
        progress, age = failure.number("progress"), failure.number("progress_age")
        if not (timeout and elapsed and progress and age is not None) or attempt.number > 1:
            return None
        if failure.standing_still or failure.seen_once or failure.unread:
            return None
        wanted = min(nice(elapsed / progress * HEADROOM), 2 * timeout)
        return {"timeout": timedelta(seconds=wanted)} if wanted > timeout else None


class SplitTask(RecoveryStrategy):
    """Advises to order less at once, when the task is big or does not move."""

    name = "split_task"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Name the input that makes the task big."""
        if failure.cause not in (Cause.TASK_TIMEOUT, Cause.TASK_STALLED) or failure.seen_once:
            return
        inputs = failure.fact("inputs")
        big = _big(inputs) if isinstance(inputs, dict) else None
        yield Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=worded(f"recovery.explain.{failure.cause.value.replace('.', '_')}.cause", values(failure)),
            fix=Text("recovery.strategy.split_task.fix_big", **values(failure, name=big[0], amount=big[1]))
            if big
            else Text("recovery.strategy.split_task.fix", **values(failure)),
            evidence={"inputs": inputs} if inputs else {},
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
            score=0.6 if big else 0.3,
        )


class NameState(RecoveryStrategy):
    """Writes the line that a provider's `states` lack, when the product says a word that is not there."""

    name = "name_state"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Return the line to add; what the word means is the tester's decision."""
        if failure.cause is not Cause.TASK_UNKNOWN_STATE:
            return
        file, line, first = (failure.fact(name) for name in ("states_file", "states_line", "states_first"))
        said = values(failure)
        yield Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=worded("recovery.explain.async_task_unknown_state.cause", said),
            fix=failure.hint or worded("recovery.explain.async_task_unknown_state.fix", said),
            evidence={"word": failure.fact("unknown_state"), "counted_as": failure.fact("state")},
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
            edit=_added_word(str(failure.fact("unknown_state")), str(first), str(file), int(line)) if line else None,
            score=0.9,
        )


def _added_word(word: str, first: str, file: str, line: int) -> Edit:
    """Put a word before the first one of `states`, in a line of its own or, between braces, in the same line."""
    added = f"{_key(word)}: processing"
    for _, _, text in statement(f"{file}:{line}"):
        start = re.search(rf"\{{\s*['\"]?{re.escape(first)}['\"]?\s*:", text)
        if start:
            return Edit(start.group(), start.group().replace("{", f"{{{added}, ", 1), file, line)
        break
    return Edit("", added, file, line)


def _key(word: str) -> str:
    """Write a word as a key of YAML: in quotes where it would not be a text otherwise."""
    plain = re.fullmatch(r"[^\W\d](?:[\w -]*\w)?", word) and word.lower() not in _NO_TEXT
    return word if plain else json.dumps(word, ensure_ascii=False)


_NO_TEXT = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


def _edit(failure: Failure, shown: str) -> Edit:
    """Change the timeout where the step names one; else add it, since no file holds the one that applied."""
    found = named_argument(failure.place, "timeout")
    if found is None or "{" in found[0]:
        return Edit("", f"timeout={shown}")
    cell, file, line = found
    return Edit(cell, f"timeout={shown}", file, line)


def needed(failure: Failure, history: TaskHistory, timeout: float) -> tuple[float | None, str]:
    """Return the timeout that would have been sufficient, in seconds, and its evidence.

    That is `history`, `progress`, or `slower`: this task's own progress asks for more than its kind ever needed.
    """
    usual = nice(history.p95 * HEADROOM) if history.count >= 5 and history.p95 is not None else None
    progress, elapsed, age = failure.number("progress"), failure.number("elapsed"), failure.number("progress_age")
    moving = age is not None and not failure.standing_still and not failure.seen_once
    if progress and elapsed and moving and 0.02 <= progress < 1:
        own = elapsed / progress
        if usual is None or own > usual:
            return nice(max(own * HEADROOM, timeout * 1.2)), "progress" if usual is None else "slower"
    return (None, "") if usual is None else (usual, "history")


def nice(seconds: float) -> float:
    """Round up to a time that one would write down: 5 s steps to 1 min, 15 s to 5 min, then whole minutes."""
    step = 5 if seconds <= 60 else 15 if seconds <= 300 else 60
    return float(math.ceil(seconds / step) * step)


def _big(inputs: dict[str, object]) -> tuple[str, object] | None:
    for name in _SIZES:
        value = inputs.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 1:
            return name, value
    return None


_SIZES: Sequence[str] = ("duration", "frames", "count", "n", "num_images", "size_mb", "batch_size", "seconds", "steps")
