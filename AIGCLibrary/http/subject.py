"""Which tasks a request is about, for a transport that treats those of one kind differently."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class SubjectAction(StrEnum):
    """What a request about tasks is for."""

    SUBMIT = "submit"
    STATUS = "status"
    RESULT = "result"
    CANCEL = "cancel"
    RETRY = "retry"
    STREAM = "stream"
    SIGN_IN = "sign_in"
    """No task: a token is fetched, with which requests are sent. How often depends on when tokens end."""


class AnswerEditor(Protocol):
    """Reads what an answer says of a task, and makes it say something else; all changes are made in place.

    Each change returns whether the answer says so now; where it does not, the answer must be discarded.
    """

    def part(self, body: Any, remote_id: str | None) -> Any:
        """Return what a body says of a task; None where it does not speak of it."""
        ...

    def state(self, part: Any, url: str) -> str:
        """Return the state that an answer reports, one of the five normal ones."""
        ...

    def files(self, part: Any, url: str) -> tuple[str, ...]:
        """Return the absolute addresses of the files of a completed task."""
        ...

    def unfinished(self, part: Any, url: str, state: str, progress: float | None) -> bool:
        """Make it report that the task is `queued` or `processing`."""
        ...

    def failed(self, part: Any, url: str, error_class: str) -> bool:
        """Make it report that the task failed."""
        ...

    def untimed(self, part: Any) -> bool:
        """Take the times of its start and end out; return whether it stated any."""
        ...

    def without_files(self, part: Any, url: str) -> bool:
        """Make it report a completed task without files."""
        ...


@dataclass(frozen=True, slots=True)
class SubjectTask:
    """A task that a request is about.

    Args:
        key: Its name in this library.
        kind: Its kind: `video`.
        remote_id: Its name at the product; None before it is known.
        retry_of: Name of the task that it repeats.
    """

    key: str
    kind: str
    remote_id: str | None = None
    retry_of: str | None = None


@dataclass(frozen=True, slots=True)
class RequestSubject:
    """What a request is about.

    Args:
        action: What it is for.
        tasks: The tasks.
        editor: Reads and changes its answer; None where it says nothing of a task's state.
    """

    action: SubjectAction
    tasks: tuple[SubjectTask, ...]
    editor: AnswerEditor | None = None


SUBJECT: ContextVar[RequestSubject | None] = ContextVar("aigc_request_subject", default=None)


@contextmanager
def concerning(subject: RequestSubject) -> Iterator[None]:
    """Say what the requests inside are about."""
    token = SUBJECT.set(subject)
    try:
        yield
    finally:
        SUBJECT.reset(token)
