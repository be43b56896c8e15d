"""Decodes pictures that Pillow does not know: by FFmpeg, the extra `pictures`, or their head alone."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.containers.exr import exr_size
from AIGCLibrary.files.containers.jxl import read_jxl
from AIGCLibrary.files.containers.psd import without_empty_runs
from AIGCLibrary.files.containers.tiff import read_tiff
from AIGCLibrary.files.display import displayed
from AIGCLibrary.files.quality.arrays import jxl_picture, tiff_picture
from AIGCLibrary.files.quality.coded import DEEPEST, WHOLE, decode_whole, factor_of, smaller

if TYPE_CHECKING:
    from PIL.Image import Image

HEAD = 64 << 10
TYPES = frozenset((*WHOLE, "image/jxl"))
INSTALL = "pip install 'robotframework-aigclibrary[pictures]' brings what decodes it"
_JXL_BYTES = 10
"""Bytes a pixel that decoding a JPEG XL takes, as measured."""


@dataclass(slots=True)
class OtherPicture:
    """What is known of a picture.

    Args:
        facts: Facts of the section `media`.
        small: A smaller copy; None when it was not decoded.
        why: Why it was not decoded.
        memory: Bytes that decoding would take, where that is over the limit; else 0.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    small: "Image | None" = None
    why: str = ""
    memory: int = 0


def decode_otherwise(path: Path, media_type: str, limit: int) -> OtherPicture | None:
    """Decode a picture of one of `TYPES`.

    Args:
        path: The picture.
        media_type: Its type by content.
        limit: Bytes that decoding may take.

    Returns:
        What is known of it; None when nothing here knows it, or its head is broken.

    Raises:
        ValueError, av.error.FFmpegError: It is damaged.
    """
    if media_type == "image/jxl":
        return _jxl(path, limit)
    decoder = WHOLE.get(media_type)
    return _whole(path, media_type, decoder, limit) if decoder else None


def _jxl(path: Path, limit: int) -> OtherPicture | None:
    with path.open("rb") as file:
        head = read_jxl(file.read(HEAD))
    if head is None:
        return None
    found = OtherPicture({**displayed(head.width, head.height), "container": "jxl"})
    if not head.animated:
        found.facts["frames"] = 1
    needed = head.width * head.height * _JXL_BYTES + path.stat().st_size
    if needed > limit:
        found.memory = needed
    elif head.animated:
        found.why = "it is an animation, whose frames are not decoded here"
    else:
        found.small = jxl_picture(path, factor_of(head.width, head.height))
        found.why = "" if found.small is not None else f"no decoder of JPEG XL is installed; {INSTALL}"
    return found


def _whole(path: Path, media_type: str, decoder: str, limit: int) -> OtherPicture | None:
    import av

    size = _stated_size(path, media_type)
    needed = path.stat().st_size + (size[0] * size[1] * DEEPEST if size else 0)
    if needed > limit:
        return OtherPicture(_facts(size, decoder), memory=needed) if size else None
    try:
        frame = decode_whole(path.read_bytes(), decoder, limit)
    except av.error.PatchWelcomeError:
        frame = None
    except (av.error.FFmpegError, ValueError):
        other = without_empty_runs(path.read_bytes()) if decoder == "psd" else None
        if other is None and decoder != "tiff":
            raise
        frame = decode_whole(other, decoder, limit) if other is not None else None
    if frame is not None:
        facts = _facts((frame.width, frame.height), decoder)
        return OtherPicture(
            {**facts, "pixel_format": frame.format.name}, smaller(frame, factor_of(frame.width, frame.height))
        )
    if size is None:
        return None
    small = tiff_picture(path, factor_of(*size)) if decoder == "tiff" else None
    why = "" if small is not None else f"no decoder here knows how its pixels are stored; {INSTALL}"
    return OtherPicture(_facts(size, decoder), small, why)


def _facts(size: tuple[int, int] | None, decoder: str) -> dict[str, Any]:
    return {**displayed(*size), "frames": 1, "container": decoder} if size else {}


def _stated_size(path: Path, media_type: str) -> tuple[int, int] | None:
    """Return width and height as the head states them; None when it does not, or the file ends before its pixels."""
    if media_type == "image/tiff":
        tiff = read_tiff(path)
        return (tiff.width, tiff.height) if tiff is not None and tiff.end <= path.stat().st_size else None
    with path.open("rb") as file:
        return exr_size(file.read(HEAD)) if media_type == "image/x-exr" else None
