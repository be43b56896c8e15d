"""Whether an ISO media file may hold a C2PA manifest: looking for one in very many boxes takes the reader minutes."""

from pathlib import Path
from typing import BinaryIO

MOST_BOXES = 20_000
"""Boxes of a file in which a manifest is looked for: the reader's time grows with their square, to 2 s here."""
_DEEPEST = 30
_MANIFEST = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""Of the `uuid` box with the manifest store (C2PA specification 2.2, A.5.1)."""
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""Of the `uuid` box with XMP, which may name the address of a manifest (ISO 16684-1, Adobe XMP part 3)."""
_CONTAINERS = frozenset((
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta", b"moof", b"traf", b"mvex", b"mfra",
))  # fmt: skip


class TooManyBoxesError(ValueError):
    """A file that may hold a manifest has more boxes than a manifest is looked for in."""


def may_hold_manifest(path: Path) -> bool:
    """Return whether a box of a file holds a manifest, or XMP that may name one.

    Args:
        path: A file of the ISO base media format (ISO/IEC 14496-12).

    Raises:
        TooManyBoxesError: There is one, among more than `MOST_BOXES` boxes.
    """
    with path.open("rb") as file:
        end = file.seek(0, 2)
        if not _has_manifest(file, end):
            return False
        if _count(file, 0, end, 0) > MOST_BOXES:
            raise TooManyBoxesError(f"the file has more than {MOST_BOXES} boxes, too many to search")
    return True


def _has_manifest(file: BinaryIO, end: int) -> bool:
    at = 0
    while at < end:
        size, kind, head = _header(file, at, end)
        if kind == b"uuid" and file.read(16) in (_MANIFEST, _XMP):
            return True
        if size < head:
            return False
        at += size
    return False


def _count(file: BinaryIO, at: int, end: int, found: int, depth: int = 0) -> int:
    """Count boxes, also those within boxes, until there are too many; those that are nested too deep are too many."""
    if depth > _DEEPEST:
        return MOST_BOXES + 1
    while at < end and found <= MOST_BOXES:
        size, kind, head = _header(file, at, end)
        found += 1
        if size < head:
            break
        if kind in _CONTAINERS:
            found = _count(file, at + head, min(end, at + size), found, depth + 1)
        at += size
    return found


def _header(file: BinaryIO, at: int, end: int) -> tuple[int, bytes, int]:
    """Return size, kind and length of the header of a box."""
    file.seek(at)
    data = file.read(8)
    size, kind = int.from_bytes(data[:4], "big"), data[4:8]
    if size == 1:
        return int.from_bytes(file.read(8), "big"), kind, 16
    return (end - at if size == 0 else size), kind, 8
