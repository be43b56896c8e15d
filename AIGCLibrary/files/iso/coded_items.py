"""The coded pictures of AVIF and HEIF: which are shown, their data, and whether it can be right (ISO/IEC 23008-12)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from AIGCLibrary.files.iso.boxes import Malformed
from AIGCLibrary.files.iso.heif import Items

DECODERS = {b"hvc1": "hevc", b"hev1": "hevc", b"av01": "libdav1d", b"avc1": "h264"}
"""Item type → FFmpeg's decoder."""
_CONFIGURATIONS = {"hevc": b"hvcC", "libdav1d": b"av1C", "h264": b"avcC"}
_FORBIDDEN = re.compile(rb"\0\0[\0-\2]")
_SAMPLES = (1.0, 1.5, 2.0, 3.0)
"""Samples a pixel, by `chroma_format_idc`."""
_OVERHEAD = 1.4
MOST_PARTS = 4096


@dataclass(frozen=True, slots=True)
class CodedItem:
    """One coded picture.

    Args:
        number: Item id.
        decoder: FFmpeg's decoder.
        configuration: Content of `hvcC`, `av1C` or `avcC`.
        pieces: Where its data lies, as (offset, length).
    """

    number: int
    decoder: str
    configuration: bytes
    width: int
    height: int
    pieces: tuple[tuple[int, int], ...]

    def read(self, file: BinaryIO) -> bytes:
        """Return its data."""
        data = b""
        for offset, length in self.pieces:
            file.seek(offset)
            data += file.read(length) if length else file.read()
        return data

    @property
    def memory(self) -> int:
        """Bytes that decoding it takes."""
        samples, deep = 3.0, True
        if self.decoder == "hevc" and len(self.configuration) > 18:
            samples, deep = _SAMPLES[self.configuration[16] & 3], bool(self.configuration[17] & 7)
        elif self.decoder == "libdav1d" and len(self.configuration) > 2:
            flags = self.configuration[2]
            samples, deep = (1.0 if flags & 16 else _SAMPLES[3 - (flags >> 3 & 1) - (flags >> 2 & 1)]), bool(flags & 64)
        return round(self.width * self.height * samples * (2 if deep else 1) * _OVERHEAD)


def shown_items(items: Items) -> list[CodedItem]:
    """Return what the primary picture is put together from: itself, or its tiles in order; nothing in other cases."""
    if items.primary is None:
        return []
    kind = items.kinds.get(items.primary, b"")
    numbers = [items.primary] if kind in DECODERS else items.parts.get(items.primary, [])
    found = [coded for number in numbers[:MOST_PARTS] if (coded := _coded(items, number))]
    return found if len(found) == len(numbers) else []


def further_items(items: Items, shown: list[CodedItem]) -> Iterator[CodedItem]:
    """Return the other coded pictures: thumbnails, depth, alpha, other views."""
    known = {item.number for item in shown}
    for number in items.kinds:
        if number not in known and (coded := _coded(items, number)):
            yield coded


def grid_of(items: Items, file: BinaryIO) -> tuple[int, int] | None:
    """Return columns and rows of the tiles of the primary picture; None when it has none."""
    if items.primary is None or items.kinds.get(items.primary) != b"grid":
        return None
    data = b"".join(_piece(file, *piece) for piece in _pieces(items, items.primary))
    if len(data) < 4:
        raise Malformed(f"the grid of item {items.primary} has {len(data)} bytes, needs 8", 0, truncated=True)
    return data[3] + 1, data[2] + 1


def fault_of(item: CodedItem, data: bytes) -> str | None:
    """Report what cannot be in the data of a picture, whatever a decoder makes of it.

    The units of H.264 and H.265 fill their item exactly, and none holds 00 00 00, 00 00 01 or 00 00 02 (ISO/IEC
    23008-2, 7.4.2): an encoder breaks such runs up.

    Returns:
        The fault, as the end of a sentence; None when there is none.
    """
    if item.decoder == "libdav1d" or not item.configuration:
        return None
    width = (item.configuration[21 if item.decoder == "hevc" else 4] & 3) + 1 if len(item.configuration) > 21 else 4
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + width], "big")
        start = at + width
        if size < 1 or start + size > len(data):
            return f"the coded unit at byte {at} claims {size} bytes, {max(0, len(data) - start)} are left"
        unit = data[start : start + size].rstrip(b"\0")
        if found := _FORBIDDEN.search(unit):
            return f"byte {start + found.start()} begins a run of zeros that no coded picture holds"
        at = start + size
    return None if at else "it has no data"


def _coded(items: Items, number: int) -> CodedItem | None:
    decoder = DECODERS.get(items.kinds.get(number, b""))
    if decoder is None:
        return None
    held = {box.kind: box for _, box in reversed(items.of(number))}
    size, configuration = held.get(b"ispe"), held.get(_CONFIGURATIONS[decoder])
    return CodedItem(
        number,
        decoder,
        bytes(configuration.data) if configuration else b"",
        size.u32(4) if size else 0,
        size.u32(8) if size else 0,
        _pieces(items, number),
    )


def _pieces(items: Items, number: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        (offset + (items.data_offset if method == 1 else 0), length)
        for method, offset, length in items.extents.get(number, [])
    )


def _piece(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)
