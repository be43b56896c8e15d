"""Walks the packed rows of a Photoshop file's merged picture (Adobe Photoshop File Format, 2019; PackBits)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage

_LARGEST = 32 << 20
"""Bytes of a file whose rows are walked, one control byte after another."""
_RLE, _NOTHING = 1, 128
_SOURCE = "Adobe Photoshop File Format, Image Data Section"


@dataclass(frozen=True, slots=True)
class _Packed:
    """Where the lengths of the rows stand, what they are, and how many bytes a row makes."""

    start: int
    lengths: tuple[int, ...]
    row: int


def check_psd(path: Path) -> Damage | None:
    """Report a row that makes more or fewer bytes than a row has; FFmpeg's decoder fills it up."""
    data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    packed = _packed(data)
    for number, (_, made) in enumerate(_rows(data, packed) if packed else ()):
        if packed and made != packed.row:
            message = f"Row {number + 1} of {len(packed.lengths)} makes {made} bytes; {packed.row} are needed"
            return Damage(message, 0, expected=str(packed.row), actual=str(made), source=_SOURCE)
    return None


def without_empty_runs(data: bytes) -> bytes | None:
    """Leave out bytes of 128 between the runs of packed rows: they pack nothing.

    ImageMagick writes them, and FFmpeg's decoder takes them for damage.

    Args:
        data: The file.

    Returns:
        The file without them; None where it has none, or is not packed.
    """
    packed = _packed(data)
    if packed is None:
        return None
    rows = [kept for kept, _ in _rows(data, packed)]
    if sum(map(len, rows)) >= sum(packed.lengths):
        return None
    return data[: packed.start] + struct.pack(f">{len(rows)}H", *map(len, rows)) + b"".join(rows)


def _packed(data: bytes) -> _Packed | None:
    """Read the head; None where the rows are not packed, or the file ends before them."""
    try:
        version, channels, height, width, depth = struct.unpack(">H6xHIIH", data[4:24])
        at = 26
        for _ in range(3):
            at += 4 + struct.unpack(">I", data[at : at + 4])[0]
        if version != 1 or struct.unpack(">H", data[at : at + 2])[0] != _RLE:
            return None
        count = channels * height
        lengths = struct.unpack(f">{count}H", data[at + 2 : at + 2 + 2 * count])
    except struct.error:
        return None
    return _Packed(at + 2, lengths, (width * depth + 7) // 8)


def _rows(data: bytes, packed: _Packed) -> Iterator[tuple[bytes, int]]:
    """Yield each row without empty runs, and how many bytes it makes."""
    at = packed.start + 2 * len(packed.lengths)
    for length in packed.lengths:
        yield _row(data[at : at + length])
        at += length


def _row(packed: bytes) -> tuple[bytes, int]:
    at = made = 0
    kept = bytearray()
    while at < len(packed):
        control = packed[at]
        if control == _NOTHING:
            at += 1
            continue
        size = control + 2 if control < _NOTHING else 2
        made += min(control + 1, len(packed) - at - 1) if control < _NOTHING else 257 - control
        kept += packed[at : at + size]
        at += size
    return bytes(kept), made
