"""Decodes the upper rows of a progressive JPEG that is too large as a whole: enough to see that it is not blank."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.quality.memory import memory_of

if TYPE_CHECKING:
    from PIL.Image import Image

_FRAMES = (0xC0, 0xC1, 0xC2)
"""Markers of the head that states the height (ITU-T T.81, B.2.2)."""
_LEAST = 64


def top_of_jpeg(path: Path, image: Any, limit: int) -> "Image | None":
    """Return the upper rows of a JPEG.

    Each scan is decoded from its start for fewer rows than it holds, which yields these rows exactly.

    Args:
        path: The picture.
        image: The same, opened by Pillow and not decoded.
        limit: Bytes that decoding may take.

    Returns:
        Rows from the top; None when it is no JPEG, or not even a few rows fit.
    """
    from PIL import Image

    size = path.stat().st_size
    if image.format not in ("JPEG", "MPO"):
        return None
    rows = (limit - 2 * size) // 4 * image.height // max(1, memory_of(image)) // _LEAST * _LEAST
    if rows < _LEAST:
        return None
    data = bytearray(path.read_bytes())
    if (at := _height_at(data)) is None:
        return None
    data[at : at + 2] = min(rows, image.height).to_bytes(2, "big")
    with Image.open(io.BytesIO(data)) as top:
        top.load()
        return top


def _height_at(data: bytearray) -> int | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            return at + 5
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
