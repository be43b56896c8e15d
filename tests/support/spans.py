"""Seeded films and sounds with planted spans, what is true of them, and what FFmpeg's own detectors say."""

import math
import random
from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.rules import RuleBook

Span = tuple[float, float]
SIZE = (160, 96)
RATES = ("8", "10", "12", "15", "24000/1001", "24", "25", "30000/1001", "30", "50", "60")
FILMS = (
    ("mp4", "libx264", {"crf": "23", "preset": "veryfast"}),
    ("mp4", "libx264", {"crf": "30", "preset": "veryfast", "g": "12"}),
    ("mp4", "libx264", {"qp": "0", "preset": "ultrafast"}),
    ("mov", "mpeg4", {"b": "2000000"}),
    ("mkv", "ffv1", {}),
    ("webm", "libvpx-vp9", {"cpu-used": "8", "deadline": "realtime", "crf": "25", "b": "0"}),
    ("avi", "mjpeg", {"q": "3"}),
    ("mpegts", "libx264", {"crf": "20", "preset": "veryfast"}),
)
SOUNDS = (
    ("wav", "pcm_s16le"), ("flac", "flac"), ("mp3", "libmp3lame"), ("ipod", "aac"), ("adts", "aac"),
    ("ogg", "flac"), ("opus", "libopus"), ("aiff", "pcm_s16be"),
)  # fmt: skip
SUFFIX = {"mpegts": "ts", "ipod": "m4a", "adts": "aac"}


@dataclass(slots=True)
class Truth:
    """What was planted: spans in seconds from the first picture or sample, and the time between two frames."""

    black: list[Span] = field(default_factory=list)
    frozen: list[Span] = field(default_factory=list)
    silent: list[Span] = field(default_factory=list)
    step: float = 0.0
    length: float = 0.0
    lossy: bool = False


