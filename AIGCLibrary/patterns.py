"""Regular expressions of projects and products: each runs within a time limit, since one can go on for years.

Python's `re` cannot be interrupted. The `regex` package can, understands what `re` does, and is loaded for expressions
and texts only for which it matters.
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

SECONDS = 1.0
"""CPU time that one search may take in a text of up to 1 MB; longer texts may take longer."""
_MEGABYTE = 1_000_000
_SHORT = 500
"""Characters of a text in which an expression with few repetitions, none inside another, ends soon."""
_FEW = 2
"""Repetitions one after the other: the time may grow with that power of the length."""
_REPETITION = re.compile(r"[*+?{]")
_NESTED = re.compile(r"\)\s*[*+?{]|\(\?P?[=(]|\\\d")


class BoundedPattern:
    """A regular expression with a time limit.

    Args:
        expression: As Python's `re` takes it.
        flags: Flags of `re`.

    Raises:
        re.error: It is no regular expression.
    """

    def __init__(self, expression: str, flags: int = 0) -> None:
        self.pattern = expression
        self._flags = flags
        self._plain = re.compile(expression, flags)
        self._is_simple = not _NESTED.search(expression) and len(_REPETITION.findall(expression)) <= _FEW

    @property
    def groupindex(self) -> dict[str, int]:
        """Names of the groups with their numbers."""
        return dict(self._plain.groupindex)

    def search(self, text: str) -> Any:
        """Return the first match, or None.

        Raises:
            TimeoutError: The search takes too long.
        """
        if self._is_quick(text):
            return self._plain.search(text)
        return self._bounded.search(text, timeout=_limit(text))

    def finditer(self, text: str) -> Iterator[Any]:
        """Return all matches.

        Raises:
            TimeoutError: The search takes too long.
        """
        if self._is_quick(text):
            yield from self._plain.finditer(text)
        else:
            yield from self._bounded.finditer(text, timeout=_limit(text))

    def _is_quick(self, text: str) -> bool:
        return len(text) <= _SHORT and self._is_simple

    @cached_property
    def _bounded(self) -> Any:
        import regex

        return regex.compile(self.pattern, self._flags)


@lru_cache(maxsize=512)
def bounded(expression: str, flags: int = 0) -> BoundedPattern:
    """Return an expression, compiled once."""
    return BoundedPattern(expression, flags)


def _limit(text: str) -> float:
    return SECONDS * max(1.0, len(text) / _MEGABYTE)
