"""The outcomes of a submission: an answer that counts, one that asks to come again, or nothing that is sure."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from AIGCLibrary.http.response import Response


class SubmitOutcome(Enum):
    """What an answer to a submission means for the next try."""

    FINAL = auto()
    """The submission was taken, or refused for good."""
    UNCERTAIN = auto()
    """There is no answer, or one that does not say whether the submission was taken; it may be sent again later."""
    BUSY = auto()
    """The product has too much to do and did not take the submission."""


@dataclass(frozen=True, slots=True)
class SubmitTry:
    """What came of sending a submission once.

    Args:
        response: The answer; None where there was none.
        what: What happened, for messages.
        untaken: It is sure that no work was taken.
        lasting: Sending it again changes nothing.
    """

    response: Response | None
    what: str
    untaken: bool
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class OrderLookup:
    """What a product says of a submission that got no answer.

    Args:
        response: Its answer; None where there was none.
        remote_id: The id of the submission; None where it was not found.
        absent: The product reports that it does not know the submission.
    """

    response: Response | None = None
    remote_id: str | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class SubmitAnswer:
    """The last answer to a submission.

    Args:
        response: The answer.
        remote_id: The id, where a look-up found it.
    """

    response: Response
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class TakenOrder:
    """What an answer says of the submission.

    Args:
        accepted: The product took it.
        remote_id: The id it gave; None where the answer has none.
    """

    accepted: bool
    remote_id: Any
