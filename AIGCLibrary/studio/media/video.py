"""Encodes a real mp4: H.264 picture, AAC sound, the AIGC label among its metadata."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.media.label import KEY, label_value
from AIGCLibrary.studio.media.order import FPS, CancellationToken, Order
from AIGCLibrary.studio.media.picture import Painter
from AIGCLibrary.studio.media.sound import RATE, compose
from AIGCLibrary.studio.misbehaviour import Span

if TYPE_CHECKING:
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL.Image import Image


def encode_video(order: Order, stop: CancellationToken) -> bytes:
    """Make the mp4 of an order.

    The index (moov) stands before the media unless the fault `moov_last` is ordered: room for it is reserved,
    because the muxer's own second pass needs a file on disk.

    Raises:
        Interrupted: The studio stops.
    """
    import av

    count = max(1, round(order.seconds * FPS))
    options = {"movflags": "use_metadata_tags", "brand": "isom"}
    if not order.has(OutputFault.MOOV_LAST):
        options["moov_size"] = str(8192 + count * 16 + int(order.seconds * 48) * 12)
    target = io.BytesIO()
    with av.open(target, "w", format="mp4", options=options) as container:
        _describe(container, order)
        video = _video_stream(container, order)
        audio: AudioStream = container.add_stream("aac", rate=RATE, options={"b": "96k"})
        audio.layout = "mono"
        sound = Sound(audio, compose(order))
        for number, picture in enumerate(_pictures(order, count)):
            stop.check()
            frame: VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
            sound.mux_until(container, (number + 1) / FPS)
        container.mux(video.encode(None))
        sound.finish(container)
    return target.getvalue()


class Sound:
    """Feeds samples to an audio encoder, a frame at a time, in step with the picture."""

    def __init__(self, stream: AudioStream, samples: bytes) -> None:
        self._stream = stream
        self._samples = samples
        self._at = 0
        self._resampler: AudioResampler | None = None

    def mux_until(self, container: OutputContainer, seconds: float) -> None:
        """Encode the samples before a moment."""
        import av

        size = self._stream.codec_context.frame_size or 1024
        if self._resampler is None:
            self._resampler = av.AudioResampler(format=self._stream.codec_context.format.name, layout="mono", rate=RATE)
        end = min(int(seconds * RATE), len(self._samples) // 2)
        while self._at < end:
            count = min(size, len(self._samples) // 2 - self._at)
            frame = av.AudioFrame(format="s16", layout="mono", samples=count)
            frame.planes[0].update(
                self._samples[self._at * 2 : (self._at + count) * 2].ljust(frame.planes[0].buffer_size, b"\0")
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
            for ready in self._resampler.resample(frame):
                container.mux(self._stream.encode(ready))
            self._at += count

    def finish(self, container: OutputContainer) -> None:
        """Encode the rest and close the stream."""
        self.mux_until(container, len(self._samples) / 2 / RATE + 1)
        container.mux(self._stream.encode(None))


def _describe(container: OutputContainer, order: Order) -> None:
    value = label_value(order)
    container.metadata["title"] = order.prompt[:200]
    container.metadata["encoder"] = "AIGC Studio"
    if value is not None:
        container.metadata[KEY] = value


def _video_stream(container: OutputContainer, order: Order) -> VideoStream:
    import av

    name = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    # Fine enough that a frozen picture stays the same across key frames, as freeze detectors expect.
    fast = {"preset": "superfast", "crf": "20"} if name == "libx264" else {}
    stream: VideoStream = container.add_stream(name, rate=FPS, options=fast)  # type: ignore[assignment]
    stream.width, stream.height, stream.pix_fmt = order.width, order.height, "yuv420p"
    stream.codec_context.gop_size = FPS * 2
    return stream


def _pictures(order: Order, count: int):  # type: ignore[no-untyped-def]
    """The pictures of the clip, with the ordered faults in their places."""
    painter = Painter(order)
    frozen: dict[Span, Image] = {}
    whole: tuple[Span, ...] = ((0.0, order.seconds + 1),)
    black = whole if order.has(OutputFault.BLACK) else order.black
    still = whole if order.has(OutputFault.FROZEN) else order.frozen
    for number in range(count):
        moment = number / FPS
        span = _within(moment, still)
        if _within(moment, black) or (number == 0 and order.has(OutputFault.BLANK_FIRST_FRAME)):
            yield painter.black()
        elif span:
            yield frozen.setdefault(span, painter.frame(number / count))
        else:
            yield painter.frame(number / count)


def _within(moment: float, spans: tuple[Span, ...]) -> Span | None:
    return next((s for s in spans if s[0] <= moment + 1e-9 < s[1]), None)
