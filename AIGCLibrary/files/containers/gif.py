"""Walks the blocks of GIF (GIF89a specification): every block whole, and the trailer at the end."""

from collections.abc import Callable
from mmap import mmap

from AIGCLibrary.files.containers.damage import Damage

_SPEC = "GIF89a"
_UNWRITTEN = 64
"""Zeros to the end, in place of blocks and trailer, that show a file whose length was set and whose end never came."""


def check_gif(data: bytes | mmap, tick: Callable[[], None] = lambda: None) -> tuple[Damage | None, int]:
    """Walk the blocks.

    Args:
        data: The file.
        tick: Called for each block.

    Returns:
        The first damage, or a missing trailer; and the number of frames up to there.
    """
    at, frames = 13 + _table(data, 10), 0
    while at < len(data):
        tick()
        mark = data[at]
        if mark == 0x3B:
            return None, frames
        if mark == 0x2C:
            frames += 1
            at += 11 + _table(data, at + 9)
        elif mark == 0x21:
            at += 2
        else:
            unwritten = len(data) - at >= _UNWRITTEN and not bytes(data[at:]).strip(b"\0")
            return Damage(f"There is no block at offset {at}: {mark:02x}", at, source=_SPEC, serious=unwritten), frames
        while at < len(data) and data[at]:
            tick()
            at += 1 + data[at]
        at += 1
    return Damage("The file ends before its trailer", len(data), truncated=True, source=_SPEC), frames


def _table(data: bytes | mmap, at: int) -> int:
    """Return the length of the colour table that the flags at an offset announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
