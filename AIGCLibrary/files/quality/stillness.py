"""Finds where a picture stands still: how long each one is shown before the next that differs from it."""

from typing import Any

from AIGCLibrary.files.quality.spans import Spans

SIZE = (64, 36)
"""Pictures are compared at this size, each pixel the mean of an area: a codec's noise is gone, a moved mouth not."""
ALIKE = 4
"""Levels (of 255) up to which all areas of two pictures count as the same.

Refreshing a still picture with each key frame at 60 kbit/s changes an area by 3 levels at most, a pan of one pixel by
far more. The comparison is with the first picture of a span, so that a slow zoom is not taken for stillness.
"""
STRAYS = ((2, 16), (12, 10))
"""How many areas (of 2,304) may differ by more, and by how many levels at most: a codec settling after a key frame."""
RESTLESS = 0.2
"""Mean levels between two frames from which something moves all over the picture, as grain does. One such step is a key
frame or a codec settling; more of them in turn than `SETTLING` are no stillness, as FFmpeg's freezedetect has it."""
SETTLING = 5
SETTLED = 0.75
"""Seconds after a cut or a key frame within which a codec settles, in steps that are none to a viewer."""
DRIFT = (20, 2.0)
"""Levels by which one area, and all in the mean, may be off the first picture of a span, after settling and key frames
that code the same picture again: a slow zoom is soon beyond that."""
HELD = 1.5
"""A picture counts as still when it is shown for more than so many times the usual time between frames."""


class Stillness:
    """Collects the spans of a standing picture.

    Args:
        spans: Takes the spans.
        interval: Usual seconds between two frames; each picture is shown so long anyway.
        keyframes: Only key frames are seen: a span then ends with the last one that is alike, not with the first other.
    """

    def __init__(self, spans: Spans, interval: float, *, keyframes: bool = False) -> None:
        self._spans = spans
        self._least = max(spans.shortest, HELD * interval)
        self._keyframes = keyframes
        self._first: Any = None
        self._origin: Any = None
        self._before: Any = None
        self._before_key = True
        self._start = self._last = self._calm = 0.0
        self._step = 0.0
        self._steps = 0

    def see(self, frame: Any) -> None:
        """Take the next frame."""
        at = frame.time
        if at is None:
            return
        picture = _small(frame)
        key = bool(frame.key_frame)
        if self._first is None:
            self._open(picture, at)
        elif not _alike(self._first, picture):
            if self._is_coding(picture, at, key=key and not self._before_key):
                self._first, self._steps = picture, 0
            else:
                self._begin(picture, at, until=self._last if self._keyframes else at)
        elif not self._keyframes and _mean(self._before, picture) > RESTLESS:
            self._step = self._step if self._steps else at
            self._steps += 1
            if self._steps > SETTLING:
                self._begin(picture, at, until=self._step)
        else:
            self._steps = 0
        self._before, self._before_key, self._last = picture, key, at

    def _is_coding(self, picture: Any, at: float, *, key: bool) -> bool:
        """Report whether only the way in which the same picture is coded changes: at a key frame, or soon after one."""
        if self._keyframes or not _near(self._origin, picture):
            return False
        if key:
            self._calm = at
        return key or (at - self._calm <= SETTLED and _alike(self._before, picture))

    def _begin(self, picture: Any, at: float, *, until: float) -> None:
        self._close(until)
        self._open(picture, at)

    def _open(self, picture: Any, at: float) -> None:
        self._first = self._origin = picture
        self._start = self._calm = at
        self._steps = 0

    def finish(self, end: float) -> None:
        """Close the last span where the picture ends."""
        if self._first is None or (self._keyframes and self._last == self._start):
            return
        self._close(self._step if self._steps > 1 else max(end, self._last))

    def _close(self, end: float) -> None:
        if end - self._start >= self._least - 1e-6:
            origin = self._spans.origin
            self._spans.found.append((round(max(0.0, self._start - origin), 4), round(end - origin, 4)))


def _alike(one: Any, other: Any) -> bool:
    from PIL import ImageChops

    difference = ImageChops.difference(one, other)
    furthest: Any = difference.getextrema()[1]
    if furthest <= ALIKE:
        return True
    strays = sum(difference.histogram()[ALIKE + 1 :])
    return any(furthest <= most and strays <= count for count, most in STRAYS)


def _near(one: Any, other: Any) -> bool:
    from PIL import ImageChops

    furthest: Any = ImageChops.difference(one, other).getextrema()[1]
    return furthest <= DRIFT[0] and _mean(one, other) <= DRIFT[1]


def _mean(one: Any, other: Any) -> float:
    from PIL import ImageChops

    levels = ImageChops.difference(one, other).histogram()
    return sum(level * count for level, count in enumerate(levels) if count) / (SIZE[0] * SIZE[1])


def _small(frame: Any) -> Any:
    from PIL import Image

    width, height = SIZE
    small = frame.reformat(width=width, height=height, format="gray", interpolation="AREA")
    plane = small.planes[0]
    return Image.frombuffer("L", SIZE, bytes(plane), "raw", "L", plane.line_size, 1)
