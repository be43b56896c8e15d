"""Composes the sound: a tone that changes every half second, so that silence and standstill can be heard."""

from __future__ import annotations

import math
import random
from array import array
from functools import lru_cache

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.media.order import Order
from AIGCLibrary.studio.misbehaviour import Span

RATE = 44_100
_NOTE = RATE // 2
_SCALE = (261.63, 293.66, 329.63, 392.0, 440.0, 523.25, 587.33)
# "AI" in Morse, the audible mark of GB 45438-2025 5.3: short long, short short. (on, off) in seconds.
_MARK = ((0.1, 0.1), (0.3, 0.3), (0.1, 0.1), (0.1, 0.3))


def compose(order: Order) -> bytes:
    """Signed 16-bit mono samples of the whole clip.

    Audio orders begin with the audible AI mark; video has the visible one.
    """
    total = int(order.seconds * RATE)
    rng = random.Random(f"{order.seed}:{order.prompt}:sound")  # noqa: S311 - a seeded melody
    parts = [_mark()] if order.kind == "audio" and order.seconds >= 3 else []
    length = sum(len(part) for part in parts) // 2
    while length < total:
        parts.append(_note(_SCALE[rng.randrange(len(_SCALE))]))
        length += _NOTE
    samples = bytearray(b"".join(parts)[: total * 2])
    spans: tuple[Span, ...] = ((0.0, order.seconds),) if order.has(OutputFault.SILENT) else order.silent
    for start, end in spans:
        low, high = (min(max(int(t * RATE), 0), total) for t in (start, end))
        samples[low * 2 : high * 2] = bytes((high - low) * 2)
    return bytes(samples)


@lru_cache(maxsize=32)
def _note(frequency: float, seconds: float = 0.5) -> bytes:
    count = int(RATE * seconds)
    turn = 2 * math.pi * frequency / RATE
    fade = RATE // 100
    return array(
        "h",
        (
            int(
                9000
                * min(1.0, (i + fade / 3) / fade, (count - i + fade / 3) / fade)
                * (math.sin(turn * i) + 0.3 * math.sin(2 * turn * i))
            )
            for i in range(count)
        ),
    ).tobytes()


@lru_cache(maxsize=1)
def _mark() -> bytes:
    return b"".join(_note(880.0, on) + bytes(int(off * RATE) * 2) for on, off in _MARK)
