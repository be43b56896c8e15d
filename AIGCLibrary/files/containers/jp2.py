"""Walks JPEG 2000 (ITU-T T.800): the boxes of JP2, and the tile parts of the codestream, whose lengths are stated."""

from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.work import STEP

Tick = Callable[[float], None]
_SPEC = "ITU-T T.800, A.4"
_SOC, _SOT, _SOD, _EOC = b"\xff\x4f", b"\xff\x90", b"\xff\x93", b"\xff\xd9"


def check_jp2(path: Path, tick: Tick = lambda _units: None) -> Damage | None:
    """Report tile parts that do not follow one another, or an end that is missing; None when all is right.

    Args:
        path: A JPEG 2000 file.
        tick: Called with the work of each box, segment and tile part.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        start = _codestream(data, tick)
        return _tile_parts(data, start, tick) if start is not None else None


def _codestream(data: mmap, tick: Tick) -> int | None:
    if data[:2] == _SOC:
        return 0
    at = 0
    while at + 8 <= len(data):
        tick(STEP)
        size, begin = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1:
            size, begin = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        if data[at + 4 : at + 8] == b"jp2c":
            return begin
        if size < 8:
            return None
        at += size
    return None


def _tile_parts(data: mmap, start: int, tick: Tick) -> Damage | None:
    at = start + 2
    while data[at : at + 2] not in (_SOT, b""):  # the main header
        tick(STEP)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    while data[at : at + 2] == _SOT:
        tick(STEP)
        size = int.from_bytes(data[at + 6 : at + 10], "big")
        if size == 0:  # up to the end
            at = max(data.rfind(_EOC), at)
            break
        if at + size > len(data):
            return Damage(
                f"The tile part at offset {at} claims {size} bytes, {len(data) - at} are left", at,
                truncated=True, expected=str(size), actual=str(len(data) - at), source=_SPEC,
            )  # fmt: skip
        at += max(12, size)
    if data[at : at + 2] == _EOC:
        return None
    if at >= len(data):
        return Damage("The codestream ends before its end mark", at, truncated=True, source=_SPEC, serious=False)
    return Damage(f"There is no tile part at offset {at}: bytes are missing or overwritten", at, source=_SPEC)
