"""One answer of a provider → one `Snapshot`: acceptors first, then the absence of a task, then the state word."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from AIGCLibrary.http.retry import retry_after
from AIGCLibrary.tasks.providers import everyday, everyday_reasons, troubles, words
from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import classify, is_temporary, tells_failure
from AIGCLibrary.tasks.providers.envelopes import is_fine
from AIGCLibrary.tasks.providers.expressions import AnswerExpression
from AIGCLibrary.tasks.providers.files import result_files
from AIGCLibrary.tasks.providers.model import Acceptor, Progress, Provider
from AIGCLibrary.tasks.providers.moments import moment
from AIGCLibrary.tasks.providers.reasons import search_words, sentence, with_details
from AIGCLibrary.tasks.snapshot import ResultFile, Snapshot, TaskFailure, Trouble
from AIGCLibrary.tasks.states import ErrorClass, TaskState

LONGEST_HINT = 3600.0
"""Seconds of a server's hint that are waited at most before the next poll."""
_NAMED = re.compile(
    r"^([a-z]*(task|job|run|execution|operation|generation|workflow|render|prediction))?(status|state)(?=[a-z])"
)
"""The name of the field, which some products put before each of its words: JOB_STATE_SUCCEEDED."""
_ONLY_FAILED = frozenset({"failed", "fail", "failure", "error", "canceled", "cancel", "失败", "已失败", "已取消"})
"""State words, folded, that are no reason."""
_OF_THE_QUESTION = frozenset({"error", "fail"})
"""Words that may be the outcome of the request; without an id beside them, the reason decides."""
_OF_ENVELOPE = (Trouble.UNREADABLE, Trouble.RETRY)
_DETAILS = re.compile(r"[:：,，(（]")
_FOLD = re.compile(r"[-_\s]")


