"""Walks the frames of AC-3 and E-AC-3 without a container (ETSI TS 102 366): each begins where the one before ends."""

from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage

_SOURCE = "ETSI TS 102 366"
_SYNC = b"\x0b\x77"
_LAST_AC3 = 10
"""Highest `bsid` of AC-3; E-AC-3 has higher ones."""
_KILOBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_RATES = (48000, 44100, 32000)
_HEAD = 6


def check_ac3(path: Path, tick: Callable[[], None] = lambda: None) -> Damage | None:
    """Walk the frames; returns the first place where there should be one and is none."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        at = 0
        while size := _frame_size(data[at : at + _HEAD]):
            tick()
            if at + size > len(data):
                message = f"The last frame has {size} bytes, {len(data) - at} are left"
                return Damage(message, at, truncated=True, source=_SOURCE)
            at += size
        left = len(data) - at
        if not at or not data[at:].strip(b"\0"):
            return None
        if left < _HEAD and data[at : at + 2] in (_SYNC, _SYNC[:left]):
            return Damage(f"The last frame has {left} bytes", at, truncated=True, source=_SOURCE)
        return Damage(f"There is no frame at offset {at}, {left} bytes before the end", at, source=_SOURCE)


def _frame_size(head: bytes) -> int:
    """Return the bytes of the frame that a head begins; 0 when it begins none."""
    if len(head) < _HEAD or head[:2] != _SYNC:
        return 0
    if head[5] >> 3 > _LAST_AC3:
        return ((head[2] & 7) << 8 | head[3]) * 2 + 2
    rate, code = head[4] >> 6, head[4] & 63
    if rate >= len(_RATES) or code >> 1 >= len(_KILOBITS):
        return 0
    words = _KILOBITS[code >> 1] * 96000 // _RATES[rate]
    return 2 * (words + (code & 1 if _RATES[rate] == 44100 else 0))
