"""Reads the heads of EBML elements (RFC 8794): id, size, and where the content begins."""

import zlib
from collections.abc import Iterator

CRC = 0xBF


def parse(data: bytes, at: int) -> tuple[int, int | None, int] | None:
    """Read the head of an element.

    Args:
        data: The file from its offset `at` on; 12 bytes are enough.
        at: Where that is.

    Returns:
        Id, size (None when it is not known), offset of the content; None when there is no element.
    """
    width = 9 - data[0].bit_length() if data and data[0] else 9
    if width > 4 or len(data) <= width:
        return None
    kind = int.from_bytes(data[:width], "big")
    first = data[width]
    more = 9 - first.bit_length() if first else 9
    if more > 8 or len(data) < width + more:
        return None
    size = int.from_bytes(data[width : width + more], "big") & ((1 << 7 * more) - 1)
    return kind, None if size == (1 << 7 * more) - 1 else size, at + width + more


def elements(data: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int]]:
    """Yield id, start and end of the elements in a part of a buffer, up to the first that is broken."""
    end = len(data) if end is None else end
    while at < end:
        head = parse(data[at : at + 12], at)
        if head is None or head[1] is None or head[2] + head[1] > end:
            return
        kind, size, body = head
        at = body + (size or 0)
        yield kind, body, at


def wrong_crc(body: bytes) -> tuple[int, int] | None:
    """Hold the content of a parent against the CRC-32 at its beginning; returns promise and finding that differ."""
    if len(body) < 6 or body[0] != CRC or body[1] != 0x84:
        return None
    promised, found = int.from_bytes(body[2:6], "little"), zlib.crc32(memoryview(body)[6:])
    return None if promised == found else (promised, found)
