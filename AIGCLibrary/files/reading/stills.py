"""Decodes a still picture for those who look at it: as displayed, and within a bound on memory."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.quality.depth import ALPHA, eight_bit
from AIGCLibrary.files.quality.memory import memory_of

if TYPE_CHECKING:
    from PIL.Image import Image

_COPIES = 12
"""Bytes a pixel of a picture, of its copy that is turned or laid on white, and of that in RGB."""
_DRAFTS = (2, 4, 8)
"""By what the sides of a JPEG can be divided while it is decoded."""


def still_of(path: Path, media_type: str, memory: int) -> "Image":
    """Return a still picture in RGB, as displayed; a smaller copy where the whole takes too much memory.

    Args:
        path: The picture.
        media_type: Its type by content.
        memory: Bytes that decoding may take.

    Raises:
        ValueError: It takes more memory in any case, or no decoder here knows it.
        OSError, av.error.FFmpegError: It is damaged.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            pixels = image.width * image.height
            if max(memory_of(image), pixels * _COPIES) > memory:
                return on_white(_reduced(image, path, memory))
            return on_white(upright(image, image))
    except UnidentifiedImageError:
        return on_white(_otherwise(path, media_type, memory))


def on_white(image: "Image") -> "Image":
    """Return a picture in RGB; what is transparent lies on white, as viewers show it."""
    from PIL import Image

    image = eight_bit(image)
    if image.mode not in ALPHA and "transparency" not in image.info:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def upright(image: "Image", stored: Any) -> "Image":
    """Return a picture, or a copy of it that was decoded otherwise, turned as the stored picture says."""
    from PIL import ImageOps

    if image is not stored and stored.format != "PNG":  # Pillow would decode all of a PNG to find its orientation
        image.getexif()[0x0112] = stored.getexif().get(0x0112, 1)
    return ImageOps.exif_transpose(image)


def _reduced(image: "Image", path: Path, memory: int) -> "Image":
    from AIGCLibrary.files.quality.compact import compact_picture

    if image.format in ("JPEG", "MPO"):
        coefficients = memory_of(image) if "progressive" in image.info else 0
        for factor in _DRAFTS:
            if coefficients + image.width * image.height * _COPIES // factor**2 <= memory:
                image.draft("RGB", (image.width // factor, image.height // factor))
                return upright(image, image)
    elif (small := compact_picture(path, image, memory)) is not None:
        return upright(small, image)
    needed = max(memory_of(image), image.width * image.height * _COPIES)
    raise ValueError(_too_large(image.size, needed, memory))


def _otherwise(path: Path, media_type: str, memory: int) -> "Image":
    from AIGCLibrary.files.quality.otherwise import decode_otherwise

    found = decode_otherwise(path, media_type, memory)
    if found is None:
        raise ValueError(f"no decoder here knows a picture of type {media_type}")
    if found.small is None:
        size = found.facts.get("stored_width", 0), found.facts.get("stored_height", 0)
        raise ValueError(_too_large(size, found.memory, memory) if found.memory else found.why)
    return found.small


def _too_large(size: tuple[int, int], needed: int, limit: int) -> str:
    return (
        f"decoding {size[0]}x{size[1]} pixels takes about {needed} bytes; the limit is {limit} bytes. "
        "Raise `options.files.picture_memory` to have it decoded"
    )
