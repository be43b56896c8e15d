"""What a reader of speech returns, and the interface that any reader has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One piece of speech.

    Args:
        text: What was heard.
        start: Seconds at which it begins; `end` at which it ends.
        confidence: How sure the reader is, 0 to 1.
    """

    text: str
    start: float
    end: float
    confidence: float = 1.0


class SpeechReader(Protocol):
    """Writes down speech, for example with a model of your own."""

    def read(self, path: Path) -> list[SpokenLine]:
        """Return what is said in a sound or film, in its order."""
