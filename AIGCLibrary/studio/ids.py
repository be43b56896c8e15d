"""Identifiers that look random and repeat exactly under the same seed."""

from __future__ import annotations

import hashlib


class IdSource:
    """Generates ids such as `scr_1f0c…`, one sequence per prefix.

    Args:
        seed: Same seed, same ids in the same order.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counts: dict[str, int] = {}

    def next(self, prefix: str) -> str:
        """The next id of a prefix, for example `task_9f86d081884c`."""
        number = self._counts[prefix] = self._counts.get(prefix, 0) + 1
        digest = hashlib.sha256(f"{self._seed}:{prefix}:{number}".encode()).hexdigest()
        return f"{prefix}_{digest[:12]}"
