"""Reads the head of an OpenEXR file and holds its table of chunks against the file: decoders leave out what is missing.

Layout: https://openexr.com/en/latest/OpenEXRFileLayout.html
"""

import struct
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage

_TILED, _DEEP, _PARTS = 0x200, 0x800, 0x1000
_MOST_CHUNKS = 1 << 20
_SOURCE = "OpenEXR file layout"


def exr_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height of the display window of the first part; None when the head does not state them."""
    for name, kind, at, size in _attributes(head):
        if name == b"displayWindow" and kind == b"box2i" and size == 16:
            left, top, right, bottom = struct.unpack_from("<4i", head, at)
            return (right - left + 1, bottom - top + 1) if right >= left and bottom >= top else None
    return None


def check_exr(path: Path) -> Damage | None:
    """Follow the table of chunks.

    Args:
        path: An OpenEXR file.

    Returns:
        What is missing; None when all chunks lie inside the file, or when there are several parts or deep pixels.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        flags = int.from_bytes(data[4:8], "little")
        if flags & (_DEEP | _PARTS):
            return None
        at = 8
        for _, _, start, size in _attributes(data):
            at = start + size
        head = 20 if flags & _TILED else 8
        return _follow(data, at + 1, head)


def _follow(data: mmap, at: int, head: int) -> Damage | None:
    """Read the table, which ends where the first chunk begins; the size of a chunk ends its head."""
    first, begun = len(data), at
    while at + 8 <= first and at < begun + 8 * _MOST_CHUNKS:
        chunk = int.from_bytes(data[at : at + 8], "little")
        if not chunk:
            number = (at - begun) // 8
            message = f"Chunk {number} of the picture was never written"
            return Damage(message, at, truncated=True, source=_SOURCE)
        end = chunk + head
        if end <= len(data):
            end += int.from_bytes(data[end - 4 : end], "little")
        if end > len(data):
            return Damage(
                f"A chunk of the picture reaches to offset {end}, the file has {len(data)} bytes", chunk,
                truncated=True, expected=str(end), actual=str(len(data)), source=_SOURCE,
            )  # fmt: skip
        first = min(first, chunk)
        at += 8
    return None


def _attributes(data: bytes | mmap) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Return name, type, offset and size of each attribute of the first header."""
    at = 8
    while data[at : at + 1] not in (b"", b"\0"):
        name_end = data.find(b"\0", at, at + 256)
        kind_end = data.find(b"\0", name_end + 1, name_end + 257) if name_end > 0 else -1
        if kind_end < 0 or kind_end + 5 > len(data):
            return
        size = int.from_bytes(data[kind_end + 1 : kind_end + 5], "little")
        yield data[at:name_end], data[name_end + 1 : kind_end], kind_end + 5, size
        at = kind_end + 5 + size
