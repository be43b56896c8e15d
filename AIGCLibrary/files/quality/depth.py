"""Brings pictures of 16 or 32 bits to 8: Pillow's own conversion cuts off what is above 255."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
"""Modes with transparency; the band A of LAB is a colour."""
_WHITE = (1.0, 255.0, 65535.0)
"""What full white may be; the least that no pixel exceeds is taken."""


def eight_bit(image: "Image") -> "Image":
    """Return a grey picture of more than 8 bits a pixel in mode L; all others as they are."""
    if not image.mode.startswith(("I", "F")):
        return image
    if image.mode.startswith("I;16"):
        from PIL import Image

        return Image.frombytes("L", image.size, image.tobytes(), "raw", "L;16B" if image.mode == "I;16B" else "L;16")
    extrema: Any = image.getextrema()
    most = max(abs(float(value)) for value in extrema)
    least = 1 if image.mode == "I" else 0
    white = next((limit for limit in _WHITE[least:] if most <= limit), most)
    return image.convert("F").point(lambda value: value * (255.0 / white)).convert("L")
