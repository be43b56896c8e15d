"""Measures how tall the characters of a line are: the box of a text detector exceeds its text by an unknown part.

Strokes are separated from the ground by what is thinner than a quarter of the line and brighter (white top-hat) or
darker (black-hat) than what surrounds it; connected strokes in a column are a character. Which of both is the text is
decided by how many characters were read. Where neither separates, only the box bounds the height.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

BOX = (1.1, 2.7)
"""How many times as tall as its characters the box of the detector is (observed over 26 fonts, styles, grounds,
opacities of 0.4 to 1 and JPEG qualities of 40 to 95: 1.16 to 2.6)."""
THIN = 0.22
"""Width of the thickest stroke that is found, by the height of the box."""
FAINTEST = 14.0
"""Levels (of 255) between stroke and ground, below which nothing is separated."""
GROUND = 0.35
"""Part of that, from which detail above and below the line counts as strokes as well: a texture that shows through a
faint label makes characters twice as tall as they are."""
ALIKE = 0.35
"""The number of characters found may differ from that of those read by so large a part."""
NEXT, REGULAR = 0.8, 0.7
"""Parts of the tallest character that the next one, and the middle one of all, must reach: a capital has 0.72 of the
height of a Chinese character, what is no text has any height."""
OVER, UNDER = 0.08, 0.04
"""Parts by which a measured height may exceed the true one (an outline, a shadow) or fall short of it (a faint tip)."""
OUTLINED, AGREED = 0.16, 1.15
"""The same part where all that is known is that bright and dark strokes are as tall, within this factor."""
EDGE = 1.0
"""Pixels by which blur and compression move the edges."""


@dataclass(frozen=True, slots=True)
class Separated:
    """Characters that were separated from the ground.

    Args:
        heights: Of each character in pixels, the tallest first.
        cut: Characters that touch the rim of the area, so that their height is not known.
    """

    heights: tuple[int, ...]
    cut: int


def height_bounds(picture: "Image", box: tuple[int, int, int, int], characters: int = 0) -> tuple[float, float]:
    """Return bounds of the height of the tallest character of a line, in pixels.

    Args:
        picture: The picture in RGB.
        box: Left, top, width and height of the line as a detector returned it.
        characters: How many characters were read in it; 0 when that is not known.
    """
    lowest, highest = box[3] / BOX[1], box[3] / BOX[0]
    found = [
        separated
        for separated in map(without_outlier, separations(picture, box))
        if lowest <= separated.heights[0] <= highest
    ]
    likely, over = [separated for separated in found if _is_line(separated, characters)], OVER
    if not likely and len(found) == 2 and _agree(*found):
        likely, over = found, OUTLINED
    if not likely:
        return round(lowest, 1), round(highest, 1)
    low = min(_supported(separated) for separated in likely) * (1 - over) - EDGE
    high = max(separated.heights[0] for separated in likely) * (1 + UNDER) + EDGE
    return round(max(lowest, low), 1), round(min(highest, high), 1)


def without_outlier(found: Separated) -> Separated:
    """Drop the tallest of several characters where no second one is about as tall: something clings to it."""
    first, *rest = found.heights
    if len(rest) > 1 and rest[0] < NEXT * first:
        return Separated(tuple(rest), found.cut + 1)
    return found


def _is_line(found: Separated, characters: int) -> bool:
    """Return whether what was separated are characters of one size, as many as were read."""
    count = len(found.heights)
    if found.cut > count / 4 or found.heights[(count - 1) // 2] < REGULAR * found.heights[0]:
        return False
    return not characters or abs(count + found.cut - characters) <= max(1, ALIKE * characters)


def _agree(separated: Separated, other: Separated) -> bool:
    """Return whether bright and dark strokes are about as tall: text and its outline, which joins the characters."""
    low, high = sorted((separated.heights[0], other.heights[0]))
    return high <= AGREED * low


def _supported(found: Separated) -> float:
    """Return the height that a second character supports: what clings to one of them is no part of it."""
    second = found.heights[min(1, len(found.heights) - 1)]
    return min(found.heights[0], 1.12 * second)


def separations(picture: "Image", box: tuple[int, int, int, int]) -> Iterator[Separated]:
    """Separate characters that are brighter, and those that are darker, than the ground.

    Args:
        picture: The picture in RGB.
        box: Left, top, width and height of the line.
    """
    import cv2
    import numpy as np

    left, top, width, height = box
    pad = max(3, round(height * 0.35))
    pixels = np.asarray(picture)
    rows, columns = (top - pad, top + height + pad), (left - 2, left + width + 2)
    part: Any = pixels[max(0, rows[0]) : max(0, rows[1]), max(0, columns[0]) : max(0, columns[1])]
    if min(part.shape[:2]) < 6:
        return
    size = max(5, round(height * THIN)) | 1
    above, below = max(0, -rows[0]), max(0, rows[1] - pixels.shape[0])
    before, after = max(0, -columns[0]), max(0, columns[1] - pixels.shape[1])
    part = cv2.copyMakeBorder(part, above + size, below + size, before + size, after + size, cv2.BORDER_REPLICATE)
    element = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        strokes = cv2.morphologyEx(part, kind, element)[size:-size, size:-size].max(axis=2)
        level = float(np.percentile(strokes[pad : pad + height], 97))
        ground = float(np.percentile(np.concatenate((strokes[:pad], strokes[pad + height :])), 97))
        if level >= max(FAINTEST, ground / GROUND):
            found = _characters((strokes >= level / 2).astype(np.uint8), pad, height)
            if found is not None:
                yield found


def _characters(strokes: Any, pad: int, height: int) -> Separated | None:
    """Join connected strokes that lie in the same columns, beginning with those in the middle of the line."""
    import cv2

    least = max(3.0, height * height * 0.002)
    parts = [tuple(int(v) for v in row) for row in cv2.connectedComponentsWithStats(strokes, connectivity=8)[2][1:]]
    parts = [part for part in parts if part[4] >= least]
    middle = (pad + 0.3 * height, pad + 0.7 * height)
    spans: list[list[int]] = []
    for x, y, width, tall, _ in sorted(parts):
        if y >= middle[1] or y + tall <= middle[0]:
            continue
        if spans and x <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], x + width)
        else:
            spans.append([x, x + width])
    heights, cut = [], 0
    rim = 0.6 * pad  # what lies wholly beyond belongs to another line
    for start, end in spans:
        inside = [p for p in parts if p[0] < end and p[0] + p[2] > start]
        inside = [p for p in inside if p[1] + p[3] > rim and p[1] < strokes.shape[0] - rim]
        first, last = min(p[1] for p in inside), max(p[1] + p[3] for p in inside)
        if first <= 0 or last >= strokes.shape[0]:
            cut += 1
        else:
            heights.append(last - first)
    return Separated(tuple(sorted(heights, reverse=True)), cut) if heights else None
