"""Explains failures: keeps the evidence of a test's errors until the test ends."""

from typing import TYPE_CHECKING

from AIGCLibrary.errors import AIGCError

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine


class RecoveryService:
    """Turns evidence into suggestions.

    Args:
        engine: The services.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._noted: list[tuple[str, AIGCError]] = []

    def note(self, keyword: str, error: AIGCError) -> None:
        """Keep an error as evidence for the test that runs."""
        self._noted.append((keyword, error))
