"""Remembers what a process has written, for a standby that has to know it and for a store that has lost it."""

import pickle
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Executable

from AIGCLibrary.store.write import Write

BLOCK = 1000
"""Writes that are packed together: a row then takes some 30 bytes instead of 1 kB."""
_LEVEL = 1
"""Of zlib; higher levels take three times as long for a tenth less."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Writes whose rows are packed; their statements are shared by most of them."""

    last: int
    statements: tuple[Executable, ...]
    packed: bytes
    length: int

    def writes(self) -> list[Write]:
        rows = pickle.loads(zlib.decompress(self.packed))  # noqa: S301 - made by this process, never stored
        return [Write(self.statements[at], values, serial=serial) for at, values, serial in rows]


class WriteHistory:
    """The last writes of a process, in the order of their serial numbers.

    Args:
        remembered: How many of them are kept, at most one block more.
    """

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._blocks: list[_Block] = []
        self._recent: list[Write] = []

    def __bool__(self) -> bool:
        return bool(self._blocks or self._recent)

    def add(self, writes: Sequence[Write]) -> None:
        """Remember writes whose serial numbers are above those of all others."""
        if not self._remembered:
            return
        self._recent += writes
        while len(self._recent) >= BLOCK:
            self._blocks.append(_pack(self._recent[:BLOCK]))
            del self._recent[:BLOCK]
        while self._blocks and sum(block.length for block in self._blocks) > self._remembered:
            del self._blocks[0]

    def since(self, serial: int) -> Iterator[Write]:
        """Return the writes above a serial number, the oldest first."""
        for block in self._blocks:
            if block.last > serial:
                yield from (write for write in block.writes() if write.serial > serial)
        yield from [write for write in self._recent if write.serial > serial]

    def take(self, serial: int) -> list[Write]:
        """Remove the writes above a serial number, and return them, the oldest first."""
        taken = list(self.since(serial))
        rest = [write for write in self._recent if write.serial <= serial]
        kept = [block for block in self._blocks if block.last <= serial]
        cut = next((block for block in self._blocks if block.last > serial), None)
        if cut is not None:
            rest = [write for write in cut.writes() if write.serial <= serial]
        self._blocks, self._recent = kept, rest
        return taken


def _pack(writes: Sequence[Write]) -> _Block:
    places: dict[int, int] = {}
    statements: list[Executable] = []
    rows = []
    for write in writes:
        at = places.setdefault(id(write.statement), len(statements))
        if at == len(statements):
            statements.append(write.statement)
        rows.append((at, write.rows, write.serial))
    packed = zlib.compress(pickle.dumps(rows, pickle.HIGHEST_PROTOCOL), _LEVEL)
    return _Block(writes[-1].serial, tuple(statements), packed, len(writes))
