"""Watches the picture and listens to the sound of a media file, with FFmpeg's filters run in process by PyAV.

What the filters find is reported by frame metadata, which PyAV has since 18.1.
"""

import math
from collections.abc import Iterator
from typing import Any, Protocol

from AIGCLibrary.files.quality.levels import Levels
from AIGCLibrary.files.quality.measured import Measured
from AIGCLibrary.files.quality.shift import ColourShift
from AIGCLibrary.files.quality.stillness import Stillness
from AIGCLibrary.files.quality.uniform import Uniform
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.work import HEARD_FRAME, HEARD_SAMPLE, KEY_PIXEL, PICTURE, PIXEL, SOUND_FRAME, SOUND_SAMPLE

WIDTH = 320
"""Pictures are judged at this width: enough for black and frozen, and much cheaper."""
CUT = 10.0
"""Score, in percent, from which FFmpeg's `scdet` takes a change for a cut: its default."""

_TENTH = 0.11
"""Seconds of silence that complete the last tenth of a second of a sound."""


class Sense(Protocol):
    """Takes the frames of one stream."""

    def skips(self, packet: Any) -> bool:
        """Report whether a packet need not be decoded."""

    def weight(self, frame: Any) -> float:
        """Return the work of decoding and measuring a frame."""

    def see(self, frame: Any) -> None:
        """Take a frame."""

    def finish(self) -> None:
        """Judge what was taken."""


class Eye:
    """Watches the picture.

    Args:
        stream: The stream of PyAV.
        rules: The section `quality` of the rules.
        measured: Takes what is found.
        every: Least seconds between two pictures that are looked at, where only key frames are.
    """

    def __init__(self, stream: Any, rules: RuleSet, measured: Measured, *, every: float = 0.0) -> None:
        from av.filter import Graph

        self._every = every if measured.scan == "keyframes" else 0.0
        self._next: float | None = None
        self._pixel = KEY_PIXEL if measured.scan == "keyframes" else PIXEL

        self._measured, self._stream, self._last = measured, stream, 0.0
        keyframes = measured.scan == "keyframes"
        if stream.codec_context.thread_count != 1:
            stream.thread_type = "AUTO"
        if keyframes:
            stream.codec_context.skip_frame = "NONKEY"
        rate = float(stream.average_rate or stream.base_rate or 25)
        self._stillness = Stillness(measured.frozen, 0.0 if keyframes else 1 / rate, keyframes=keyframes)
        level = float(rules.get("black_level") or 0.10)
        follows = not keyframes  # shots and colours can be followed from frame to frame only
        self._shift = (
            ColourShift(1 / rate, measured.origin) if follows and rules.get("colour_shift") is not None else None
        )
        measured.cuts = [] if follows and rules.get("cuts") is not None else None
        self._graph = Graph()
        chain = [self._graph.add_buffer(template=stream)]
        if stream.width > WIDTH:
            chain.append(self._graph.add("scale", f"w={WIDTH}:h=-2:flags=fast_bilinear"))
        chain += [
            self._graph.add("blackdetect", f"d=0.01:pix_th={level}:pic_th=0.98"),
            *([] if measured.cuts is None else [self._graph.add("scdet", f"t={CUT}")]),
            self._graph.add("buffersink"),
        ]
        self._graph.link_nodes(*chain).configure()

    def skips(self, packet: Any) -> bool:
        """Report whether a packet is no key frame, or stands too near to the last one, where that is enough."""
        if not self._every or not packet.size:
            return False
        if not packet.is_keyframe:
            return True
        at = float(packet.pts * packet.time_base) if packet.pts is not None and packet.time_base else None
        if at is None or self._next is None or at >= self._next:
            self._next = None if at is None else at + self._every
            return False
        return True

    def weight(self, frame: Any) -> float:
        """Return the work of decoding and measuring a picture."""
        return PICTURE + self._pixel * float(frame.width * frame.height)

    def see(self, frame: Any) -> None:
        """Take a picture."""
        measured = self._measured
        measured.frames += 1
        if measured.frames == 1:
            measured.first_picture = frame.time
            measured.first_blank = is_blank(frame)
        self._last = frame.time or self._last
        if frame.is_corrupt:
            measured.concealed.append(round((frame.time or 0.0) - measured.origin, 3))
        self._graph.push(frame)
        self._pull()

    def finish(self) -> None:
        """Close the spans that are open."""
        self._graph.push(None)
        self._pull()
        end = self._end()
        self._measured.black.finish(end)
        self._stillness.finish(end)
        if self._shift:
            self._measured.colour_shift = self._shift.found

    def _end(self) -> float:
        """Return when the last picture ends: its packet may state more than the edit list of the film leaves of it."""
        stream, end = self._stream, self._measured.last_picture
        if stream.duration and stream.time_base:
            stated = float((stream.duration + (stream.start_time or 0)) * stream.time_base)
            return stated if self._last < stated < end else end
        return end

    def _pull(self) -> None:
        for frame in _ready(self._graph):
            self._measured.black.see(frame.metadata)
            self._stillness.see(frame)
            if self._shift:
                self._shift.see(frame)
            if self._measured.cuts is not None and "lavfi.scd.time" in frame.metadata:
                at = float(frame.metadata["lavfi.scd.time"])
                self._measured.cuts.append(round(at - self._measured.origin, 3))


