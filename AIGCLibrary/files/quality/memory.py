"""What decoding a picture takes in memory, and ways to take less."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.quality.depth import eight_bit

if TYPE_CHECKING:
    from PIL.Image import Image

_BYTES: dict[str, float] = {
    "1": 1,
    "L": 1,
    "P": 2,
    "LA": 4,
    "I;16": 6,
    "GIF": 3,
    "WEBP": 15.8,
    "AVIF": 10,
    "JPEG2000": 16,
}
"""Bytes a pixel, by mode or format, with the copies that are made; all others have four."""
_COMPOSED = 14
"""Bytes a pixel of a GIF whose frames are put over one another."""
_COPIES = 3
"""Copies of a WebP's file that its decoder keeps, as measured: of an animation, they are more than its pixels."""
LARGE = 4_000_000
"""Pixels from which a picture is looked at in reduced size."""
ENOUGH = 1024
"""Pixels of the shorter side that a reduced picture has at least."""
_STRIP = 1 << 20
_PICKED = ("P", "PA", "1")
"""Modes whose values cannot be averaged."""


def memory_of(image: "Image") -> int:
    """Estimate the bytes that decoding takes, from the head of a picture alone."""
    pixels = image.width * image.height
    if image.format in ("JPEG", "MPO"):
        whole = pixels * (0.1 if pixels > LARGE and min(image.size) >= 8 * ENOUGH else 1 if pixels > LARGE else 4)
        return round(whole + (pixels * _coefficients(image) if "progressive" in image.info else 0))
    if image.format == "GIF" and getattr(image, "is_animated", False):
        return pixels * _COMPOSED
    kept = _COPIES * _size_of(image) if image.format == "WEBP" else 0
    return round(pixels * _BYTES.get(image.format or "", _BYTES.get(image.mode, 4)) + kept)


def _size_of(image: Any) -> int:
    """Return the bytes of the file of a picture; 0 for one that is in memory already."""
    return Path(image.filename).stat().st_size if getattr(image, "filename", None) else 0


def _coefficients(image: Any) -> float:
    """Return the bytes a pixel that a progressive JPEG keeps until its last scan: two for each coefficient."""
    layers = [(layer[1], layer[2]) for layer in getattr(image, "layer", [])] or [(1, 1)] * 3
    widest, highest = max(across for across, _ in layers), max(down for _, down in layers)
    return float(2 * sum(across * down for across, down in layers) / (widest * highest))


def reduce_draft(image: "Image") -> None:
    """Have a large JPEG decoded at a half, a quarter or an eighth of its size, where that is enough to look at."""
    if image.format in ("JPEG", "MPO") and image.width * image.height > LARGE:
        factor = min(8, min(image.size) // ENOUGH)
        if factor >= 2:
            image.draft(image.mode, (image.width // factor, image.height // factor))


def reduced(image: "Image") -> "Image":
    """Return a smaller copy of a large picture, made strip by strip; others as they are."""
    from PIL import Image

    factor = min(image.size) // ENOUGH
    if image.width * image.height <= LARGE or factor < 2:
        return image
    mode = "L" if image.mode.startswith("I;16") else image.mode
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    if mode == "P" and (palette := image.getpalette()):
        small.putpalette(palette)
    rows = max(1, _STRIP // image.width // factor) * factor
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(image.height, top + rows)))
        strip = eight_bit(strip) if mode == "L" else strip
        strip = strip.resize((small.width, -(-strip.height // factor))) if mode in _PICKED else strip.reduce(factor)
        small.paste(strip, (0, top // factor))
    return small
