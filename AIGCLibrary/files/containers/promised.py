"""Holds the length that a file states in its head against the bytes that are there: W64, CAF, AIFF, DPX, and others."""

import math
import struct
from collections.abc import Callable

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.context import RangeReader
from AIGCLibrary.files.work import STEP

_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_JPEG_END = b"\xff\xd9"
_QOI_END, _MOST_BEHIND = bytes(7) + b"\1", 64 << 10
_MOST_HEADERS = 4 << 20
_MOST_FRAMES = 1 << 18
_FITS_BLOCK = 2880
_VOC_KINDS, _VOC_REST = 9, 16
"""Highest number of a block, and bytes behind which no further one is looked for."""
_SPARE = 8
"""Bytes of padding behind a length that is exact otherwise."""
_ENDLESS = 0x7FFFF000
"""Lengths from here on are written by programs that stream and cannot go back to write the right one."""


def check_promised(
    reader: RangeReader, media_type: str, tick: Callable[[float], None] = lambda _units: None
) -> Damage | None:
    """Report a file that does not end at the place its own head names; behind it, most formats may have more.

    Args:
        reader: The file.
        media_type: Its type by content.
        tick: Called for each chunk.

    Returns:
        The damage; None when it is whole, or when its head names no length.
    """
    way, walk = _STATED.get(media_type), _WALKED.get(media_type)
    promised = way(reader) if way else walk(reader, tick) if walk else None
    length = reader.length or 0
    if promised is None or promised[0] <= length <= promised[0] + (_SPARE if way in (_w64, _bmp) else length):
        return None
    end, source = promised
    return Damage(
        f"The head promises {end} bytes, the file has {length}", length,
        truncated=end > length, expected=str(end), actual=str(length), source=source,
    )  # fmt: skip


def _w64(reader: RangeReader) -> tuple[int, str] | None:
    end = int.from_bytes(reader.read(16, 8), "little")
    return (end, "Sony Wave64") if 40 < end < 1 << 62 else None


def _caf(reader: RangeReader, tick: Callable[[float], None]) -> tuple[int, str] | None:
    """Walk the chunks; sound whose length was not known when it was written has -1."""
    at = 8
    while len(head := reader.read(at, 12)) == 12:
        tick(3 * STEP)
        size = int.from_bytes(head[4:], "big", signed=True)
        if size < 0:
            return None
        at += 12 + size
    return at, "Core Audio Format"


def _asf(reader: RangeReader) -> tuple[int, str] | None:
    """Return the end of the data object; a live stream states none."""
    head = int.from_bytes(reader.read(16, 8), "little")
    data = reader.read(head, 24) if head < _MOST_HEADERS else b""
    size = int.from_bytes(data[16:24], "little")
    return (head + size, "ASF 3.3") if data[:16] == _ASF_DATA and 50 < size < 1 << 62 else None


def _mxf(reader: RangeReader) -> tuple[int, str] | None:
    """Return the place of the footer that the header partition names; 0 means that it is not known."""
    size = reader.read(16, 1)
    start = 17 + (size[0] & 0x7F if size and size[0] & 0x80 else 0)
    footer = int.from_bytes(reader.read(start + 24, 8), "big")
    return (footer + 16, "SMPTE ST 377-1") if footer else None


def _au(reader: RangeReader) -> tuple[int, str] | None:
    """Return where the data ends; sound of a stream has a length of -1."""
    head = reader.read(4, 8)
    start, size = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
    return (start + size, "AU") if 0 < size < 0xFFFFFFFF else None


def _aiff(reader: RangeReader) -> tuple[int, str] | None:
    """Return where the form ends; a program that streams leaves 0."""
    size = int.from_bytes(reader.read(4, 4), "big")
    return (size + 8, "AIFF 1.3") if 4 < size < _ENDLESS else None


def _voc(reader: RangeReader, tick: Callable[[float], None]) -> tuple[int, str] | None:
    """Walk the blocks; a few bytes that SoX leaves uncounted before the last one end the walk."""
    at = int.from_bytes(reader.read(20, 2), "little")
    length = reader.length or 0
    while at + _VOC_REST <= length and len(head := reader.read(at, 4)) == 4 and 0 < head[0] <= _VOC_KINDS:
        tick(3 * STEP)
        at += 4 + int.from_bytes(head[1:], "little")
    return at, "Creative Voice File"


