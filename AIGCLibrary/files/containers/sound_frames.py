"""Walks the frames of AMR (RFC 4867, 5) and of AAC in LOAS (ISO/IEC 14496-3, 1.7.2): each states its length."""

from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage

_NARROW = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_WIDE = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
"""Bytes of a frame of AMR, by its type."""
_SizeOf = Callable[[mmap, int], int]
"""Returns how many bytes the frame at an offset has; 0 where there is none."""


def check_amr(path: Path, tick: Callable[[], None] = lambda: None) -> Damage | None:
    """Report a file that ends within a frame; one of several channels is not walked."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        for magic, sizes in ((b"#!AMR\n", _NARROW), (b"#!AMR-WB\n", _WIDE)):
            if data[: len(magic)] == magic:
                return _follow(data, len(magic), _of_amr(sizes), "RFC 4867, 5", tick)
    return None


def check_loas(path: Path, tick: Callable[[], None] = lambda: None) -> Damage | None:
    """Report the first place where there should be a frame and is none, or a file that ends within one."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return _follow(data, 0, _of_loas, "ISO/IEC 14496-3, 1.7.2", tick)


def _follow(data: mmap, at: int, size_of: _SizeOf, source: str, tick: Callable[[], None]) -> Damage | None:
    while at < len(data):
        tick()
        size = size_of(data, at)
        if not size:
            message = f"There is no frame at offset {at}, {len(data) - at} bytes before the end"
            return Damage(message, at, source=source, serious=False)
        if at + size > len(data):
            left = len(data) - at
            return Damage(
                f"The last frame has {size} bytes, {left} are left", at,
                truncated=True, expected=str(size), actual=str(left), source=source,
            )  # fmt: skip
        at += size
    return None


def _of_amr(sizes: tuple[int, ...]) -> _SizeOf:
    return lambda data, at: 0 if data[at] & 0x80 else sizes[data[at] >> 3 & 15]


def _of_loas(data: mmap, at: int) -> int:
    head = data[at : at + 3]
    if len(head) < 3:
        return 3 if head[0] == 0x56 else 0
    return 3 + ((head[1] & 0x1F) << 8 | head[2]) if head[0] == 0x56 and head[1] >> 5 == 7 else 0
