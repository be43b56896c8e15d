"""Decides whether a file is whole by its own structure: for servers that announce a wrong length, or never close.

Only formats whose end cannot be mistaken count; all others are waited for.
"""

import json
from collections.abc import Callable

Read = Callable[[int, int], bytes]
"""Returns bytes of what has arrived: offset, count."""
_MOST_BOXES = 10_000
_MOST_TEXT = 1 << 20
PATIENT = ("application/json",)
"""Types that may go on after what looks like their end: lines of JSON."""


def is_whole(media_type: str | None, size: int, read: Read) -> bool:
    """Return whether what has arrived of a file is all of it.

    Args:
        media_type: Its type by content.
        size: Bytes that have arrived.
        read: Returns them.
    """
    way = _WAYS.get(media_type or "")
    try:
        return way is not None and size > 0 and way(size, read)
    except (ValueError, IndexError):
        return False


def _ends_with(end: bytes) -> Callable[[int, Read], bool]:
    return lambda size, read: read(size - len(end), len(end)) == end


def _riff(size: int, read: Read) -> bool:
    stated = int.from_bytes(read(4, 4), "little") + 8
    return size in (stated, stated + (stated & 1))


def _bmp(size: int, read: Read) -> bool:
    return int.from_bytes(read(2, 4), "little") == size


def _boxes(size: int, read: Read) -> bool:
    """Walk the boxes: all of them end where the file ends, and those that make a film or picture are there."""
    at, seen, last = 0, set(), b""
    for _ in range(_MOST_BOXES):
        head = read(at, 16)
        length, last = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:
            return False  # 0: up to the end, wherever that is
        seen.add(last)
        at += length
        if at >= size:
            break
    media = {b"moov", b"mdat"} <= seen or {b"meta", b"mdat"} <= seen
    return at == size and media and (b"moof" not in seen or last == b"mfra")


def _zip(size: int, read: Read) -> bool:
    """Compare the end record, without a comment, with where it lies (APPNOTE 4.3.16)."""
    end = read(size - 22, 22)
    length, offset = int.from_bytes(end[12:16], "little"), int.from_bytes(end[16:20], "little")
    return end[:4] == b"PK\5\6" and end[20:22] == b"\0\0" and offset + length == size - 22


def _json(size: int, read: Read) -> bool:
    return size <= _MOST_TEXT and isinstance(json.loads(read(0, size)), dict | list)


_WAYS: dict[str, Callable[[int, Read], bool]] = {
    "image/png": _ends_with(b"\0\0\0\0IEND\xaeB`\x82"),
    "image/jpeg": _ends_with(b"\xff\xd9"),
    "image/gif": _ends_with(b"\0;"),
    "image/bmp": _bmp,
    **dict.fromkeys(("image/webp", "audio/wav", "video/x-msvideo"), _riff),
    **dict.fromkeys(("video/mp4", "audio/mp4", "video/quicktime", "image/avif", "image/heic"), _boxes),
    "application/zip": _zip,
    "application/json": _json,
}
