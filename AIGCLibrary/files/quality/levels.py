"""Levels of the samples of a sound: peak, clipping, silence, channels in which nothing is heard."""

import math
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.quality.spans import Spans

if TYPE_CHECKING:
    import numpy as np

QUIET = -90.0
"""dBFS up to which a channel counts as dead: dither of 16 bits lies at -96, a quiet room recorded at -70."""
HEARD = -60.0
"""dBFS that another channel must reach, for a quiet one to count as dead."""
_AT_ONCE = 0.5
"""Seconds of sound that are looked at together."""
_GAP = 0.05
"""Seconds by which time stamps jump ahead from which players are silent there, as where pauses were not coded."""
_FULL, _RUN = 32767, 3
"""Full scale of 16 bits, and samples in turn at it that are clipped: a single one is not."""


class Levels:
    """Peak, clipping and silence of the samples, by channel.

    Args:
        silent: Takes the spans in which all channels are silent.
        level: dBFS below which a sample is silent.
    """

    def __init__(self, silent: Spans, level: float) -> None:
        self._silent, self._threshold = silent, 10 ** (level / 20) * 32768
        self._peaks: list[int] = []
        self._full = self._count = self._pending = self._rate = 0
        self._resampler: Any = None
        self._parts: list[np.ndarray] = []
        self._start: float | None = None
        self._end = 0.0
        self._quiet_since: float | None = None

    def see(self, frame: Any) -> None:
        """Take a frame of sound."""
        import av
        import numpy as np

        if self._resampler is None:
            self._rate = frame.sample_rate
            self._resampler = av.AudioResampler(format="s16", layout=frame.layout, rate=self._rate)
            self._peaks = [0] * frame.layout.nb_channels
        at = self._end if frame.time is None else frame.time
        if self._start is None or abs(at - self._end) > _GAP:
            self._jump(at)
        for part in self._resampler.resample(frame):
            samples = np.frombuffer(part.planes[0], np.int16)[: part.samples * len(self._peaks)]
            self._parts.append(samples.reshape(-1, len(self._peaks)).copy())
            self._pending += part.samples
            self._end += part.samples / self._rate
        if self._pending >= _AT_ONCE * self._rate:
            self._look()

    def finish(self) -> None:
        """Look at what is left, and close the silence that is open."""
        self._look()
        self._close(self._end)

    def _jump(self, at: float) -> None:
        """Go on at a time stamp that does not follow: what lies between is silent."""
        self._look()
        if self._start is not None and at > self._end and self._quiet_since is None:
            self._quiet_since = self._end
        elif at < self._end:
            self._close(self._end)
        self._start = self._end = at

    def _look(self) -> None:
        import numpy as np

        if not self._pending or self._start is None:
            return
        block = np.ascontiguousarray(np.concatenate(self._parts).T)
        self._parts, self._pending = [], 0
        high, low = block.max(axis=1), block.min(axis=1)
        self._peaks = [
            max(peak, int(top), -int(bottom)) for peak, top, bottom in zip(self._peaks, high, low, strict=True)
        ]
        self._count += block.size
        if max(high) >= _FULL or min(low) <= -_FULL - 1:
            self._full += sum(_clipped(channel) for channel in block)
        within = (block < self._threshold) & (block > -self._threshold)
        self._listen(np.logical_and.reduce(within, axis=0))
        self._start = self._end

    def _listen(self, quiet: "np.ndarray") -> None:
        """Collect the runs of silent samples; one may go on over several blocks."""
        import numpy as np

        start = self._start or 0.0
        if self._quiet_since is None and quiet[0]:
            self._quiet_since = start
        edges = np.flatnonzero(quiet[1:] != quiet[:-1]) + 1
        if not len(edges) and quiet[0]:
            return
        if self._quiet_since is not None:
            self._close(start + (edges[0] if quiet[0] else 0) / self._rate)
        begins, ends = edges[1 if quiet[0] else 0 :: 2], edges[2 if quiet[0] else 1 :: 2]
        if len(begins) > len(ends):
            self._quiet_since = start + begins[-1] / self._rate
        pairs = np.stack((begins[: len(ends)], ends), axis=1)
        for first, last in pairs[pairs[:, 1] - pairs[:, 0] >= (self._silent.shortest - 1e-6) * self._rate].tolist():
            self._silent.add(start + first / self._rate, start + last / self._rate)

    def _close(self, end: float) -> None:
        if self._quiet_since is not None and end - self._quiet_since >= self._silent.shortest - 1e-6:
            self._silent.add(self._quiet_since, end)
        self._quiet_since = None

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


def _clipped(samples: "np.ndarray") -> int:
    """Count the samples of a channel at full scale in runs of three or more."""
    import numpy as np

    full = np.concatenate(([False], (samples >= _FULL) | (samples <= -_FULL - 1), [False]))
    edges = np.flatnonzero(full[1:] != full[:-1])
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= _RUN].sum())
