"""Reads text by the PP-OCR models that lie in the wheel of `rapidocr`; needs the extra `ocr`, downloads nothing."""

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import missing_extra
from AIGCLibrary.files.reading.glyphs import height_bounds
from AIGCLibrary.files.reading.reader import TextLine

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 1920
"""Pixels; a larger picture is read at this size. The smallest text that counts has then 54 pixels of 1080."""
DETECTED_SIDE = 960
"""The same for finding the lines: text of 5 % is found as well as at 1,920 and in a third of the time, and on textures
and noise, which detail makes harder, better. The characters of a line are read at full size."""
LEAST_SIDE = 12
"""Pixels, at the size that is read: fewer cannot hold a line of text. The model enlarges a line to a height of 48
pixels, so that a picture of 1,920 by 1 would take gigabytes of memory."""
LEAST_CONFIDENCE = 0.5
"""Lines the model is less sure of are noise as often as text."""


class Ocr:
    """A reader on one pair of models, which are loaded once for a process.

    Raises:
        ConfigError: The extra `ocr` is not installed.
    """

    def __init__(self) -> None:
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise missing_extra("rapidocr", "ocr", "Reading text in pictures") from error
        # Upright text only: the model that turns pictures by 180 degrees costs time and turns short labels wrongly.
        # Pictures keep their size: by default narrow ones are enlarged until their shorter side has 736 pixels.
        options = {"Global.use_cls": False, "Det.limit_type": "max", "Det.limit_side_len": DETECTED_SIDE}
        self._engine: Any = RapidOCR(params={"Global.log_level": "error", **options})
        self._lock = threading.Lock()

    def read(self, picture: "Image") -> list[TextLine]:
        """Return the lines of a picture in RGB, from top to bottom; none of one that is too narrow to hold text."""
        import numpy as np

        scale = min(1.0, LONGEST_SIDE / max(picture.size))
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        if min(size) < LEAST_SIDE:
            return []
        small = picture if scale == 1.0 else picture.resize(size)
        with self._lock:  # the engine keeps state between the steps of one picture
            found = self._engine(np.asarray(small)[:, :, ::-1])
        lines = []
        for corners, text, confidence in zip(
            *(part if part is not None else () for part in (found.boxes, found.txts, found.scores)), strict=True
        ):
            if confidence >= LEAST_CONFIDENCE:
                box = _upright(corners, scale)
                lines.append(
                    TextLine(
                        text, box, round(float(confidence), 3), height_bounds(picture, box, len("".join(text.split())))
                    )
                )
        return sorted(lines, key=lambda line: (line.box[1], line.box[0]))


@cache
def shared_ocr() -> Ocr:
    """Return the reader of this process; the models are loaded at the first call."""
    return Ocr()


def _upright(corners: Any, scale: float) -> tuple[int, int, int, int]:
    """Return left, top, width and height of four corners, in pixels of the full picture."""
    xs, ys = [float(x) / scale for x, _ in corners], [float(y) / scale for _, y in corners]
    left, top = round(min(xs)), round(min(ys))
    return left, top, round(max(xs)) - left, round(max(ys)) - top
