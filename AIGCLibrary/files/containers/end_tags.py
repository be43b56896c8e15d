"""Finds where sound ends before the tags behind it: each tag is at a fixed distance from the end and states its size.

The letters of a tag alone are no tag: three given bytes occur by chance in one of sixteen megabytes of any sound.
Formats: ID3v1 (128 bytes), ID3v2.4 §3.4 (footer), APEv1 and APEv2 (footer), Lyrics3 v1 and v2.
"""

from collections.abc import Callable
from mmap import mmap

from AIGCLibrary.files.work import STEP

_MOST_LYRICS = 5100
"""Bytes of the lyrics of Lyrics3 v1, which state no size."""
_BEGIN = b"LYRICSBEGIN"
TAG = 3 * STEP
"""Work of passing a tag."""


def before_tags(data: mmap | bytes, tick: Callable[[float], None] = lambda _units: None) -> int:
    """Return the offset at which the sound ends.

    Args:
        data: The whole file.
        tick: Called with the work of each tag.
    """
    end = len(data)
    while True:
        tick(TAG)
        shorter = _before_tag(data, end)
        if shorter == end:
            break
        end = shorter
    return end


def _before_tag(data: mmap | bytes, end: int) -> int:
    """Return where the tag that ends at an offset begins; the offset itself when none does."""
    if end >= 128 and data[end - 128 : end - 125] == b"TAG":
        return end - 128
    if end >= 32 and data[end - 32 : end - 24] == b"APETAGEX":
        flags = int.from_bytes(data[end - 12 : end - 8], "little")
        size = int.from_bytes(data[end - 20 : end - 16], "little") + (32 if flags >> 31 else 0)
        return end - size if 32 <= size <= end else end - 32
    if end >= 20 and data[end - 10 : end - 7] == b"3DI":
        size = 0
        for byte in data[end - 4 : end]:
            size = size << 7 | byte & 0x7F
        size += 20
        return end - size if size <= end and data[end - size : end - size + 3] == b"ID3" else end
    if end >= 15 and data[end - 9 : end] == b"LYRICS200" and (digits := bytes(data[end - 15 : end - 9])).isdigit():
        begin = end - 15 - int(digits)
        return begin if begin >= 0 and data[begin : begin + len(_BEGIN)] == _BEGIN else end
    if data[max(0, end - 9) : end] == b"LYRICSEND":
        begin = data.rfind(_BEGIN, max(0, end - 9 - _MOST_LYRICS - len(_BEGIN)), end)
        return begin if begin >= 0 else end
    return end
