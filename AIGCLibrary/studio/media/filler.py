"""Fills files up to an ordered size with bytes their formats allow, and keep valid."""

from __future__ import annotations

import random
import zlib

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.blob import Blob, Repeated, Segment, Solid

# Incompressible, so that a big file is big on the wire too.
PATTERN = random.Random(20250901).randbytes(1 << 18)  # noqa: S311 - filler
_BOX_HEADER = 16  # size 1, type, 64-bit size
_COMMENT = b"\xff\xfe\xff\xff" + PATTERN[: 0xFFFF - 2]  # marker, length, text


def fill(data: bytes, extension: str, size: int, faults: tuple[OutputFault, ...] = ()) -> Blob:
    """The file as a blob of about `size` bytes (exact where the format allows it).

    mp4 and m4a get a `free` box, PNG a private ancillary chunk, JPEG comments, WAV a `JUNK` chunk, mp3 an
    ID3v2 padding (256 MB at most). A zip brings its own filler.

    Args:
        data: The finished file.
        extension: Its kind.
        size: Wanted size in bytes; less than the file leaves it as it is.
        faults: `moov_last` keeps the index of an mp4 behind the filler.
    """
    missing = size - len(data)
    if missing < 64:
        return Blob.of(data)
    if extension in (".mp4", ".m4a"):
        return _mp4(data, missing, _last_box(data) if OutputFault.MOOV_LAST in faults else len(data))
    fillers = {".png": _png, ".jpg": _jpeg, ".wav": _wav, ".mp3": _id3}
    return fillers[extension](data, missing) if extension in fillers else Blob.of(data)


def _join(before: bytes, head: bytes, filler: Segment, after: bytes) -> Blob:
    parts: list[Segment] = [Solid(before + head), filler]
    if after:
        parts.append(Solid(after))
    return Blob(tuple(parts))


def _mp4(data: bytes, missing: int, at: int) -> Blob:
    head = (1).to_bytes(4, "big") + b"free" + missing.to_bytes(8, "big")
    return _join(data[:at], head, Repeated(PATTERN, missing - _BOX_HEADER), data[at:])


def _jpeg(data: bytes, missing: int) -> Blob:
    """Comments after the first segment, which must stay the first."""
    at = 4 + int.from_bytes(data[4:6], "big")
    return _join(data[:at], b"", Repeated(_COMMENT, missing // len(_COMMENT) * len(_COMMENT)), data[at:])


def _wav(data: bytes, missing: int) -> Blob:
    """A `JUNK` chunk; the sizes of RIFF have 32 bits."""
    inner = min(missing - 8, 0xFFFF_FF00 - len(data)) // 2 * 2
    whole = (len(data) + inner).to_bytes(4, "little")
    head = b"JUNK" + inner.to_bytes(4, "little")
    return _join(data[:4] + whole + data[8:], head, Repeated(PATTERN, inner), b"")


def _last_box(data: bytes) -> int:
    at, last = 0, 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        size = int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size
        last, at = at, at + max(size, 8)
    return last


def _png(data: bytes, missing: int) -> Blob:
    """Chunks `stUf` (ancillary, private, safe to copy) of up to 64 MiB before IEND, each with a right CRC."""
    end = len(data) - 12  # IEND is always the last twelve bytes
    parts: list[Segment] = [Solid(data[:end])]
    while missing > 12:
        inner = min(missing - 12, 1 << 26)
        filler = Repeated(PATTERN, inner)
        crc = zlib.crc32(b"stUf")
        for at in range(0, inner, len(PATTERN)):
            crc = zlib.crc32(filler.read(at, at + len(PATTERN)), crc)
        parts += [Solid(inner.to_bytes(4, "big") + b"stUf"), filler, Solid(crc.to_bytes(4, "big"))]
        missing -= inner + 12
    return Blob((*parts, Solid(data[end:])))


def _id3(data: bytes, missing: int) -> Blob:
    """Widen the ID3v2 tag by zero padding; its size has four bytes of seven bits."""
    if data[:3] != b"ID3":
        return Blob.of(data)
    old = _from_synchsafe(data[6:10])
    new = min(old + missing, (1 << 28) - 1)
    head = data[:6] + _synchsafe(new) + data[10 : 10 + old]
    return _join(head, b"", Repeated(bytes(1 << 16), new - old), data[10 + old :])


def _synchsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _from_synchsafe(data: bytes) -> int:
    return sum((byte & 0x7F) << shift for byte, shift in zip(data, (21, 14, 7, 0), strict=True))