class Reader:
    """Reads the answers of one provider.

    Args:
        provider: Its description.

    Example:
        ```python
        Reader(provider).read({"http": {"status": 200}, "headers": {}, "body": {"id": "7", "status": "running"}})
        ```
    """

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        fold = provider.match == "loose"
        self._fold = _loose if fold else _american
        self._states = {self._fold(word): state for word, state in provider.states.items()}
        self._headers = [(name, 1.0) for name in provider.hints.seconds]
        self._headers += [(name, 0.001) for name in provider.hints.milliseconds]
        self._hinting = frozenset(name for name, _ in self._headers)

    def read(self, envelope: dict[str, Any], base: str = "", api: str = "") -> Snapshot:
        """Describe what an answer means.

        Args:
            envelope: `{http: {status}, headers, body, task}`; the answers of further requests by name.
            base: URL that relative links start from.
            api: URL that link templates start from: the base URL of the connection.
        """
        bases = (base, api or base)
        for name, expression in self.provider.lets:
            envelope[name] = expression(envelope)
        trouble = Snapshot(TaskState.PROCESSING, trouble=Trouble.UNREADABLE, retry_after=self.hint(envelope))
        found = self._accepted(envelope, bases, trouble)
        if found is not None:
            return found
        raw = self._raw(envelope)
        nothing = self._nothing(envelope, raw)
        failure = self.failure(envelope, 200) if nothing in _OF_ENVELOPE and _status(envelope) < 300 else None
        if failure is not None and troubles.is_of_task(failure, nothing):
            return replace(trouble, state=TaskState.FAILED, trouble=None, raw=failure.code, failure=failure)
        if nothing is not None:
            readable = nothing in (Trouble.MISSING, Trouble.UNREADABLE)
            why = failure if nothing is Trouble.RETRY else None
            return replace(trouble, trouble=nothing, raw=raw if readable else f"HTTP {_status(envelope)}", failure=why)
        return self._of_word(envelope, str(raw), bases, trouble)

    def read_word(self, envelope: dict[str, Any], word: str, base: str) -> Snapshot:
        """Describe what an answer means whose state word stands elsewhere than in an answer about the state.

        Args:
            envelope: As for `read`, which has read it before.
            word: The state word.
            base: URL that relative links start from.
        """
        trouble = Snapshot(TaskState.PROCESSING, trouble=Trouble.UNREADABLE, retry_after=self.hint(envelope))
        return self._of_word(envelope, word, (base, base), trouble)

    def _accepted(self, envelope: dict[str, Any], bases: tuple[str, str], trouble: Snapshot) -> Snapshot | None:
        """Return what the first acceptor that is true says; None where none is."""
        status = _status(envelope)
        failed = troubles.of_status(status) if status >= 400 else None
        if failed is Trouble.REFUSED:
            failed = None  # a request that is wrong in itself: acceptors know what the product means by it
        for acceptor in self.provider.acceptors:
            # A request that failed says nothing about the task, whatever its body says, unless the description
            # names the HTTP status itself.
            if (failed is None or acceptor.by_status) and acceptor.when.truth(envelope):
                raw = self._raw(envelope)
                if acceptor.retry:
                    return replace(
                        trouble, trouble=Trouble.RETRY, raw=raw, failure=self.failure(envelope, 200, acceptor)
                    )
                found = self._told(envelope, acceptor.state, raw, bases, acceptor=acceptor, wait=trouble.retry_after)
                refused = self._question_refused(found, acceptor)
                return found if refused is None else replace(trouble, trouble=refused, raw=raw, failure=found.failure)
        return None

    def _of_word(self, envelope: dict[str, Any], word: str, bases: tuple[str, str], trouble: Snapshot) -> Snapshot:
        """Return what the state word says: as described, else as everyday words do where the description is loose."""
        folded, wait = self._fold(word), trouble.retry_after
        state = self._states.get(folded)
        if state is None and self.provider.match == "loose":
            if words.means_absent(folded):
                return replace(trouble, trouble=Trouble.MISSING, raw=word)
            state = words.everyday_state(folded) or self._before_details(word)
            if state is TaskState.COMPLETED and not self._holds_result(envelope):
                state = None  # the end of a stage
        if state is None and self.provider.match == "loose" and self._declares_failure(envelope):
            state = TaskState.FAILED
        if state is None:
            return self._told(envelope, self.provider.unknown, word, bases, known=False, wait=wait)
        rule = self.provider.missing.ambiguous
        return self._told(envelope, state, word, bases, ambiguous=rule is not None and rule.truth(envelope), wait=wait)

    def _declares_failure(self, envelope: dict[str, Any]) -> bool:
        """Return whether the envelope says that the work failed, beside a word or number that nobody knows."""
        if not everyday_reasons.declined(envelope.get("body")):
            return False
        failure = self.failure(envelope, 200)
        return tells_failure(failure.code, failure.message)

    def _before_details(self, word: str) -> TaskState | None:
        """Return what the first words say of `Failed: no face found` or `In queue (3)`; an end with a result never."""
        head, *details = _DETAILS.split(word, maxsplit=1)
        folded = self._fold(head.rstrip()) if details and len(head) < 30 else ""
        state = self._states.get(folded) or words.everyday_state(folded) if folded else None
        return None if state is TaskState.COMPLETED else state

    def _question_refused(self, found: Snapshot, acceptor: Acceptor) -> Trouble | None:
        """Return why an envelope that reports an error says nothing about the task; None where it does.

        A token that expired or a limit of the API refuses the request; the task continues. An answer that contains a
        state of the task, or that the description classifies, is about the task.
        """
        if found.failure is None or acceptor.error_class is not None or self._known_state(found.raw):
            return None
        if found.failure.error_class is ErrorClass.UNAUTHORIZED:
            return Trouble.UNAUTHORIZED
        return Trouble.RETRY if is_temporary(found.failure.code, found.failure.message) else None

    def _holds_result(self, envelope: dict[str, Any]) -> bool:
        rule = self.provider.result
        return bool((rule.files and rule.files(envelope)) or (rule.raw and rule.raw(envelope)))

    def _known_state(self, raw: str | None) -> bool:
        return raw is not None and self._states.get(self._fold(raw)) is not None

    def _nothing(self, envelope: dict[str, Any], raw: str | None) -> Trouble | None:
        """Describe why an answer says nothing about the task; None when it does."""
        missing, status = self.provider.missing, _status(envelope)
        declined = raw is None if status < 400 else troubles.is_refusal(status)
        if declined and everyday.still_open(envelope.get("body")):
            return Trouble.UNREADABLE
        if status in missing.http or (missing.when is not None and missing.when.truth(envelope)):
            return Trouble.MISSING
        if status >= 400:
            trouble = troubles.of_status(status)
            refused = trouble is Trouble.REFUSED
            return troubles.of_refusal(self.failure(envelope, status)) if refused else trouble
        if raw is None:
            page = status >= 300 or troubles.is_page(envelope.get("body"))
            return Trouble.RETRY if page else self._envelope_trouble(envelope)
        words_of_question = self._fold(raw) in _OF_THE_QUESTION and everyday.identifier(envelope.get("body")) is None
        trouble = self._envelope_trouble(envelope) if words_of_question else Trouble.UNREADABLE
        return None if trouble is Trouble.UNREADABLE else trouble

    def _envelope_trouble(self, envelope: dict[str, Any]) -> Trouble:
        return troubles.of_envelope(self.failure(envelope, 200), envelope.get("body"))

    def hint(self, envelope: dict[str, Any]) -> float | None:
        """Return the seconds that the server wants us to wait before the next poll."""
        headers: Mapping[str, str] = envelope.get("headers") or {}
        for name, factor in self._headers:
            if name in headers:
                found = retry_after(headers[name], date=headers.get("date"), longest=LONGEST_HINT / factor)
                if found is not None:
                    return found * factor
        body = self.provider.hints.body
        value = _number(body(envelope)) if body else None
        return value if value is not None and value >= 0 else None

    def told_to_wait(self, headers: Mapping[str, str]) -> bool:
        """Return whether an answer's headers hold a time before which it must not be asked again."""
        return not self._hinting.isdisjoint(headers)

    def result(self, envelope: dict[str, Any], base: str = "", api: str = "") -> Snapshot:
        """Read the answer of a request for the result of a completed task."""
        for name, expression in self.provider.lets:
            envelope[name] = expression(envelope)
        return self._told(envelope, TaskState.COMPLETED, None, (base, api or base))

    def refusal(self, envelope: dict[str, Any], status: int) -> tuple[TaskFailure | None, bool]:
        """Read an answer that did not take a submission, whatever its HTTP status.

        Acceptors decide, as for answers about a state; without one that is true, an answer that holds the code of an
        error, or says that the request did not succeed, is a refusal, too.

        Returns:
            Why it was refused, None where the answer does not say; and whether the product took nothing as it is busy,
            so that the same submission may be sent again.
        """
        for name, expression in self.provider.lets:
            envelope[name] = expression(envelope)
        for acceptor in self.provider.acceptors:
            if acceptor.when.truth(envelope):
                refused = acceptor.retry or acceptor.state in (TaskState.FAILED, TaskState.CANCELLED)
                if not refused:
                    return None, False
                failure = self.failure(envelope, status, acceptor)
                known = acceptor.error_class is not None
                return failure, acceptor.retry or (not known and is_busy(status, failure.code, failure.message))
        failure = self.failure(envelope, status)
        said_so = self._is_reason(failure.code) or everyday_reasons.declined(envelope.get("body"))
        if status < 400 and not said_so and not troubles.is_of_server(failure):
            return None, False
        return failure, is_busy(status, failure.code, failure.message)

    def _is_reason(self, code: str | None) -> bool:
        """Return whether a code is that of an error; some products have the task's state in its place."""
        if code is None:
            return False
        states = {_loose(word): state for word, state in self.provider.states.items()}
        return states.get(_loose(code)) in (None, TaskState.FAILED)

    def failure(
        self, envelope: dict[str, Any], status: int | None = None, acceptor: Acceptor | None = None
    ) -> TaskFailure:
        """Read why something failed; `status` is that of an answer which refused a request."""
        errors = self.provider.errors
        message = sentence(_first(acceptor.message if acceptor else None, errors.message, envelope))
        code = _first(acceptor.code if acceptor else None, errors.code, envelope)
        code = None if code is None or isinstance(code, dict | list) or is_fine(str(code)) else str(code)
        if code is None and (acceptor is not None or status is not None):
            code = everyday_reasons.code(envelope.get("body"))
        body = envelope.get("body")
        # "success" around a failure is a word of the envelope.
        message = next((text for text in (message, search_words(body)) if not is_fine(text)), "")
        message = with_details(message, body) if message else ""
        reported = errors.reported(envelope) if errors.reported else None
        known = acceptor.error_class if acceptor else None
        return TaskFailure(message, code, known or classify(reported, code, message, errors.classes, status))

    def _told(
        self,
        envelope: dict[str, Any],
        state: TaskState,
        raw: str | None,
        bases: tuple[str, str],
        *,
        acceptor: Acceptor | None = None,
        known: bool = True,
        ambiguous: bool = False,
        wait: float | None = None,
    ) -> Snapshot:
        provider, result = self.provider, self.provider.result
        times = provider.times
        files: tuple[ResultFile, ...] = ()
        content, partial, failure, cost = None, None, None, None
        if state is TaskState.COMPLETED:
            content = result.raw(envelope) if result.raw else None
            files = result_files(result, envelope, *bases)
            partial = self._partial(envelope) or _too_few(files, result.count, envelope)
            if partial is not None:
                state = result.partial_state
                failure = TaskFailure(partial, "partial", ErrorClass.INTERNAL) if state is TaskState.FAILED else None
            if failure is None and not files:
                failure = self._why_empty(envelope, partial)
        elif state in (TaskState.FAILED, TaskState.CANCELLED):
            failure = self._why(self.failure(envelope, acceptor=acceptor), raw)
        if provider.cost is not None:
            cost = _number(provider.cost(envelope))
        submit = provider.submit
        return Snapshot(
            state=state,
            raw=raw,
            known=known,
            ambiguous=ambiguous,
            progress=_progress(provider.progress, envelope),
            queue_position=_whole(provider.queue_position, envelope),
            eta=_number(provider.eta(envelope)) if provider.eta else None,
            created=moment(times.created(envelope), times.unit, times.zone) if times.created else None,
            started=moment(times.started(envelope), times.unit, times.zone) if times.started else None,
            finished=moment(times.finished(envelope), times.unit, times.zone) if times.finished else None,
            result=content,
            files=files,
            failure=failure,
            partial=partial,
            cost=cost,
            cost_unit=provider.cost_unit if cost is not None else None,
            retry_after=wait,
            remote_id=_id(submit.id(envelope)) if submit else None,
        )

    def _partial(self, envelope: dict[str, Any]) -> str | None:
        """Return what an answer says is missing from a result; None where it says that all is there, or nothing."""
        result = self.provider.result
        if result.partial is None or not result.partial.truth(envelope):
            return None
        said = sentence(result.partial_message(envelope)) if result.partial_message else ""
        return said or "only part of what was requested was generated"

    def _why(self, failure: TaskFailure, raw: str | None) -> TaskFailure:
        """Return why a task failed; where nothing else says so, its state word may: `Content Moderated`."""
        word = raw if raw and self._fold(raw) not in _ONLY_FAILED else ""
        if not word or failure.error_class is not ErrorClass.UNKNOWN:
            return failure
        error_class = classify(None, word, "", self.provider.errors.classes)
        return replace(failure, message=failure.message or word, error_class=error_class)

    def _why_empty(self, envelope: dict[str, Any], partial: str | None) -> TaskFailure | None:
        """Return what a completed answer without files says of the reason; None where it says nothing."""
        found = self.failure(envelope)
        words = partial or found.message
        if not words and found.code is None:
            return None
        error_class = classify(None, found.code, words, self.provider.errors.classes)
        return TaskFailure(words, found.code, error_class)

    def _raw(self, envelope: dict[str, Any]) -> str | None:
        value = self.provider.state(envelope) if self.provider.state else None
        if value is None or isinstance(value, dict | list):
            return None
        return str(value).lower() if isinstance(value, bool) else str(value)


