"""Decodes a picture that is too large for Pillow to a smaller copy, with less memory, where its format allows that."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from AIGCLibrary.files.quality.coded import decode_picture, factor_of, smaller
from AIGCLibrary.files.quality.strips import PEAK, png_in_strips, raw_in_strips

if TYPE_CHECKING:
    from PIL.Image import Image

_LEVELS = 3
"""Most times that a JPEG 2000 is halved while it is decoded; encoders write five or more levels."""
_JP2_BYTES = 16
_WEBP_BYTES = {b"VP8 ": 2, b"VP8L": 4.3}
"""Bytes a pixel that decoding takes, by the chunk that says how the picture is coded."""


def compact_picture(path: Path, image: "Image", limit: int) -> "Image | None":
    """Decode a large still picture.

    Args:
        path: The picture.
        image: The same, opened by Pillow and not decoded.
        limit: Bytes that decoding may take.

    Returns:
        A smaller copy; None when no way to decode the format takes so little memory.

    Raises:
        ValueError, OSError, av.error.FFmpegError: It is damaged.
    """
    way = _WAYS.get(image.format or "")
    return way(path, image, limit) if way else None


def _png(path: Path, image: "Image", limit: int) -> "Image | None":
    return png_in_strips(path, factor_of(*image.size)) if limit >= PEAK else None


def _raw(path: Path, image: Any, limit: int) -> "Image | None":
    return raw_in_strips(path, image, factor_of(*image.size)) if limit >= PEAK else None


def _jpeg2000(path: Path, image: Any, limit: int) -> "Image | None":  # noqa: ARG001 - the same for all ways
    levels = min(_LEVELS, factor_of(*image.size).bit_length() - 1)
    if levels < 1 or image.width * image.height * _JP2_BYTES >> 2 * levels > limit:
        return None
    image.reduce = levels
    image.load()
    return image  # type: ignore[no-any-return]


def _webp(path: Path, image: "Image", limit: int) -> "Image | None":
    """Decode the colours alone where they are lossy: its lossless alpha would take three times the memory."""
    with path.open("rb") as file:
        kind, at, size = _webp_picture(file)
        if image.width * image.height * _WEBP_BYTES[kind] + size > limit:
            return None
        file.seek(at)
        data = file.read(size)
    if len(data) < size:
        raise ValueError(f"the picture data is truncated: {len(data)} of {size} bytes")
    frame = decode_picture("vp8", data) if kind == b"VP8 " else decode_picture("webp", path.read_bytes())
    if frame is None:
        raise ValueError("there is no picture in it")
    return smaller(frame, factor_of(*image.size))


def _webp_picture(file: BinaryIO) -> tuple[bytes, int, int]:
    """Return the chunk that holds the picture (RFC 9649): its name, offset and size."""
    at = 12
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            raise ValueError("there is no picture in it")
        size = int.from_bytes(head[4:], "little")
        if head[:4] in _WEBP_BYTES:
            return head[:4], at + 8, size
        at += 8 + size + (size & 1)


_WAYS: dict[str, Callable[[Path, Any, int], "Image | None"]] = {
    "PNG": _png, "BMP": _raw, "DIB": _raw, "TIFF": _raw, "JPEG2000": _jpeg2000, "WEBP": _webp,
}  # fmt: skip
