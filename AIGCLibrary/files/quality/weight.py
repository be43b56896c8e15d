"""Counts, before a picture is decoded, what decoding it would take: frames, directories, scans, resources."""

from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Literal

from AIGCLibrary.files.containers.gif import check_gif
from AIGCLibrary.files.work import MOVING, STEP

Tick = Callable[[float], None]
_SCAN, _NO_FRAMES = 0xDA, (0xC4, 0xC8, 0xCC)
"""Markers of JPEG: a scan, and those between SOF0 and SOF15 that begin no frame."""
_MARKER = 3 * STEP
_DIRECTORY = 150.0
"""Counting, opening and reading one page of a TIFF."""
_LOOKED_UP = 0.05
"""Looking for it among the pages before, which Pillow does for each."""
_RESOURCE, _PSD_HEAD = 15.0, 26
"""A resource of a Photoshop file, of each of which Pillow keeps about 200 bytes; bytes before its colour table."""
_SCANNED = 0.002
"""One pixel in one scan of a JPEG, decoded twice: as it is shown, and strictly."""


def weigh_picture(path: Path, media_type: str, tick: Tick) -> None:
    """Count the work that a picture announces; nothing for formats whose pixels say it all.

    Args:
        path: The picture.
        media_type: Its type by content.
        tick: Takes units of work, and raises where they are too many.
    """
    way = _WAYS.get(media_type)
    if way is None or not path.stat().st_size:
        return
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        way(data, tick)


def _gif(data: mmap, tick: Tick) -> None:
    frames = check_gif(data, lambda: tick(STEP))[1]
    tick(frames * MOVING)


def _jpeg(data: mmap, tick: Tick) -> None:
    """Count scans: each goes over all pixels of a progressive picture, and there may be thousands in little data."""
    at, pixels = 2, 0
    while data[at : at + 1] == b"\xff" and at + 9 < len(data) and data[at + 1] != _SCAN:
        tick(_MARKER)
        kind = data[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in _NO_FRAMES:
            pixels = int.from_bytes(data[at + 5 : at + 7], "big") * int.from_bytes(data[at + 7 : at + 9], "big")
        at += 1 if kind == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    while (at := data.find(bytes((0xFF, _SCAN)), at)) >= 0:
        tick(STEP + _SCANNED * pixels)
        at += 2


def _tiff(data: mmap, tick: Tick) -> None:
    """Follow the chain of directories (TIFF 6.0, and BigTIFF)."""
    order: Literal["little", "big"] = "little" if data[:1] == b"I" else "big"
    big = data[2:4] in (b"+\0", b"\0+")
    width, row, counted = (8, 20, 8) if big else (4, 12, 2)
    at, seen = int.from_bytes(data[8:16] if big else data[4:8], order), set[int]()
    while 0 < at < len(data) and at not in seen:
        seen.add(at)
        tick(_DIRECTORY + _LOOKED_UP * len(seen))
        at += counted + row * int.from_bytes(data[at : at + counted], order)
        at = int.from_bytes(data[at : at + width], order)


def _psd(data: mmap, tick: Tick) -> None:
    """Count the resources (Adobe Photoshop File Format, Image Resource Blocks); what is none ends the walk."""
    at = _PSD_HEAD + 4 + int.from_bytes(data[_PSD_HEAD : _PSD_HEAD + 4], "big")
    end = min(len(data), at + 4 + int.from_bytes(data[at : at + 4], "big"))
    at += 4
    while at + 12 <= end:
        tick(_RESOURCE)
        at += 6 + (data[at + 6] + 2 & ~1)  # a name with its length, both together even
        size = int.from_bytes(data[at : at + 4], "big")
        at += 4 + size + (size & 1)


_WAYS: dict[str, Callable[[mmap, Tick], None]] = {
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/tiff": _tiff,
    "image/vnd.adobe.photoshop": _psd,
}
