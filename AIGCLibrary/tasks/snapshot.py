"""What one answer of a provider says about a task, in our words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from AIGCLibrary.tasks.states import ErrorClass, TaskState


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """Why a task failed.

    Args:
        message: The provider's own words.
        code: The provider's own code.
        error_class: Ours, coarse.
    """

    message: str = ""
    code: str | None = None
    error_class: ErrorClass = ErrorClass.UNKNOWN

    @property
    def final(self) -> bool:
        """True when submitting the same again cannot help."""
        return self.error_class in (ErrorClass.MODERATION, ErrorClass.BAD_INPUT)


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file that a task made.

    Args:
        url: Where it is: absolute, or a `data:` URL.
        name: Its name, as far as it is reported or can be read from the URL.
        media_type: As reported by the provider; None when it is not.
        size: Bytes, as reported.
        sha256: Hex, as reported.
        md5: Hex, as reported.
    """

    url: str
    name: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON data, as it is kept in the store."""
        return {
            "url": self.url,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "md5": self.md5,
        }


class Trouble(StrEnum):
    """Why an answer says nothing about the task."""

    RETRY = "retry"  # 429, 5xx, no connection: ask again later, slower
    UNAUTHORIZED = "unauthorized"
    REFUSED = "refused"  # any other 4xx
    MISSING = "missing"  # the product does not know it
    UNREADABLE = "unreadable"  # an answer, but no state in it


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One answer, read.

    Args:
        state: Our word.
        raw: The provider's word; None when there is none.
        known: False when the provider's word is not in its description.
        trouble: Set when the answer says nothing about the task; `state` then counts for nothing.
        ambiguous: The answer is the same for unknown, waiting and deleted tasks.
        progress: 0 to 1.
        queue_position: How many are to be served before and with this one; as the provider counts.
        eta: Seconds to the end, as the provider guesses.
        created: When the provider took the task, seconds since 1970; `started` and `finished` likewise.
        result: The raw result.
        files: The files of the result.
        failure: Set in state failed, and of an answer in HTTP 200 that refuses the request.
        partial: What is missing from a completed result.
        stale: Why the result cannot be of this request.
        cost: What it cost, in `cost_unit`.
        retry_after: Seconds the server wants us to wait before the next poll.
    """

    state: TaskState
    raw: str | None = None
    known: bool = True
    trouble: Trouble | None = None
    ambiguous: bool = False
    progress: float | None = None
    queue_position: int | None = None
    eta: float | None = None
    created: float | None = None
    started: float | None = None
    finished: float | None = None
    result: Any = None
    files: tuple[ResultFile, ...] = ()
    failure: TaskFailure | None = None
    partial: str | None = None
    stale: str | None = None
    cost: float | None = None
    cost_unit: str | None = None
    retry_after: float | None = None
    remote_id: str | None = None