def progress_of(rule: Progress | None, envelope: dict[str, Any]) -> float | None:
    """Return the progress, 0 to 1."""
    return _progress(rule, envelope)


def _progress(rule: Progress | None, envelope: dict[str, Any]) -> float | None:
    if rule is None:
        return None
    value = rule.value(envelope)
    percent = isinstance(value, str) and value.strip().endswith("%")
    number = _number(value.strip().rstrip("%") if isinstance(value, str) else value)
    if number is None:
        return None
    if rule.of is not None:
        whole = _number(rule.of(envelope))
        return min(max(number / whole, 0.0), 1.0) if whole else None
    if percent or rule.scale == "percent":
        number /= 100
    elif rule.scale == "auto":
        number = number / 100 if number > 1 else number
    else:
        number /= float(rule.scale)
    return min(max(number, 0.0), 1.0)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _too_few(files: Sequence[ResultFile], names: Sequence[str], envelope: Mapping[str, Any]) -> str | None:
    """Return how many of the requested files are missing; None where all are there or no number was requested."""
    inputs = (envelope.get("task") or {}).get("inputs") or {}
    numbers = [number for name in names if (number := _number(inputs.get(name))) is not None]
    ordered = int(math.prod(numbers)) if numbers else 0
    return f"{len(files)} of the {ordered} files" if 0 < len(files) < ordered else None


def _whole(expression: AnswerExpression | None, envelope: dict[str, Any]) -> int | None:
    number = _number(expression(envelope)) if expression else None
    return int(number) if number is not None and number >= 0 else None


def _id(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _status(envelope: dict[str, Any]) -> int:
    status: int = envelope.get("http", {}).get("status", 200)
    return status


def _first(answer_expression: AnswerExpression | None, other: AnswerExpression | None, envelope: dict[str, Any]) -> Any:
    value = answer_expression(envelope) if answer_expression else None
    return value if value is not None or other is None else other(envelope)


def _loose(word: str) -> str:
    """Fold a word: letters, signs and the name of the field before it (`TASK_STATUS_SUCCEED`) do not count."""
    return _american(_NAMED.sub("", _FOLD.sub("", word.casefold())))


def _american(word: str) -> str:
    """Make both spellings of cancelled one."""
    return word.replace("ancelled", "anceled").replace("ANCELLED", "ANCELED")
