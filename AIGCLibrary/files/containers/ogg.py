"""Walks Ogg (RFC 3533): every page whole and with a right CRC, every stream begun and ended."""

import zlib
from collections.abc import Callable
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.work import STEP

_RFC = "RFC 3533"
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_BEGIN, _END = 2, 4


def check_ogg(path: Path, tick: Callable[[float], None] = lambda _units: None) -> list[Damage]:
    """Walk the pages of a file; returns what is wrong, at the first page that is broken."""
    open_streams: dict[int, int] = {}
    at = 0
    size = path.stat().st_size
    with path.open("rb", buffering=1 << 20) as file:
        while at < size:
            head = file.read(27)
            if head[:4] != b"OggS":
                return [Damage(f"There is no page at offset {at}", at, truncated=size - at < 27, source=_RFC)]
            table = file.read(head[26]) if len(head) == 27 else b""
            body = file.read(sum(table))
            if len(head) < 27 or len(table) < head[26] or len(body) < sum(table):
                return [Damage(f"The page at offset {at} is cut off", at, truncated=True, source=_RFC)]
            stated = int.from_bytes(head[22:26], "little")
            found = _crc(head[:22] + b"\0\0\0\0" + head[26:] + table + body)
            if stated != found:
                return [
                    Damage(
                        f"The CRC of the page at offset {at} is {found:08x}; the page says {stated:08x}", at,
                        expected=f"{stated:08x}", actual=f"{found:08x}", source=_RFC,
                    )
                ]  # fmt: skip
            serial = int.from_bytes(head[14:18], "little")
            open_streams[serial] = head[5] if head[5] & _END else open_streams.get(serial, 0) | head[5]
            at += 27 + len(table) + len(body)
            tick(3 * STEP)
    unended = [serial for serial, flags in open_streams.items() if not flags & _END]
    if unended:
        return [
            Damage(f"{len(unended)} of {len(open_streams)} streams have no last page", at, truncated=True, source=_RFC)
        ]
    return []


def _crc(data: bytes) -> int:
    """CRC-32 of Ogg: polynomial 0x04c11db7, most significant bit first, no start or end value.

    The library's CRC runs from the other end of each byte; reversed bytes and a reversed result make it the same.
    """
    value = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED), "big")
