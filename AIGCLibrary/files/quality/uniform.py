"""Brings all frames of a sound to the format of the first one: headers may state another, and it may change."""

from typing import Any

Shape = tuple[str, str, int]


class Uniform:
    """Converts frames that differ from the first one in sample format, channels or rate."""

    def __init__(self) -> None:
        self.shape: Shape | None = None
        """Sample format, channel layout and rate of the first frame."""
        self._resamplers: dict[Shape, Any] = {}

    def frames(self, frame: Any) -> list[Any]:
        """Return a frame in the format of the first one; pieces of it where it has to be converted."""
        import av

        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        self.shape = self.shape or shape
        if shape == self.shape:
            return [frame]
        if shape not in self._resamplers:
            form, layout, rate = self.shape
            self._resamplers[shape] = av.AudioResampler(format=form, layout=layout, rate=rate)
        converted: list[Any] = self._resamplers[shape].resample(frame)
        return converted
