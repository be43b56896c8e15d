"""Brings pictures of 16 or 32 bits to 8: Pillow's own conversion cuts off what is above 255."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
"""Modes with transparency; the band A of LAB is a colour."""
_WHITE = (255.0, 65535.0)
"""What full white of whole numbers may be; the least that no pixel exceeds is taken."""


def eight_bit(image: "Image") -> "Image":
    """Return a grey picture of more than 8 bits a pixel in mode L; all others as they are."""
    if not image.mode.startswith(("I", "F")):
        return image
    if image.mode.startswith("I;16"):
        from PIL import Image

        return Image.frombytes("L", image.size, image.tobytes(), "raw", "L;16B" if image.mode == "I;16B" else "L;16")
    extrema: Any = image.getextrema()
    most = max(abs(float(value)) for value in extrema)
    white = white_of(most, whole=image.mode == "I")
    return image.convert("F").point(lambda value: value * (255.0 / white)).convert("L")


def white_of(most: float, *, whole: bool = False) -> float:
    """Return what full white is in a picture whose highest value is known.

    Light and depth of floating point have no fixed white beyond 1: then it is the highest value.
    """
    if not whole:
        return max(most, 1.0)
    return next((limit for limit in _WHITE if most <= limit), most)
