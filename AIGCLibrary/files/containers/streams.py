"""Walks streams whose pieces state their length one by one: FLV, ASF, MXF, DV, MPEG program and transport streams."""

from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.asf import check_asf
from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.containers.mxf import check_mxf
from AIGCLibrary.files.work import STEP

Tick = Callable[[float], None]
_FLV, _FLV_SCRIPT = "Adobe FLV 10.1, E.4", 18
_FLV_KINDS = (8, 9, _FLV_SCRIPT)
_SCRIPT = 100.0
"""Work of one script tag of FLV: FFmpeg keeps what they say, of each."""
_PACKET, _STAMP = 188, 4
_DIF, _DIF_TRACKS = 12_000, {False: 10, True: 12}
_PACK, _END, _FIRST_STREAM = 0xBA, 0xB9, 0xBB


def check_stream(path: Path, media_type: str, tick: Tick = lambda _units: None) -> Damage | None:
    """Report a stream that ends inside one of its pieces; None for those of other types."""
    way = _WAYS.get(media_type)
    if way is None:
        return None
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return way(data, tick)


def _flv(data: mmap, tick: Tick) -> Damage | None:
    """Walk the tags, each with its length in front and behind (Adobe FLV 10.1, E.4)."""
    at = int.from_bytes(data[5:9], "big") + 4
    while at + 11 <= len(data):
        kind = data[at] & 0x1F
        if kind not in _FLV_KINDS:
            return Damage(f"There is no tag at offset {at}: bytes are missing or overwritten", at, source=_FLV)
        tick(_SCRIPT if kind == _FLV_SCRIPT else STEP)
        size = 11 + int.from_bytes(data[at + 1 : at + 4], "big")
        if at + size + 4 > len(data):
            return _cut("tag", at, size + 4, len(data), _FLV)
        at += size + 4
    return _cut("tag", at, 11, len(data), _FLV) if at < len(data) else None


def _program(data: mmap, tick: Tick) -> Damage | None:
    """Walk packs and packets (ISO/IEC 11172-1, 13818-1); what has no length or no start code ends the walk."""
    at = 0
    while data[at : at + 3] == b"\0\0\1" and at + 6 <= len(data):
        tick(STEP)
        kind = data[at + 3]
        if kind == _PACK:
            size = 12 if data[at + 4] >> 4 == 2 else 14 + (data[at + 13] & 7 if at + 13 < len(data) else 0)
        elif kind == _END:
            size = 4
        elif kind >= _FIRST_STREAM:
            size = 6 + int.from_bytes(data[at + 4 : at + 6], "big")
        else:
            return None
        if at + size > len(data):
            return _cut("packet", at, size, len(data), "ISO/IEC 13818-1")
        at += size
    return None


def _dv(data: mmap, tick: Tick) -> Damage | None:
    """Look for the header of every sequence of a frame of DV, and at the last one (IEC 61834-2, 10; SMPTE ST 314).

    A frame of a channel has ten sequences of 150 blocks of 80 bytes, one of a system of 50 fields twelve.
    """
    source = "IEC 61834-2"
    tracks = _DIF_TRACKS[bool(data[3] & 0x80)]
    number = 0
    for number, at in enumerate(range(0, len(data), _DIF)):
        tick(STEP)
        head = data[at : at + 3]
        if len(head) == 3 and (head[0] >> 5 or head[1] >> 4 != number % tracks or head[2]):
            return Damage(f"There is no sequence at offset {at}: bytes are missing or overwritten", at, source=source)
    size = tracks * _DIF
    last = number // tracks * size
    return _cut("frame", last, size, len(data), source) if len(data) - last < size else None


def _transport(data: mmap, _tick: Tick) -> Damage | None:
    """Look for the mark of every packet, and at the last one.

    All have 188 bytes (ISO/IEC 13818-1, 2.4.3.2), with a time stamp in front 192. A recording that begins within a
    packet is not walked.
    """
    stamp = 0 if data[0] == 0x47 else _STAMP
    size = _PACKET + stamp
    left = len(data) % size
    at = len(data) - left
    whole = data[stamp] == 0x47 and data[at - size + stamp] == 0x47
    begun = left > stamp and data[at + stamp] == 0x47
    if data[stamp] == 0x47 and (lost := _without_mark(data, stamp, size)) is not None:
        message = f"There is no packet at offset {lost}: bytes are missing or overwritten"
        return Damage(message, lost, source="ISO/IEC 13818-1, 2.4.3.2")
    return _cut("packet", at, size, len(data), "ISO/IEC 13818-1") if whole and begun else None


def _without_mark(data: mmap, stamp: int, size: int) -> int | None:
    """Return the offset of the first whole packet that does not begin with its mark."""
    for start in range(0, len(data) - size + 1, piece := size << 16):
        marks = data[start + stamp : min(start + piece, len(data) - size + stamp + 1) : size]
        right = len(marks) - len(marks.lstrip(b"\x47"))
        if right < len(marks):
            return start + right * size
    return None


def _cut(what: str, at: int, size: int, end: int, source: str) -> Damage:
    return Damage(
        f"The last {what} has {end - at} of its {size} bytes", at,
        truncated=True, expected=str(size), actual=str(end - at), source=source,
    )  # fmt: skip


_WAYS: dict[str, Callable[[mmap, Tick], Damage | None]] = {
    **dict.fromkeys(("video/x-flv", "audio/x-flv"), _flv), **dict.fromkeys(("video/mpeg", "audio/mp2p"), _program),
    **dict.fromkeys(("video/mp2t", "audio/mp2t"), _transport),
    **dict.fromkeys(("video/x-ms-asf", "audio/x-ms-asf", "audio/x-ms-wma", "video/x-ms-wmv"), check_asf),
    "video/dv": _dv, **dict.fromkeys(("application/mxf", "video/mxf", "audio/mxf"), check_mxf),
}  # fmt: skip
STREAMS = tuple(_WAYS)
"""Media types that are walked."""
