"""Holds captions against speech: how late they are (offset), and whether that grows (drift).

The mask of cues is moved over the mask of speech until they fit best, at the speeds that wrong frame rates cause; where
no place fits clearly better than others, there is no answer. Then the starts of cues and of speech are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Span = tuple[float, float]
GRID = 0.02
"""Seconds of the grid on which masks are compared."""
FURTHEST = 15.0
"""Seconds by which captions are moved at most."""
SPEEDS = (1.0, 25 / 24, 24 / 25, 25 / 23.976, 23.976 / 25, 30 / 29.97, 29.97 / 30)
"""Speeds of captions against speech: 1, and those of frame rates that are mixed up."""
LEAST_FIT, CLEARER = 0.5, 0.08
"""Correlation of both masks at the best place, and how much better it must be than any place over a second away."""
NEAREST = 0.7
"""Seconds within which the start of speech belongs to a cue."""
LEAST_CUES = 4


@dataclass(frozen=True, slots=True)
class CaptionStep:
    """How captions lie against speech.

    Args:
        offset: Seconds by which captions are late at the start; negative: early.
        drift: Seconds by which that grows from the first to the last cue.
        fit: Correlation of both, 0 to 1.
    """

    offset: float
    drift: float
    fit: float


def step_of(cues: Sequence[Span], speech: Sequence[Span]) -> CaptionStep | None:
    """Compare captions with speech.

    Args:
        cues: Start and end of the cues in seconds.
        speech: Start and end of speech in seconds.

    Returns:
        None where it cannot be determined: too few cues, or no place that fits clearly better than others.
    """
    if len(cues) < LEAST_CUES or len(speech) < 2:
        return None
    fitted = [(*_best(cues, speech, speed), speed) for speed in SPEEDS]
    fit, clearer, lag, speed = max(fitted, key=lambda fitting: (round(fitting[0], 2), fitting[3] == 1.0))
    if fit < LEAST_FIT or clearer < CLEARER:
        return None
    pairs = []
    for start, _ in cues:
        moved = start * speed - lag
        near = min((begin for begin, _ in speech), key=lambda at: abs(at - moved))
        if abs(near - moved) <= NEAREST:
            pairs.append((near, start - near))
    return _line(pairs, fit) if len(pairs) >= LEAST_CUES else None


def _best(cues: Sequence[Span], speech: Sequence[Span], speed: float) -> tuple[float, float, float]:
    """Return the best correlation, how much better it is than elsewhere, and the lag of the cues there."""
    import numpy as np

    reach = round(FURTHEST / GRID)
    length = round(max(cues[-1][1] * speed, speech[-1][1]) / GRID) + 2 * reach + 2
    one, other = _mask([(a * speed, b * speed) for a, b in cues], length, reach), _mask(speech, length, reach)
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum())) or 1.0
    size = 1 << (2 * length - 1).bit_length()
    whole = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    fits = np.concatenate([whole[-reach:], whole[: reach + 1]]) / scale
    at = int(fits.argmax())
    far = np.abs(np.arange(len(fits)) - at) > round(1 / GRID)
    return float(fits[at]), float(fits[at] - fits[far].max()), (at - reach) * GRID


def _mask(spans: Sequence[Span], length: int, shift: int) -> Any:
    import numpy as np

    mask = np.zeros(length)
    for start, end in spans:
        mask[shift + round(start / GRID) : shift + round(end / GRID)] = 1
    return mask


def _line(pairs: Sequence[tuple[float, float]], fit: float) -> CaptionStep:
    """Fit a line by the median of all slopes (Theil and Sen), which single wrong pairs do not move."""
    import numpy as np

    at, late = np.asarray(pairs).T
    rise, run = late[None, :] - late[:, None], at[None, :] - at[:, None]
    slope = float(np.median(rise[run > 1.0] / run[run > 1.0])) if (run > 1.0).any() else 0.0
    start = float(np.median(late - slope * (at - at.min())))
    return CaptionStep(round(start, 3), round(slope * float(at.max() - at.min()), 3), round(fit, 3))
