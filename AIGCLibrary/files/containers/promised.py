"""Holds the length that a file states in its head against the bytes that are there: W64, CAF, ASF, MXF."""

from collections.abc import Callable

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.context import RangeReader

_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_MOST_HEADERS = 4 << 20


def check_promised(reader: RangeReader, media_type: str) -> Damage | None:
    """Report a file that ends before the place its own head names.

    Args:
        reader: The file.
        media_type: Its type by content.

    Returns:
        The damage; None when it is whole, or when its head names no length.
    """
    way = _WAYS.get(media_type)
    promised = way(reader) if way else None
    length = reader.length or 0
    if promised is None or promised[0] <= length:
        return None
    end, source = promised
    return Damage(
        f"The head promises {end} bytes, the file has {length}", length,
        truncated=True, expected=str(end), actual=str(length), source=source,
    )  # fmt: skip


def _w64(reader: RangeReader) -> tuple[int, str] | None:
    end = int.from_bytes(reader.read(16, 8), "little")
    return (end, "Sony Wave64") if 40 < end < 1 << 62 else None


def _caf(reader: RangeReader) -> tuple[int, str] | None:
    """Walk the chunks; sound whose length was not known when it was written has -1."""
    at = 8
    while len(head := reader.read(at, 12)) == 12:
        size = int.from_bytes(head[4:], "big", signed=True)
        if size < 0:
            return None
        at += 12 + size
    return at, "Core Audio Format"


def _asf(reader: RangeReader) -> tuple[int, str] | None:
    """Return the end of the data object; a live stream states none."""
    head = int.from_bytes(reader.read(16, 8), "little")
    data = reader.read(head, 24) if head < _MOST_HEADERS else b""
    size = int.from_bytes(data[16:24], "little")
    return (head + size, "ASF 3.3") if data[:16] == _ASF_DATA and 50 < size < 1 << 62 else None


def _mxf(reader: RangeReader) -> tuple[int, str] | None:
    """Return the place of the footer that the header partition names; 0 means that it is not known."""
    size = reader.read(16, 1)
    start = 17 + (size[0] & 0x7F if size and size[0] & 0x80 else 0)
    footer = int.from_bytes(reader.read(start + 24, 8), "big")
    return (footer + 16, "SMPTE ST 377-1") if footer else None


_WAYS: dict[str, Callable[[RangeReader], tuple[int, str] | None]] = {
    "audio/x-w64": _w64, "audio/x-caf": _caf, "video/x-ms-asf": _asf, "audio/x-ms-wma": _asf, "video/mxf": _mxf,
    "audio/mxf": _mxf, "application/mxf": _mxf,
}  # fmt: skip
PROMISING = tuple(_WAYS)
"""Media types whose heads may state a length."""
