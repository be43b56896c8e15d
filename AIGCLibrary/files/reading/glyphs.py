"""Measures how tall the characters of a line are: the box of a text detector exceeds its text by an unknown part."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

SEPARATED = 0.75
"""Share of the variance that two levels (text and ground) must explain: noise alone reaches 0.64."""
SHARE_OF_ROW = 0.02
"""Share of a row's pixels that must be text, beyond what the ground alone has."""

SHARE_OF_PEAK = 0.1
"""The same share of what the fullest row has: what lies beside the text is sparser than its own first row."""

UNDERSTATED = 1.25
"""A character may be that many times as tall as measured: faint upper and lower strokes are missed (observed over 20
fonts, opacities of 0.4 to 1 and JPEG qualities of 40 to 95: 1.03 to 1.25)."""
BOX = (1.2, 2.0)
"""How many times as tall as its characters the box of the detector is (observed likewise: 1.26 to 1.93)."""


def height_bounds(picture: "Image", box: tuple[int, int, int, int]) -> tuple[float, float]:
    """Return bounds of the height of the tallest character of a line, in pixels.

    Args:
        picture: The picture in RGB.
        box: Left, top, width and height of the line as a detector returned it.
    """
    lowest, highest = box[3] / BOX[1], box[3] / BOX[0]
    measured = glyph_height(picture, box)
    if measured is None or not lowest <= measured * UNDERSTATED or not measured <= highest:
        return round(lowest, 1), round(highest, 1)
    return round(max(lowest, measured - 1), 1), round(min(highest, measured * UNDERSTATED), 1)  # edges are blurred


def glyph_height(picture: "Image", box: tuple[int, int, int, int]) -> float | None:
    """Measure the height of the tallest character of a line.

    Args:
        picture: The picture in RGB.
        box: Left, top, width and height of the line.

    Returns:
        Pixels from the highest to the lowest edge; None where text and ground cannot be separated.
    """
    import numpy as np

    left, top, width, height = box
    pad = max(2, height // 6)
    area = (max(0, left), max(0, top - pad), min(picture.width, left + width), min(picture.height, top + height + pad))
    if area[2] - area[0] < 4 or area[3] - area[1] < 4:
        return None
    pixels = np.asarray(picture.crop(area).convert("RGB"), dtype=np.float32)
    best: tuple[float, Any] = (0.0, None)
    for plane in (*np.moveaxis(pixels, 2, 0), pixels.mean(axis=2)):
        separation, text = _split(plane)
        if separation > best[0]:
            best = (separation, text)
    if best[0] < SEPARATED or best[1] is None:
        return None
    return _tallest(best[1].mean(axis=1))


def _split(plane: Any) -> tuple[float, Any]:
    """Split pixels in two levels (Otsu's method); return how well that explains them, and which pixels are text."""
    import numpy as np

    counts, edges = np.histogram(plane, bins=64, range=(0.0, 255.0))
    share = counts / counts.sum()
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(share)
    mean_below = np.cumsum(share * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mean_below[-1] * below - mean_below) ** 2 / (below * (1 - below))
    between = np.nan_to_num(between)
    at = int(between.argmax())
    total = float(((middle - mean_below[-1]) ** 2 * share).sum())
    bright = plane > edges[at + 1]
    rim = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    return (float(between[at]) / total if total else 0.0), (~bright if rim.mean() > 0.5 else bright)


def _tallest(rows: Any) -> float | None:
    """Return the number of rows from the first to the last that hold text, around the middle one."""
    ground = float(min(rows[0], rows[-1]))
    least = ground + max(SHARE_OF_ROW, SHARE_OF_PEAK * (float(max(rows)) - ground))
    inside = [float(row) > least for row in rows]
    middle = len(inside) // 2
    if not any(inside[max(0, middle - 2) : middle + 3]):
        return None
    first = last = next(at for at in range(max(0, middle - 2), middle + 3) if inside[at])
    gap = max(1, len(inside) // 12)  # parts of one character lie apart: the dots of 生 do not, those of 三 do
    while any(inside[max(0, first - gap - 1) : first]):
        first -= 1
    while any(inside[last + 1 : last + gap + 2]):
        last += 1
    cut = inside[0] or inside[-1]
    return None if cut and (first == 0 or last == len(inside) - 1) else float(last - first + 1)
