"""What a walk through a container may find."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong with a container.

    Args:
        message: What, as a sentence without its full stop.
        offset: Where in the file.
        truncated: The file ends too early.
        expected: What was promised.
        actual: What is there.
        source: The standard that demands it.
        serious: The file is to be rejected.
    """

    message: str
    offset: int
    truncated: bool = False
    expected: str | None = None
    actual: str | None = None
    source: str | None = None
    serious: bool = True