def _tta(reader: RangeReader) -> tuple[int, str] | None:
    """Add the lengths of all frames; a frame holds 256/245 s."""
    head = reader.read(0, 22)
    rate, samples = int.from_bytes(head[10:14], "little"), int.from_bytes(head[14:18], "little")
    frames = -(-samples * 245 // (rate * 256)) if rate else 0
    table = reader.read(22, 4 * frames) if frames <= _MOST_FRAMES else b""
    sizes = sum(int.from_bytes(table[at : at + 4], "little") for at in range(0, len(table), 4))
    return (22 + 4 * frames + 4 + sizes, "TTA1") if frames and table else None


def _bmp(reader: RangeReader) -> tuple[int, str] | None:
    """Return the length that the head states, where that of the pixels leads to the same."""
    head = reader.read(0, 38)
    size, start, pixels = (int.from_bytes(head[at : at + 4], "little") for at in (2, 10, 34))
    return (size, "BMP") if pixels and size == start + pixels else None


def _dpx(reader: RangeReader) -> tuple[int, str] | None:
    head = reader.read(0, 20)
    size = int.from_bytes(head[16:20], "big" if head[:4] == b"SDPX" else "little")
    return (size, "SMPTE ST 268") if 0 < size < 0xFFFFFFFF else None


def _dsf(reader: RangeReader) -> tuple[int, str] | None:
    """Return where the sound ends; tags may follow."""
    at = 28 + int.from_bytes(reader.read(32, 8), "little")
    head = reader.read(at, 12) if at < _MOST_HEADERS else b""
    size = int.from_bytes(head[4:], "little")
    return (at + size, "DSF 1.01") if head[:4] == b"data" and 12 < size < 1 << 62 else None


def _qoi(reader: RangeReader) -> tuple[int, str] | None:
    """Return the length of the file where the mark of its end is near; one byte more where it is not."""
    length = reader.length or 0
    start = max(0, length - _MOST_BEHIND)
    whole = _QOI_END in reader.read(start, length - start)
    return (length if whole else length + 1), "QOI 1.0"


def _ivf(reader: RangeReader, tick: Callable[[float], None]) -> tuple[int, str] | None:
    """Walk the frames, each behind its length and its time."""
    at = int.from_bytes(reader.read(6, 2), "little")
    while len(head := reader.read(at, 12)) == 12:
        tick(3 * STEP)
        at += 12 + int.from_bytes(head[:4], "little")
    return at + (12 if head else 0), "IVF"


def _motion_jpeg(reader: RangeReader) -> tuple[int, str] | None:
    """Return the length of the file where the last picture has its end mark, one byte more where it has none."""
    length = reader.length or 0
    start = max(0, length - _MOST_BEHIND)
    ended = reader.read(start, length - start).rstrip(b"\0").endswith(_JPEG_END)
    return (length if ended else length + 1), "ITU-T T.81"


def _sgi(reader: RangeReader) -> tuple[int, str] | None:
    """Return where the last of the packed rows ends, or all pixels."""
    head = reader.read(0, 12)
    width, height, channels = (int.from_bytes(head[at : at + 2], "big") for at in (6, 8, 10))
    if head[2:3] == b"\0":
        return 512 + int.from_bytes(head[3:4]) * width * height * channels, "SGI image format 1.00"
    rows = height * channels
    table = reader.read(512, 8 * rows) if 0 < rows <= _MOST_FRAMES else b""
    numbers = struct.unpack(f">{len(table) // 4}I", table[: len(table) // 4 * 4])
    ends = map(sum, zip(numbers[:rows], numbers[rows:], strict=False))
    return max(ends, default=0), "SGI image format 1.00"


def _ico(reader: RangeReader) -> tuple[int, str] | None:
    """Return where the last of the pictures ends."""
    count = int.from_bytes(reader.read(4, 2), "little")
    table = reader.read(6, 16 * count)
    ends = [
        int.from_bytes(table[at + 8 : at + 12], "little") + int.from_bytes(table[at + 12 : at + 16], "little")
        for at in range(0, len(table) - 15, 16)
    ]
    return (max(ends), "ICO") if ends else None


def _sun(reader: RangeReader) -> tuple[int, str] | None:
    """Return where the pixels end; old writers state no length."""
    head = reader.read(0, 32)
    size, colours = (int.from_bytes(head[at : at + 4], "big") for at in (16, 28))
    return (32 + colours + size, "Sun rasterfile") if size else None


def _fits(reader: RangeReader, tick: Callable[[float], None]) -> tuple[int, str] | None:
    """Return where the pixels of the first part end, without their padding."""
    values: dict[str, int] = {}
    for at in range(0, _MOST_HEADERS, 80):
        tick(STEP)
        card = reader.read(at, 80)
        if len(card) < 80 or card[:8] == b"END     ":
            break
        name, _, value = card.decode("latin-1").partition("=")
        if name.startswith(("BITPIX", "NAXIS")) and (value := value.partition("/")[0].strip()).lstrip("-").isdigit():
            values[name.strip()] = int(value)
    start = -(-(at + 80) // _FITS_BLOCK) * _FITS_BLOCK
    sides = [values.get(f"NAXIS{number}", 0) for number in range(1, values.get("NAXIS", 0) + 1)]
    return start + abs(values.get("BITPIX", 0)) // 8 * math.prod(sides or [0]), "FITS 4.0"


_STATED: dict[str, Callable[[RangeReader], tuple[int, str] | None]] = {
    "audio/x-w64": _w64, "video/x-ms-asf": _asf, "audio/x-ms-wma": _asf, "video/mxf": _mxf, "audio/mxf": _mxf,
    "application/mxf": _mxf, "audio/basic": _au, "audio/aiff": _aiff, "audio/x-tta": _tta, "image/x-dpx": _dpx,
    "image/x-icon": _ico, "image/bmp": _bmp, "audio/dsf": _dsf, "image/qoi": _qoi, "image/sgi": _sgi,
    "image/x-sun-raster": _sun, "video/x-motion-jpeg": _motion_jpeg,
}  # fmt: skip
"""How the end is read where the head states it."""
_WALKED: dict[str, Callable[[RangeReader, Callable[[float], None]], tuple[int, str] | None]] = {
    "audio/x-caf": _caf, "audio/x-voc": _voc, "video/x-ivf": _ivf, "image/fits": _fits,
}  # fmt: skip
"""How it is found by a walk through the file, each step of which is counted."""
PROMISING = (*_STATED, *_WALKED)
"""Media types whose heads may state a length."""
