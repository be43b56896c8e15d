"""Walks the pieces of MXF (SMPTE ST 377-1): each has a key, its length and a value (KLV, SMPTE ST 336)."""

from collections.abc import Callable
from mmap import mmap

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.work import STEP

_SPEC = "SMPTE ST 377-1"
_LABEL = b"\x06\x0e\x2b\x34"
_LAST = bytes.fromhex("060e2b34020501010d01020101110100")
"""Key of the random index pack, which ends a file."""
_WITHOUT_VERSION = slice(8, None)


def check_mxf(data: mmap, tick: Callable[[float], None] = lambda _units: None) -> Damage | None:
    """Report the first place where no piece begins, or a piece that is longer than the file."""
    at = 0
    while at < len(data):
        tick(STEP)
        key = data[at : at + 16]
        if key[:4] != _LABEL:
            return Damage(f"There is no piece at offset {at}: bytes are missing or overwritten", at, source=_SPEC)
        size, start = _length(data, at + 16)
        if start + size > len(data):
            return Damage(
                f"The piece at offset {at} claims {size} bytes, {max(0, len(data) - start)} are left", at,
                truncated=True, expected=str(size), actual=str(max(0, len(data) - start)), source=_SPEC,
            )  # fmt: skip
        if key[_WITHOUT_VERSION] == _LAST[_WITHOUT_VERSION]:
            return None
        at = start + size
    return None


def _length(data: mmap, at: int) -> tuple[int, int]:
    """Return a length in BER, and where the value begins."""
    first = data[at] if at < len(data) else 0
    count = first & 0x7F if first & 0x80 else 0
    return (int.from_bytes(data[at + 1 : at + 1 + count], "big") if count else first), at + 1 + count
