"""Levels of the samples of a sound: peak, clipping, channels in which nothing is heard."""

import math
from typing import Any

QUIET = -90.0
"""dBFS up to which a channel counts as dead: dither of 16 bits lies at -96, a quiet room recorded at -70."""
HEARD = -60.0
"""dBFS that another channel must reach, for a quiet one to count as dead."""


class Levels:
    """Peak and clipping of the samples, by channel."""

    def __init__(self) -> None:
        self._peaks: list[int] = []
        self._full = self._count = 0
        self._resampler: Any = None

    def see(self, frame: Any) -> None:
        """Take a frame of sound."""
        import av

        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16", layout=frame.layout, rate=frame.sample_rate)
        for part in self._resampler.resample(frame):
            channels = part.layout.nb_channels
            data = memoryview(bytes(part.planes[0])[: part.samples * 2 * channels]).cast("h")
            if not len(data):
                continue
            self._peaks = self._peaks or [0] * channels
            for channel in range(channels):
                own = data[channel::channels].tolist()
                high, low = max(own), min(own)
                self._peaks[channel] = max(self._peaks[channel], high, -low)
            self._count += len(data)
            if max(self._peaks) >= 32767 and (max(data) >= 32767 or min(data) <= -32768):
                self._full += _clipped_runs(data)

    @property
    def peak(self) -> float | None:
        """Highest sample, dBFS; None without any."""
        return round(_decibels(max(self._peaks)), 2) if self._count else None

    @property
    def clipped(self) -> float | None:
        """Share of the samples at full scale in runs of three or more, 0 to 1; None without any."""
        return self._full / self._count if self._count else None

    @property
    def channels(self) -> int:
        """Number of channels that were heard."""
        return len(self._peaks)

    @property
    def dead(self) -> list[int]:
        """Numbers, from 1, of the channels without sound, where another one has some."""
        levels = [_decibels(peak) for peak in self._peaks]
        if not levels or max(levels) < HEARD:
            return []
        return [number for number, level in enumerate(levels, 1) if level <= QUIET]


def _decibels(peak: int) -> float:
    return 20 * math.log10(peak / 32768) if peak else -120.0


def _clipped_runs(data: memoryview) -> int:
    """Count the samples at full scale in runs of three or more: a single one is no clipping."""
    clipped = run = 0
    for value in data:
        if value >= 32767 or value <= -32768:
            run += 1
        else:
            clipped += run if run >= 3 else 0
            run = 0
    return clipped + (run if run >= 3 else 0)
