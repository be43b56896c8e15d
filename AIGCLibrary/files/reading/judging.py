"""The interface of judges: what one is asked about pictures, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from AIGCLibrary.files.reading.shots import Shot


@dataclass(frozen=True, slots=True)
class JudgeQuestion:
    """What a judge is asked.

    Args:
        demand: What must hold, in the words of the rule.
        media_type: Type of the file by its content.
        shots: Its pictures as displayed, in RGB, each with its moment; one without a moment of a still picture.
    """

    demand: str
    media_type: str
    shots: Sequence[Shot]


@dataclass(frozen=True, slots=True)
class JudgeAnswer:
    """What a judge answers.

    Args:
        holds: Whether the demand holds; None where the judge cannot decide.
        reason: Why, in one sentence.
        at: Seconds of the frame that shows it.
        box: Left, top, width and height of the place in it, in pixels as displayed.
    """

    holds: bool | None
    reason: str = ""
    at: float | None = None
    box: tuple[int, int, int, int] | None = None


class Judge(Protocol):
    """Judges pictures by a demand in words, for example with a model of your own."""

    def judge(self, question: JudgeQuestion) -> JudgeAnswer:
        """Answer a question. What it raises is reported as "was not judged", and nothing else fails."""
