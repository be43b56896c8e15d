"""Reads the directory of a TIFF (TIFF 6.0), for pictures whose pixels no decoder here knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_WIDTH, _HEIGHT = 256, 257
PLACES = ((273, 279), (324, 325))
"""Tags of the offsets and lengths of strips, and of tiles."""


@dataclass(frozen=True, slots=True)
class TiffHead:
    """What the first directory states.

    Args:
        width: In pixels.
        height: In pixels.
        end: Offset of the end of the last strip or tile.
    """

    width: int
    height: int
    end: int


def read_tiff(path: Path) -> TiffHead | None:
    """Return what the first directory of a TIFF states; None when it cannot be read or names no pixels."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    try:
        with path.open("rb") as file:
            head = file.read(8)
            directory = ImageFileDirectory_v2(head + (file.read(8) if head[2:3] == b"+" or head[3:4] == b"+" else b""))
            file.seek(directory.next)
            directory.load(file)
        ends = [
            offset + length
            for offsets, lengths in PLACES
            for offset, length in pairs_of(directory.get(offsets), directory.get(lengths), strict=True)
        ]
        width, height = int(directory[_WIDTH]), int(directory[_HEIGHT])
    except Exception:  # noqa: BLE001 - Pillow raises whatever comes up in broken directories
        return None
    return TiffHead(width, height, max(ends)) if ends and width > 0 and height > 0 else None


def pairs_of(offsets: object, lengths: object, *, strict: bool = False) -> Iterable[tuple[int, int]]:
    """Return where each strip or tile lies, and its length, of the values of their tags.

    Raises:
        ValueError: Where that is strict, the tags have not as many values.
    """
    return zip(_numbers(offsets), _numbers(lengths), strict=strict)


def _numbers(value: object) -> list[int]:
    return (
        [int(number) for number in value] if isinstance(value, Iterable) else [] if value is None else [int(str(value))]
    )
