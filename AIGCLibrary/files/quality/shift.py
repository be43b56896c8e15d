"""Finds where the colours of a picture jump while what it shows stays the same.

Generated films change their exposure or tint where two parts were made one after the other. A cut changes what is seen
as well, so that the light and dark places of both pictures no longer lie at the same places.
"""

from collections import deque
from typing import Any

SIZE = (32, 18)
"""Pictures are compared at this size, each pixel the mean of an area."""
WITHIN = 0.2
"""Seconds within which a jump is over: encoders spread one over some frames. A slower change is light that changes."""
SAME = 0.85
"""Correlation of the lightness of two pictures from which both show the same."""
FLAT = 2.0
"""Standard deviation of the lightness below which a picture shows nothing that could be recognised."""


LEAST_COMPARED = 0.5
"""Share of the frames that must show the same as the one before them, for the film to count as followed."""


class ColourShift:
    """Follows the mean colour of a film.

    Args:
        interval: Usual seconds between two frames.
        origin: Time stamp at which playing begins.
    """

    def __init__(self, interval: float, origin: float = 0.0) -> None:
        self._origin = origin
        self._recent: deque[Any] = deque(maxlen=max(1, round(WITHIN / interval)) if interval > 0 else 1)
        self._frames = self._compared = 0
        self._largest = 0.0
        self._at: float | None = None

    def see(self, frame: Any) -> None:
        """Take the next frame."""
        if frame.time is None:
            return
        now = _colours(frame)
        self._frames += 1
        if self._recent:
            step = _shift(self._recent[-1], now)
            self._compared += step is not None
            self._note(step, frame.time)
            self._note(_shift(self._recent[0], now), frame.time)
        self._recent.append(now)

    def _note(self, shift: float | None, at: float) -> None:
        if shift is not None and shift > self._largest:
            self._largest, self._at = round(shift, 2), round(at - self._origin, 3)

    @property
    def found(self) -> tuple[float, float | None] | None:
        """The largest jump in levels of 255, and when; None where too few frames could be compared."""
        if self._frames < 2 or self._compared < LEAST_COMPARED * (self._frames - 1):
            return None
        return self._largest, self._at


def _colours(frame: Any) -> Any:
    import numpy as np

    small = frame.reformat(width=SIZE[0], height=SIZE[1], format="rgb24", interpolation="AREA")
    plane = small.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(SIZE[1], plane.line_size)[:, : SIZE[0] * 3]
    return rows.reshape(-1, 3).astype(np.float32)


def _shift(one: Any, other: Any) -> float | None:
    """Return by how many levels (of 255) the mean colours of two pictures differ; None where they show other things."""
    import numpy as np

    light, later = one.mean(axis=1), other.mean(axis=1)
    if min(light.std(), later.std()) < FLAT or float(np.corrcoef(light, later)[0, 1]) < SAME:
        return None
    return float(np.abs(other.mean(axis=0) - one.mean(axis=0)).max())
