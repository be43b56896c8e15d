"""Judges how a sound ends: whether speech fades out, or is cut off while it is loud.

The level just before the end decides, held against the level of the speech itself. Encoders add up to 40 ms of silence
behind a cut, so that what counts is how abruptly speech ends, not that silence follows.
"""

from enum import StrEnum
from typing import Any

from AIGCLibrary.files.hearing.speech import RATE, SPEECH, STEP, Heard

PIECE = 0.005
"""Seconds over which levels are taken."""
LOUD, WEAK, GONE = -10.0, -20.0, -30.0
"""Levels against that of speech, in dB: loud speech, a weak sound of it, silence."""
ABRUPT = 0.010
"""Seconds within which speech that is cut off falls from loud to silence; natural ends take 30 ms and more."""
PADDING, UNSURE = 0.040, 0.080
"""Seconds of silence behind a cut that encoders add, and up to which a short pause may be a cut."""


class Ending(StrEnum):
    """How speech ends."""

    NATURAL = "natural"
    CUT = "cut"
    UNKNOWN = "unknown"
    NO_SPEECH = "no speech"


def ending_of(heard: Heard) -> Ending:
    """Return how the speech in a sound ends."""
    if not heard.spans:
        return Ending.NO_SPEECH
    levels, speech = _levels(heard)
    if not len(levels) or speech is None:
        return Ending.UNKNOWN
    loud, weak, gone = (_gap(levels - speech, level) for level in (LOUD, WEAK, GONE))
    if heard.duration - heard.spans[-1][1] > 4 * STEP and loud > UNSURE:
        return Ending.NATURAL
    if loud - gone <= ABRUPT and loud <= PADDING:
        return Ending.CUT
    if (loud - gone <= ABRUPT and loud <= UNSURE) or (weak - gone <= ABRUPT and weak <= PADDING):
        return Ending.UNKNOWN
    return Ending.NATURAL


def _gap(levels: Any, least: float) -> float:
    """Return the seconds from the last piece above a level to the end."""
    above = (levels > least).nonzero()[0]
    return PIECE * (len(levels) - 1 - int(above[-1])) if len(above) else float("inf")


def _levels(heard: Heard) -> tuple[Any, float | None]:
    """Return the level of each piece in dBFS, and the usual one of those with speech."""
    import numpy as np

    size = round(PIECE * RATE)
    count = len(heard.samples) // size
    power = (heard.samples[len(heard.samples) - count * size :].reshape(count, size) ** 2).mean(axis=1)
    levels = 10 * np.log10(power + 1e-10)
    per = round(STEP / PIECE)
    inside = np.repeat(np.asarray(heard.probabilities) >= SPEECH, per + 1)[:count]
    return levels, float(np.median(levels[: len(inside)][inside])) if inside.any() else None
