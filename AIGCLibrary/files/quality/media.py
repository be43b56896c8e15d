"""Looks at a video and listens to its sound in one pass: black, frozen, silent, clipped, loudness, lengths.

The detectors are FFmpeg's (blackdetect, freezedetect, silencedetect, ebur128, astats), run in process by PyAV; what
they find is told by frame metadata, which PyAV has since 18.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.quality.spans import Spans, without
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.rules.vocabulary import QUALITY_WORDS

FULL_PIXELS = 2_000_000_000
"""Pixels up to which `scan: auto` decodes every frame (32 s of 1080p at 30 fps); beyond, keyframes only."""
SHORTEST = 0.1
ALIKE = 0.3
"""Mean difference (of 255 levels) up to which two keyframes count as the same picture."""
WIDTH = 320
"""Pictures are judged at this width: enough for black and frozen, and much cheaper."""


@dataclass(slots=True)
class Measured:
    """What one pass found.

    Args:
        scan: `full` or `keyframes`.
        first_blank: The first frame is of one colour.
    """

    scan: str
    black: Spans
    frozen: Spans
    silent: Spans
    frames: int = 0
    first_blank: bool = False
    last_picture: float = 0.0
    last_sound: float = 0.0
    loudness: float | None = None
    peak: float | None = None
    clipped: float | None = None
    samples: int = 0


def judge_media(examination: Examination, path: Path) -> None:
    """Measure a media file and hold the section `quality` of the rules against it."""
    import av

    try:
        measured = measure(examination, path)
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        examination.report("media.decode", f"The media cannot be decoded: {reason}.")
        return
    _tell(examination, measured)
    rules = examination.rules.section("quality")
    examination.extend(list(judge(rules, examination.facts, QUALITY_WORDS, partial=True, prefix="quality.")))
    if rules.get("blank_first_frame") is False and measured.first_blank:
        examination.report(
            "quality.blank_first_frame", "The first frame is blank.", FindingKind.QUALITY, expected="a picture",
            actual="one colour", place="0.00 s",
        )  # fmt: skip


def measure(examination: Examination, path: Path) -> Measured:  # noqa: C901 - one pass for both senses
    """Decode a media file once and measure it.

    Raises:
        av.error.FFmpegError: It cannot be opened.
    """
    import av

    rules = examination.rules.section("quality")
    shortest = float(rules.get("shortest") or SHORTEST)
    with av.open(str(path), metadata_errors="replace") as container:
        video = next((s for s in container.streams.video if s.codec_context and not _is_cover(s)), None)
        audio = next((s for s in container.streams.audio if s.codec_context), None)
        measured = Measured(
            _scan(examination, video),
            Spans("lavfi.black_start", "lavfi.black_end", shortest),
            Spans("lavfi.freezedetect.freeze_start", "lavfi.freezedetect.freeze_end", shortest),
            Spans("lavfi.silence_start", "lavfi.silence_end", shortest),
        )
        eye = _Eye(video, rules, measured) if video is not None else None
        ear = _Ear(audio, rules, measured) if audio is not None else None
        streams = [stream for stream in (video, audio) if stream is not None]
        bad = 0
        for number, packet in enumerate(container.demux(streams)):
            if number % 100 == 0:
                examination.stop.check()
            if packet.pts is not None and packet.time_base:
                end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                if packet.stream is video:
                    measured.last_picture = max(measured.last_picture, end)
                else:
                    measured.last_sound = max(measured.last_sound, end)
            sense = eye if packet.stream is video else ear
            try:
                for frame in packet.decode():
                    if sense is not None:
                        sense.see(frame)
            except av.error.FFmpegError:
                bad += 1
        for sense in (eye, ear):
            if sense is not None:
                sense.finish()
    if bad:
        examination.report("media.packets", f"{bad} packets cannot be decoded.", expected="0", actual=str(bad))
    elif video is not None and not measured.frames:
        examination.report("media.packets", "No frame of the picture can be decoded.")
    return measured


class _Eye:
    """Watches the picture."""

    def __init__(self, stream: Any, rules: Any, measured: Measured) -> None:
        from av.filter import Graph

        self._measured, self._stream = measured, stream
        self._before: tuple[float, bytes] | None = None
        stream.thread_type = "AUTO"
        if measured.scan == "keyframes":
            stream.codec_context.skip_frame = "NONKEY"
        level = float(rules.get("black_level") or 0.10)
        self._graph = Graph()
        source = self._graph.add_buffer(template=stream)
        chain = [source]
        if stream.width > WIDTH:
            chain.append(self._graph.add("scale", f"w={WIDTH}:h=-2:flags=fast_bilinear"))
        chain += [
            self._graph.add("blackdetect", f"d=0.01:pix_th={level}:pic_th=0.98"),
            # The frames between keyframes are not seen: this filter would take every gap for a freeze.
            *([self._graph.add("freezedetect", "n=-60dB:d=0.1")] if measured.scan == "full" else []),
            self._graph.add("buffersink"),
        ]
        self._graph.link_nodes(*chain).configure()

    def see(self, frame: Any) -> None:
        measured = self._measured
        measured.frames += 1
        if measured.frames == 1:
            measured.first_blank = is_blank(frame)
        if measured.scan == "keyframes":
            self._compare(frame)
        self._graph.push(frame)
        self._pull()

    def _compare(self, frame: Any) -> None:
        """Take the time between two keyframes that look alike for frozen."""
        picture = frame.to_image(width=64, height=36).convert("L").tobytes()
        before, self._before = self._before, (frame.time or 0.0, picture)
        if before is None:
            return
        difference = sum(abs(a - b) for a, b in zip(before[1], picture, strict=True)) / len(picture)
        if difference <= ALIKE:
            self._measured.frozen.join(before[0], frame.time or 0.0)

    def finish(self) -> None:
        self._graph.push(None)
        self._pull()
        measured = self._measured
        measured.black.finish(measured.last_picture)
        measured.frozen.finish(measured.last_picture)

    def _pull(self) -> None:
        for frame in _ready(self._graph):
            self._measured.black.see(frame.metadata)
            self._measured.frozen.see(frame.metadata)


class _Ear:
    """Listens to the sound."""

    def __init__(self, stream: Any, rules: Any, measured: Measured) -> None:
        from av.filter import Graph

        self._measured = measured
        level = float(rules.get("silence_level") or -50)
        self._graph = Graph()
        source = self._graph.add_abuffer(template=stream)
        chain = [
            source,
            self._graph.add("ebur128", "metadata=1:framelog=quiet"),  # cuts the sound anew, without earlier marks
            self._graph.add("silencedetect", f"n={level}dB:d=0.05"),
            self._graph.add("abuffersink"),
        ]
        self._graph.link_nodes(*chain).configure()
        self._levels = _Levels()

    def see(self, frame: Any) -> None:
        measured = self._measured
        measured.samples += frame.samples
        self._levels.see(frame)
        self._graph.push(frame)
        self._pull()

    def finish(self) -> None:
        self._graph.push(None)
        self._pull()
        measured = self._measured
        measured.silent.finish(measured.last_sound)
        measured.peak, measured.clipped = self._levels.verdict()

    def _pull(self) -> None:
        for frame in _ready(self._graph):
            marks = frame.metadata
            self._measured.silent.see(marks)
            if "lavfi.r128.I" in marks:
                loudness = float(marks["lavfi.r128.I"])
                self._measured.loudness = loudness if loudness > -70 else -70.0


class _Levels:
    """Peak and clipping of the samples."""

    def __init__(self) -> None:
        self._peak = 0
        self._full = self._count = 0
        self._resampler: Any = None

    def see(self, frame: Any) -> None:
        import av

        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16", layout=frame.layout, rate=frame.sample_rate)
        for part in self._resampler.resample(frame):
            data = memoryview(bytes(part.planes[0])[: part.samples * 2 * part.layout.nb_channels]).cast("h")
            if not len(data):
                continue
            high, low = max(data), min(data)
            self._peak = max(self._peak, high, -low)
            self._count += len(data)
            if high >= 32767 or low <= -32768:
                self._full += _clipped_runs(data)

    def verdict(self) -> tuple[float | None, float | None]:
        import math

        if not self._count:
            return None, None
        peak = 20 * math.log10(self._peak / 32768) if self._peak else -120.0
        return round(peak, 2), self._full / self._count


def _clipped_runs(data: memoryview) -> int:
    """Count the samples at full scale that stand in runs of three or more: a single one is no clipping."""
    clipped = run = 0
    for value in data:
        if value >= 32767 or value <= -32768:
            run += 1
        else:
            clipped += run if run >= 3 else 0
            run = 0
    return clipped + (run if run >= 3 else 0)


def _ready(graph: Any) -> Iterator[Any]:
    import av

    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def is_blank(frame: Any) -> bool:
    """Say whether a frame is of one colour."""
    image = frame.to_image(width=64, height=36)
    return all(high - low <= 8 for low, high in image.getextrema())


def _is_cover(stream: Any) -> bool:
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _scan(examination: Examination, video: Any) -> str:
    wanted = examination.rules.get("quality", "scan") or "auto"
    if wanted != "auto" or video is None:
        return "full" if wanted == "auto" else str(wanted)
    media = examination.facts.get("media", {})
    frames = media.get("frames") or video.frames or float(media.get("duration") or 0) * float(video.average_rate or 25)
    return "full" if frames * video.width * video.height <= FULL_PIXELS else "keyframes"


def _tell(examination: Examination, measured: Measured) -> None:
    shortest = measured.frozen.shortest
    frozen = without(measured.frozen.found, measured.black.found, shortest)
    facts: dict[str, Any] = {}
    if measured.frames:
        facts |= {
            "scan": measured.scan,
            "black": measured.black.total,
            "black_spans": measured.black.found,
            "frozen": max((round(end - start, 4) for start, end in frozen), default=0.0),
            "frozen_spans": frozen,
        }
    if measured.samples:
        facts |= {
            "silent": measured.silent.longest,
            "silent_spans": measured.silent.found,
            "clipped": round(measured.clipped or 0.0, 6),
        }
        examination.section("sound").update(loudness=measured.loudness, peak=measured.peak)
    if measured.frames and measured.samples:
        facts["length_gap"] = round(abs(measured.last_picture - measured.last_sound), 4)
    examination.section("quality").update(facts)
