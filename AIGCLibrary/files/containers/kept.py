"""Counts, before FFmpeg opens a file, the pieces of which it keeps something, however small they are.

Elements of Matroska, frames and pictures of ID3v2, metadata blocks of FLAC: a few megabytes of them take hundreds in
memory, or minutes.
"""

from collections.abc import Callable, Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.ebml_elements import parse
from AIGCLibrary.files.work import STEP

Tick = Callable[[float], None]
_SEGMENT, _CLUSTER, _VOID = 0x18538067, 0x1F43B675, 0xEC
_MASTERS = frozenset(
    (
        _SEGMENT, 0x114D9B74, 0x4DBB, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x6D80, 0x6240, 0x1C53BB6B, 0xBB, 0xB7,
        0x1941A469, 0x61A7, 0x1043A770, 0x45B9, 0xB6, 0x80, 0x1254C367, 0x7373, 0x63C0, 0x67C8,
    )
)  # fmt: skip
"""Elements that hold others, besides clusters (RFC 9559)."""
_ENCRYPTION = 0x5035
_PASSED = frozenset((_VOID, 0xE7, 0xA7, 0xAB, 0xA3, 0xA0))
"""Elements of which nothing is kept; those of a cluster without a size follow its head."""
_KEPT = 25.0
"""An element of those, a frame of ID3v2 or a block of FLAC: about 600 bytes are kept of each."""
_CLUSTERED = 60.0
"""A cluster: FFmpeg keeps its place, and looks through those it has when it opens a file without an index."""
_STREAM = 400.0
"""A picture in a tag, which becomes a stream of its own."""
_SOUND = ("audio/mpeg", "audio/aac", "audio/flac", "audio/x-tta", "audio/wav", "audio/aiff")
_EBML = ("video/webm", "video/x-matroska", "audio/webm", "audio/x-matroska")
_FLAC_PICTURE = 6


def weigh_kept(path: Path, media_type: str, tick: Tick) -> None:
    """Count them.

    Args:
        path: The file.
        media_type: Its type by content.
        tick: Takes units of work, and raises where they are too many.
    """
    if media_type not in (*_SOUND, *_EBML):
        return
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        if media_type in _EBML:
            for kind in _elements(data):
                tick(_CLUSTERED if kind == _CLUSTER else STEP if kind in _PASSED else _KEPT)
            return
        at = _tags(data, tick)
        if data[at : at + 4] == b"fLaC":
            _blocks(data, at + 4, tick)


def is_encrypted(path: Path) -> bool:
    """Return whether a track of a Matroska or WebM is encrypted (ContentEncryption: RFC 9559, 5.1.4.1.31.8)."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return next((kind for kind in _elements(data) if kind in (_CLUSTER, _ENCRYPTION)), None) == _ENCRYPTION


def _elements(data: mmap) -> Iterator[int]:
    """Yield the ids of all elements, those of clusters included."""
    at = 0
    while at < len(data) and (head := parse(data[at : at + 12], at)) is not None:
        kind, size, body = head
        yield kind
        at = body if kind in _MASTERS or size is None else body + size  # what it holds follows


def _tags(data: mmap, tick: Tick) -> int:
    """Count the frames of the ID3v2 tags at the start (ID3v2.3, 3.3; ID3v2.4, 4); returns where these end."""
    at = 0
    while data[at : at + 3] == b"ID3" and at + 10 <= len(data):
        size = _seven(data[at + 6 : at + 10])
        end, short, even = at + 10 + size, data[at + 3] < 3, data[at + 3] >= 4
        at += 10
        tick(_KEPT)
        while at + 10 <= min(end, len(data)) and data[at]:
            name = data[at : at + 4]
            tick(_STREAM if name in (b"APIC", b"GEOB", b"CHAP") or name[:3] == b"PIC" else _KEPT)
            if short:
                at += 6 + int.from_bytes(data[at + 3 : at + 6], "big")
            else:
                length = data[at + 4 : at + 8]
                at += 10 + (_seven(length) if even else int.from_bytes(length, "big"))
        at = end
    return at


def _seven(data: bytes) -> int:
    """Return a number of which each byte holds seven bits."""
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def _blocks(data: mmap, at: int, tick: Tick) -> None:
    """Count the metadata blocks of a FLAC, and the comments in them (RFC 9639, 8)."""
    last = False
    while not last and at + 4 <= len(data):
        kind, last = data[at] & 0x7F, bool(data[at] & 0x80)
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        tick(_STREAM if kind == _FLAC_PICTURE else _KEPT)
        if kind == 4:
            vendor = int.from_bytes(data[at + 4 : at + 8], "little")
            count = int.from_bytes(data[at + 8 + vendor : at + 12 + vendor], "little")
            tick(_KEPT * min(count, size // 4))
        at += 4 + size
