"""Walks RIFF files (WAV, AVI) and RF64 (EBU Tech 3306): the length the header states, and every chunk in it."""

from collections.abc import Callable

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.context import RangeReader
from AIGCLibrary.files.work import STEP

_ENDLESS = 0x7FFFF000
"""Lengths from here on, or none, are written by programs that stream and cannot go back to write the right one."""


def check_riff(reader: RangeReader, tick: Callable[[float], None] = lambda _units: None) -> Damage | None:
    """Hold the length of a file and of its chunks against the bytes that are there."""
    head = reader.read(0, 36)
    large = head[:4] in (b"RF64", b"BW64") and head[12:16] == b"ds64"
    if not (head[:4] == b"RIFF" or large) or len(head) < 12:
        return None
    stated = int.from_bytes(head[20:28] if large else head[4:8], "little")
    if stated == 0 or (stated >= _ENDLESS and not large):
        return None
    return _chunks(reader, stated, large=large, tick=tick)


def _chunks(reader: RangeReader, stated: int, *, large: bool, tick: Callable[[float], None]) -> Damage | None:
    length = reader.length or 0
    at, odd = 12, False
    while at + 8 <= min(length, stated + 8):
        tick(3 * STEP)
        part = reader.read(at, 8)
        size = int.from_bytes(part[4:8], "little")
        if large and part[:4] == b"data" and size == 0xFFFFFFFF:
            size = int.from_bytes(reader.read(28, 8), "little")
        if size >= _ENDLESS and not large:
            return None
        if at + 8 + size > length:
            name = part[:4].decode("latin-1")
            return Damage(
                f"Chunk '{name}' claims {size} bytes, {length - at - 8} are left", at,
                truncated=True, expected=str(size), actual=str(length - at - 8), source="RIFF",
            )  # fmt: skip
        if part[:4] == b"LIST" and (damage := _frames(reader, at, size, tick)):
            return damage
        odd = bool(size & 1)
        at += 8 + size + (size & 1)
    missing = stated + 8 - length
    if missing > (1 if odd else 0):
        return Damage(
            f"The header states {stated + 8} bytes, the file has {length}", 4,
            truncated=True, expected=str(stated + 8), actual=str(length), source="RIFF",
        )  # fmt: skip
    return None


def _frames(reader: RangeReader, at: int, size: int, tick: Callable[[float], None]) -> Damage | None:
    """Walk the pieces of picture and sound of an AVI; some programs leave out the byte that pads an odd one."""
    if reader.read(at + 8, 4) != b"movi":
        return None
    end, at, odd = at + 8 + size, at + 12, False
    while at + 8 <= end:
        tick(3 * STEP)
        part = reader.read(at, 8)
        if odd and not _is_name(part[:4]):
            at -= 1
            part = reader.read(at, 8)
        length = int.from_bytes(part[4:8], "little")
        if not _is_name(part[:4]) or at + 8 + length > end:
            return Damage(f"There is no piece at offset {at}: bytes are missing or overwritten", at, source="AVI")
        if part[:4] == b"LIST":
            at, odd = at + 12, False
            continue
        odd = bool(length & 1)
        at += 8 + length + odd
    return None


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and name.isascii() and name.decode("ascii").isprintable()
