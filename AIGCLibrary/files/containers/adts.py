"""Walks the frames of AAC without a container (ADTS, ISO/IEC 13818-7, 6.2): each begins where the one before ends."""

from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage

_SOURCE = "ISO/IEC 13818-7, 6.2"
_TAGS = (b"TAG", b"ID3", b"APETAGEX", b"3DI")


def check_adts(path: Path, tick: Callable[[], None] = lambda: None) -> Damage | None:
    """Walk the frames; returns the first place where there should be one and is none."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        at = _behind_tag(data)
        first = data[at : at + 7]
        while _is_frame(data[at : at + 7]):
            size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
            tick()
            if size < 7:
                break
            if at + size > len(data):
                left = len(data) - at
                return Damage(f"The last frame has {size} bytes, {left} are left", at, truncated=True, source=_SOURCE)
            at += size
        rest = data[at : at + 8]
        if not rest or rest.startswith(_TAGS) or not _is_frame(first) or not data[at:].strip(b"\0"):
            return None
        return Damage(f"There is no frame at offset {at}, {len(data) - at} bytes before the end", at, source=_SOURCE)


def _is_frame(head: bytes) -> bool:
    return len(head) == 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _behind_tag(data: mmap) -> int:
    """Return where the first frame begins: behind an ID3v2 tag, if there is one."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
