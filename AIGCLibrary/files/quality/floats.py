"""Brings pictures of floating point to 8 bits: light, depth and normals have no fixed white."""

import math
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.quality.depth import eight_bit, white_of

if TYPE_CHECKING:
    from PIL.Image import Image

PLANAR = {"gbrpf32le": (2, 0, 1), "gbrapf32le": (2, 0, 1), "grayf32le": (0,)}
"""Pixel formats of FFmpeg: the planes of red, green and blue, or of grey."""


def picture_of(frame: Any, factor: int) -> "Image":
    """Return a frame of floating point as a picture whose sides are divided by a factor.

    Args:
        frame: A frame of PyAV, of one of the formats in `PLANAR`.
        factor: By what width and height are divided; every so many rows and columns are taken.
    """
    from PIL import Image

    size = max(1, frame.width // factor), max(1, frame.height // factor)
    planes = []
    for number in PLANAR[frame.format.name]:
        plane = frame.planes[number]
        whole = Image.frombuffer("F", (frame.width, frame.height), bytes(plane), "raw", "F;32F", plane.line_size, 1)
        planes.append(whole.resize(size, Image.Resampling.NEAREST))
    return from_planes(planes)


def from_planes(planes: "Sequence[Image]") -> "Image":
    """Return planes of mode F as one picture of 8 bits, all to the same scale; what is not finite is white."""
    from PIL import Image

    values = [array("f", plane.tobytes()) for plane in planes]
    most = max((abs(value) for plane in values for value in plane if math.isfinite(value)), default=1.0)
    finite = [
        Image.frombytes(
            "F", plane.size, array("f", (value if math.isfinite(value) else most for value in numbers)).tobytes()
        )
        for plane, numbers in zip(planes, values, strict=True)
    ]
    if len(finite) == 1:
        return eight_bit(finite[0])
    return _scaled(finite, most)


def _scaled(planes: "list[Image]", most: float) -> "Image":
    from PIL import Image

    white = white_of(most)
    return Image.merge("RGB", [plane.point(lambda value: value * (255.0 / white)).convert("L") for plane in planes])