@cache
def _scene(number: int) -> Any:
    from PIL import Image, ImageDraw

    rng = random.Random(number)
    picture = Image.new("RGB", SIZE, tuple(rng.randint(60, 200) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        left, top = rng.randint(-10, SIZE[0]), rng.randint(-10, SIZE[1])
        box = (left, top, left + rng.randint(6, 40), top + rng.randint(6, 40))
        draw.rectangle(box, fill=tuple(rng.randint(0, 255) for _ in range(3)))
    return picture


def film(path: Path, seed: int) -> tuple[Path, Truth]:
    """Write a film of pieces that move, stand still, or are black; times of frames may be uneven."""
    rng = random.Random(f"film {seed}")
    form, codec, options = FILMS[seed % len(FILMS)]
    rate = Fraction(rng.choice(RATES))
    uneven = form in ("mp4", "mkv", "mov") and rng.random() < 0.3
    pieces = _pieces(rng, rate)
    frames = [(kind, number, shown) for kind, count in pieces for number, shown in _shown(rng, kind, count)]
    gaps = [2 + rng.randrange(6) if uneven and rng.random() < 0.06 else 1 for _ in frames]
    times = [sum(gaps[:at]) for at in range(len(frames))]
    target = path / f"film{seed}.{SUFFIX.get(form, form)}"
    _write_film(target, form, codec, options, rate, list(zip(times, frames, strict=True)))
    truth = Truth(step=float(1 / rate), length=float((times[-1] + 1) / rate), lossy=codec != "ffv1")
    ends = [*times[1:], times[-1] + 1]
    keys = [(kind, shown) for kind, _, shown in frames]
    start = 0
    for at in range(1, len(keys) + 1):
        if at == len(keys) or keys[at] != keys[start]:
            span = (float(times[start] / rate), float(ends[at - 1] / rate))
            if keys[start][0] == "black":
                truth.black.append(span)
            elif span[1] - span[0] > 1.5 * truth.step:
                truth.frozen.append(span)
            start = at
    truth.black, truth.frozen = _long(truth.black), _long(truth.frozen)
    return target, truth


def _pieces(rng: random.Random, rate: Fraction) -> list[tuple[str, int]]:
    kinds = ["move", "still", "black", "move", "still", "black", "flash"]
    pieces: list[tuple[str, int]] = []
    for _ in range(rng.randint(1, 9)):
        kind = rng.choice([one for one in kinds if not pieces or one != pieces[-1][0] or one == "still"])
        seconds = rng.choice((0.02, 0.06, 0.1, 0.15, 0.3, 0.6, 1.0, 1.7))
        pieces.append((kind, max(1, round(seconds * rate))))
    if all(kind != "move" for kind, _ in pieces):
        pieces.insert(rng.randrange(len(pieces) + 1), ("move", max(2, round(0.5 * rate))))
    return pieces


def _shown(rng: random.Random, kind: str, count: int) -> list[tuple[int, int]]:
    """Return scene and shift of each frame; a still one has the same all the time, a flash alternates with black."""
    scene = rng.randrange(1000)
    if kind == "still":
        return [(scene, 1000 + scene)] * count
    if kind == "black":
        return [(-1, -1)] * count
    return [(scene, 5000 * (scene + 1) + number) for number in range(count)]


def _write_film(path: Path, form: str, codec: str, options: dict, rate: Fraction, frames: list) -> None:
    import av
    from PIL import Image, ImageChops

    black = Image.new("RGB", SIZE)
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    with av.open(str(path), "w", format={"mkv": "matroska"}.get(form, form)) as container:
        stream = container.add_stream(codec, rate=rate, options={k: v for k, v in options.items() if k not in "bgq"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixels
        stream.codec_context.bit_rate = int(options.get("b", 0)) or (4_000_000 if codec == "mjpeg" else 0)
        if "g" in options:
            stream.codec_context.gop_size = int(options["g"])
        for time, (kind, scene, shown) in frames:
            picture = black
            if kind != "black":
                shift = (shown % 5000) * 7 if kind != "still" else 0
                picture = ImageChops.offset(_scene(scene), shift, shift // 2)
            if kind == "flash" and shown % 2:
                picture = ImageChops.invert(picture)
            frame = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = time, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def sound(path: Path, seed: int) -> tuple[Path, Truth]:
    """Write a sound of tones, noise and silence, the silences from 20 ms on, some of them touching a single click."""
    rng = random.Random(f"sound {seed}")
    form, codec = SOUNDS[seed % len(SOUNDS)]
    rate = 48000 if codec == "libopus" else rng.choice((16000, 22050, 24000, 44100, 48000))
    channels = rng.choice((1, 2))
    samples, silent = _samples(rng, rate)
    target = path / f"sound{seed}.{SUFFIX.get(form, form)}"
    _write_sound(target, form, codec, rate, channels, samples)
    lossy = codec not in ("pcm_s16le", "flac", "pcm_s16be")
    return target, Truth(silent=_long(silent), length=len(samples) / rate, lossy=lossy)


def _samples(rng: random.Random, rate: int) -> tuple[array, list[Span]]:
    samples, silent = array("h"), []
    for _ in range(rng.randint(2, 14)):
        count = round(rng.choice((0.02, 0.055, 0.08, 0.12, 0.2, 0.4, 0.9, 1.5)) * rng.uniform(0.9, 1.1) * rate)
        kind = rng.choice(("tone", "noise", "silence", "silence", "hum"))
        if kind == "silence" and silent and silent[-1][1] == len(samples) / rate:
            kind = "tone"
        at = len(samples)
        if kind == "silence":
            samples.extend([0] * count)
            silent.append((at / rate, (at + count) / rate))
        elif kind == "noise":
            samples.extend(rng.randint(-9000, 9000) for _ in range(count))
        else:  # both begin and end at full height
            pitch, level = (rng.randint(300, 2000), 12000) if kind == "tone" else (rng.randint(90, 200), 6000)
            samples.extend(round(level * math.cos(2 * math.pi * pitch * n / rate)) for n in range(count))
    return samples, silent


def _write_sound(path: Path, form: str, codec: str, rate: int, channels: int, samples: array) -> None:
    import av

    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        if codec in ("libmp3lame", "aac", "libopus"):
            stream.bit_rate = 128_000
        data = samples if channels == 1 else array("h", (value for value in samples for _ in range(2)))
        frame = av.AudioFrame(format="s16", layout=layout, samples=len(samples))
        frame.planes[0].update(data.tobytes())
        frame.rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        fifo = av.AudioFifo()
        fifo.write(frame)
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        while (piece := fifo.read(size, partial=True)) is not None:
            for part in resampler.resample(piece):
                container.mux(stream.encode(part))
        for part in resampler.resample(None):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def peers(path: Path, shortest: float = 0.1) -> Truth:
    """Return the spans that FFmpeg's blackdetect, freezedetect and silencedetect report, from the first frame on."""
    import av

    found = Truth()
    with av.open(str(path)) as container:
        for stream in [*container.streams.video[:1], *container.streams.audio[:1]]:
            container.seek(0)
            picture = stream.type == "video"
            keys = ("black", "freeze") if picture else ("silence",)
            spans = _detected(container, stream, keys, shortest)
            if picture:
                found.black, found.frozen = spans["black"], spans["freeze"]
            else:
                found.silent = spans["silence"]
    return found


def _detected(container: Any, stream: Any, keys: tuple[str, ...], shortest: float) -> dict[str, list[Span]]:
    import av
    from av.filter import Graph

    graph = Graph()
    if stream.type == "video":
        chain = [
            graph.add_buffer(template=stream),
            graph.add("blackdetect", f"d={shortest}:pix_th=0.10:pic_th=0.98"),
            graph.add("freezedetect", f"n=-60dB:d={shortest}"),
            graph.add("buffersink"),
        ]
    else:
        chain = [
            graph.add_abuffer(template=stream),
            graph.add("asetnsamples", f"n={max(1, stream.rate // 1000)}:p=0"),
            graph.add("silencedetect", f"n=-50dB:d={shortest}"),
            graph.add("abuffersink"),
        ]
    graph.link_nodes(*chain).configure()
    marks: dict[str, list[float]] = {f"{key}_{edge}": [] for key in keys for edge in ("start", "end")}
    first = last = None
    for frame in [*container.decode(stream), None]:
        graph.push(frame)
        if frame is not None:
            first = frame.time if first is None else first
            last = frame.time + (frame.samples / frame.sample_rate if hasattr(frame, "samples") else 0)
        while True:
            try:
                seen = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            for name, found in marks.items():
                for key in (f"lavfi.{name}", f"lavfi.freezedetect.{name}"):
                    if key in seen.metadata:
                        found.append(float(seen.metadata[key]))
    end = float(stream.duration * stream.time_base) + (first or 0) if stream.duration else last or 0.0
    result = {}
    for key in keys:
        starts, ends = marks[f"{key}_start"], marks[f"{key}_end"]
        result[key] = [
            (round(start - (first or 0), 4), round(stop - (first or 0), 4))
            for start, stop in zip(starts, [*ends, *[end] * (len(starts) - len(ends))], strict=False)
        ]
    return result


def _long(spans: list[Span], shortest: float = 0.1) -> list[Span]:
    return [(round(start, 4), round(end, 4)) for start, end in spans if end - start >= shortest - 1e-6]


@dataclass(slots=True)
class Compared:
    """Spans that were found beside those of FFmpeg's detectors: how many, and the differences."""

    spans: int = 0
    explained: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)


def differences(path: Path, truth: Truth) -> Compared:
    """Judge a file and compare its spans with those of the detectors, and where these differ with what was planted."""
    picture = bool(truth.step)
    names = ("black", "frozen") if picture else ("silent",)
    quality = dict.fromkeys(names, "< 99 s") | ({"scan": "full"} if picture else {})
    examination = Examination(path.name, RuleBook().get({"quality": quality}))
    judge_file(examination, path)
    theirs, compared = peers(path), Compared()
    if examination.findings:
        compared.unexplained.append(f"rejected: {examination.findings[0].message}")
        return compared
    tolerance = max(truth.step, 0.05) + 0.002
    ending = float(examination.facts["media"].get("duration") or 0)
    for name in names:
        ours = [tuple(span) for span in examination.facts["quality"][f"{name}_spans"]]
        compared.spans += len(ours)
        planted = [(a, ending if abs(b - truth.length) < 1e-3 else b) for a, b in getattr(truth, name)]
        differs = unmatched(ours, getattr(theirs, name), tolerance)
        wrong = unmatched(ours, planted, tolerance)
        compared.explained += [f"{name}: {text}" for text in differs if not wrong]
        compared.unexplained += [f"{name}: {text} (planted {planted}, found {ours})" for text in differs if wrong]
    return compared


def unmatched(ours: list[Span], theirs: list[Span], tolerance: float, shortest: float = 0.1) -> list[str]:
    """Return the spans of one side that the other has not, within a tolerance at both ends; short ones may miss."""
    left = []
    for who, some, others in (("only ours", ours, theirs), ("not ours", theirs, ours)):
        for start, end in some:
            near = any(abs(start - a) <= tolerance and abs(end - b) <= tolerance for a, b in others)
            if not near and end - start >= shortest + tolerance:
                left.append(f"{who} {start:.3f}-{end:.3f}")
    return left
