"""The facts of an AVIF or HEIF picture that its item properties state, so that no decoder is needed for them."""

from typing import Any

from AIGCLibrary.files.display import displayed
from AIGCLibrary.files.iso.boxes import Box
from AIGCLibrary.files.iso.heif import Items

_CODECS = {b"hvc1": "hevc", b"hev1": "hevc", b"av01": "av1", b"avc1": "h264", b"vvc1": "vvc", b"jpeg": "mjpeg"}


def describe_picture(items: Items) -> dict[str, Any]:
    """Return the size of the primary picture as shown: `ispe`, then `clap`, `pasp` and `irot` (ISO/IEC 23008-12, 6.5).

    Returns:
        What `displayed` returns, with `bit_depth` and `video_codec`; nothing when the picture states no size.
    """
    primary = items.primary
    held = {box.kind: box for _, box in reversed(items.of(primary))} if primary is not None else {}
    size = held.get(b"ispe")
    if primary is None or size is None:
        return {}
    width, height = size.u32(4), size.u32(8)
    if not width or not height:
        return {}
    turned = held.get(b"irot")
    rotation = -90 * (_byte(turned, 0) & 3) % 360 if turned is not None else 0  # stored anti-clockwise
    facts: dict[str, Any] = displayed(width, height, _pixel(held.get(b"pasp")), rotation, _crop(held.get(b"clap")))
    if (depth := held.get(b"pixi")) is not None and _byte(depth, 4):
        facts["bit_depth"] = _byte(depth, 5)
    facts["video_codec"] = _CODECS.get(items.kinds.get(primary, b""))
    return {name: value for name, value in facts.items() if value is not None}


def _byte(box: Box, at: int) -> int:
    box.need(at + 1)
    return box.data[at]


def _pixel(box: Box | None) -> tuple[int, int] | None:
    return (box.u32(0), box.u32(4)) if box is not None else None


def _crop(box: Box | None) -> tuple[int, int] | None:
    """Read the clean aperture: width and height, each as numerator and denominator."""
    if box is None:
        return None
    sides = [(box.u32(at), box.u32(at + 4)) for at in (0, 8)]
    if not all(above and below for above, below in sides):
        return None
    (width, of_width), (height, of_height) = sides
    return round(width / of_width), round(height / of_height)
