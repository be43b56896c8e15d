"""The words every provider's answers are translated into."""

from enum import StrEnum


class TaskState(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more is expected to happen."""
        return self in ENDED


ENDED = frozenset({TaskState.COMPLETED, TaskState.FAILED, TaskState.CANCELLED})


class TaskOutcome(StrEnum):
    """How a wait ended; the last three are our verdict, not a word of the provider."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    STALLED = "stalled"
    VANISHED = "vanished"


class ErrorClass(StrEnum):
    """Why a task failed, coarse enough to decide who acts.

    - `bad_input`: the tester's inputs
    - `quota`: account, credits, rate
    - `moderation`: the content policy refused; repeating does not help
    - `unauthorized`: who asks: the token is wrong, over, or may not do this
    - `internal`: the product itself
    """

    BAD_INPUT = "bad_input"
    QUOTA = "quota"
    MODERATION = "moderation"
    UNAUTHORIZED = "unauthorized"
    INTERNAL = "internal"
    UNKNOWN = "unknown"
