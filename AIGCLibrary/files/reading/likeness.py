"""How alike two pictures are, whatever their sizes: a frame of a film and the picture it was ordered from.

Products scale, crop or pad the ordered picture to the format of the film and encode it again. So the reference is
compared stretched, cropped and padded, moved by a few percent, by the correlation of its lightness and the difference
of its colours.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 48
"""Width and height at which pictures are compared."""
REACH = 3
"""Places (of `SIDE`) by which one is moved against the other in each direction."""
ZOOMS = (0.97, 0.94, 0.91)
"""Parts of the reference that are compared with the whole frame: products zoom in by some percent."""
FLAT = 2.0
"""Standard deviation of the lightness (of 255) below which a picture shows nothing but its colour."""
FAR = 60.0
"""Mean difference of the colours, in levels of 255, at which nothing is alike."""
SAME = 0.8
"""Likeness from which two pictures count as the same."""
_BLACK = 24


def likeness(reference: "Image", frame: "Image") -> float:
    """Return how alike a picture and a frame are, 0 to 1; from 0.8 they count as the same.

    Args:
        reference: The ordered picture in RGB.
        frame: The frame in RGB, as displayed.
    """
    return round(max(_compared(one, other) for one, other in _fits(reference, frame)), 3)


def _fits(reference: "Image", frame: "Image") -> "Iterator[tuple[Image, Image]]":
    aspect = frame.width / frame.height
    yield reference, frame
    for zoom in ZOOMS:
        yield _cropped(reference, aspect, zoom), frame
    if abs(aspect - reference.width / reference.height) > 0.02 * aspect:
        yield _cropped(reference, aspect, 1.0), frame
        bare = _without_bars(frame)
        if bare is not frame:
            yield reference, bare


def _cropped(image: "Image", aspect: float, zoom: float) -> "Image":
    """Return the middle of a picture, as large as it can be with an aspect ratio, times a factor."""
    width, height = min(image.width, image.height * aspect) * zoom, min(image.height, image.width / aspect) * zoom
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return image.crop((round(left), round(top), round(left + width), round(top + height)))


def _without_bars(frame: "Image") -> "Image":
    """Return a frame without the dark bars at its sides."""
    box = frame.convert("L").point(lambda level: 255 if level > _BLACK else 0).getbbox()
    small = box is None or (box[2] - box[0]) * (box[3] - box[1]) < 0.2 * frame.width * frame.height
    return frame if small or box == (0, 0, *frame.size) else frame.crop(box)


def _compared(one: "Image", other: "Image") -> float:
    import numpy as np

    (light, colours), (other_light, other_colours) = _planes(one), _planes(other)
    apart = float(np.abs(colours - other_colours).mean())
    in_colour = max(0.0, 1 - apart / FAR)
    flat = light.std() < FLAT, other_light.std() < FLAT
    if any(flat):
        return in_colour if all(flat) and abs(float(light.mean() - other_light.mean())) < FAR / 3 else 0.0
    return max(0.0, _correlation(light, other_light)) * in_colour


def _planes(image: "Image") -> tuple[Any, Any]:
    import numpy as np
    from PIL import Image

    small = image.resize((SIDE, SIDE), Image.Resampling.BOX).convert("YCbCr")
    planes = np.asarray(small, dtype=np.float32)
    return planes[:, :, 0], planes[:, :, 1:].reshape(6, SIDE // 6, 6, SIDE // 6, 2).mean(axis=(1, 3))


def _correlation(one: Any, other: Any) -> float:
    """Return the best correlation of two planes, the inner part of one moved over the other."""
    import numpy as np

    inner = one[REACH:-REACH, REACH:-REACH]
    inner = (inner - inner.mean()) / (inner.std() + 1e-6)
    size = SIDE - 2 * REACH
    best = -1.0
    for down in range(2 * REACH + 1):
        for right in range(2 * REACH + 1):
            part = other[down : down + size, right : right + size]
            best = max(best, float(np.mean(inner * (part - part.mean()) / (part.std() + 1e-6))))
    return best