class Ear:
    """Listens to the sound.

    Args:
        stream: The stream of PyAV.
        rules: All rules.
        measured: Takes what is found.
    """

    def __init__(self, stream: Any, rules: RuleSet, measured: Measured) -> None:
        self._measured, self._stream = measured, stream
        level = float(rules.get("quality", "silence_level") or -50)
        self._true_peak = rules.get("true_peak") is not None
        self._graph: Any = None
        self._uniform, self._levels = Uniform(), Levels(measured.silent, level)
        self._phases = self._phased = 0.0
        self._last: Any = None

    def skips(self, packet: Any) -> bool:  # noqa: ARG002
        """Report that all packets of a sound are decoded."""
        return False

    def weight(self, frame: Any) -> float:
        """Return the work of decoding and measuring a frame of sound."""
        samples = float(frame.samples * frame.layout.nb_channels)
        return HEARD_FRAME + SOUND_FRAME + (HEARD_SAMPLE + SOUND_SAMPLE) * samples

    def see(self, frame: Any) -> None:
        """Take a frame of sound."""
        if not self._measured.samples:
            self._measured.first_sound = frame.time
        for part in self._uniform.frames(frame):
            self._measured.samples += part.samples
            self._levels.see(part)
            if self._graph is None:
                self._graph = self._build(part)
            self._graph.push(part)
            self._pull()
            self._last = part

    def _build(self, frame: Any) -> Any:
        """Make the filters for the format of the decoded frames, which headers state wrongly at times."""
        from av.filter import Graph

        peak = ":peak=true" if self._true_peak else ""  # costs four times the samples
        graph = Graph()
        chain = [
            graph.add_abuffer(
                sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name,
                time_base=frame.time_base or self._stream.time_base,
            ),
            graph.add("ebur128", f"metadata=1:framelog=quiet{peak}"),  # makes frames of its own, without marks
            *([graph.add("aphasemeter", "video=0")] if frame.layout.nb_channels == 2 else []),
            graph.add("abuffersink"),
        ]  # fmt: skip
        graph.link_nodes(*chain).configure()
        return graph

    def finish(self) -> None:
        """Sum up."""
        if self._graph is not None:
            for part in self._padding():
                self._graph.push(part)
            self._graph.push(None)
            self._pull(padded=True)
        measured = self._measured
        self._levels.finish()
        measured.peak, measured.clipped = self._levels.peak, self._levels.clipped
        measured.dead, measured.channels = self._levels.dead, self._levels.channels
        if self._phased:
            measured.phase = round(self._phases / self._phased, 3)

    def _padding(self) -> Iterator[Any]:
        """Yield silence behind the sound: `ebur128` writes the peaks of a tenth of a second when that is over."""
        import av

        if not self._true_peak or self._last is None:
            return
        last, count = self._last, math.ceil(self._last.sample_rate * _TENTH)
        frame = av.AudioFrame(format=last.format.name, layout=last.layout.name, samples=count)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.time_base = last.sample_rate, last.time_base
        if last.pts is not None and last.time_base:
            frame.pts = last.pts + round(last.samples / last.sample_rate / last.time_base)
        yield frame

    def _pull(self, *, padded: bool = False) -> None:
        """Read the marks of the filters; of silence behind the sound, the peaks alone count."""
        measured = self._measured
        for frame in _ready(self._graph):
            marks = frame.metadata
            peaks = [float(value) for key, value in marks.items() if key.startswith("lavfi.r128.true_peaks_ch")]
            if peaks:  # amplitudes, 1 is full scale
                measured.true_peak = round(20 * math.log10(max(*peaks, 1e-6)), 2)
            if padded:
                continue
            if "lavfi.r128.I" in marks:
                measured.loudness = max(float(marks["lavfi.r128.I"]), -70.0)
                measured.loudness_range = float(marks.get("lavfi.r128.LRA", 0.0))
            phase = marks.get("lavfi.aphasemeter.phase")
            if phase is not None and float(marks.get("lavfi.r128.M", -70)) > -60:
                self._phases += float(phase)
                self._phased += 1


def _ready(graph: Any) -> Iterator[Any]:
    import av

    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def is_blank(frame: Any) -> bool:
    """Report whether a frame is of one colour."""
    image = frame.to_image(width=64, height=36)
    return all(high - low <= 8 for low, high in image.getextrema())
