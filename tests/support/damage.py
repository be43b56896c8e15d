"""Small real files of every format, and ways to damage them; all from a seed, so that a finding can be made again."""

import io
import math
import random
import struct
import tempfile
import wave
import zipfile
from array import array
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

CODECS = {
    "mp4": ("libx264", "aac", {}),
    "fast.mp4": ("libx264", "aac", {"movflags": "faststart"}),
    "fragmented.mp4": ("libx264", "aac", {"movflags": "frag_keyframe+empty_moov"}),
    "mov": ("libx264", "aac", {}),
    "mkv": ("libx264", "aac", {}),
    "webm": ("libvpx", "libopus", {}),
    "live.webm": ("libvpx", "libopus", {"live": "1"}),
    "m4a": (None, "aac", {}),
    "mp3": (None, "libmp3lame", {}),
    "flac": (None, "flac", {}),
    "ogg": (None, "libopus", {}),
}
PICTURES = {
    "png": ("PNG", {}), "jpg": ("JPEG", {}), "progressive.jpg": ("JPEG", {"progressive": True}), "gif": ("GIF", {}),
    "webp": ("WEBP", {}), "lossless.webp": ("WEBP", {"lossless": True}), "avif": ("AVIF", {}),
    "moving.gif": ("GIF", {"moves": True}), "moving.png": ("PNG", {"moves": True}),
    "moving.webp": ("WEBP", {"moves": True}),
}  # fmt: skip


@cache
def samples() -> dict[str, bytes]:
    """Return one small, right file of every format, by its ending."""
    made = {suffix: _encoded(suffix) for suffix in CODECS}
    made |= {suffix: _picture(form, **options) for suffix, (form, options) in PICTURES.items()}
    made["wav"] = _wave()
    made |= {f"{name}.zip": data for name, data in archives().items()}
    made["json"] = b'{"episodes": [{"title": "\\u5267", "scenes": [1, 2.5e3, null, true]}], "n": -0.1}'
    return made


def cuts(data: bytes, rng: random.Random, count: int) -> Iterator[int]:
    """Return lengths to cut a file to: within its first and last bytes, and anywhere."""
    size = len(data)
    yield from (size - 1, size - 2, size - 9, 1, 9)
    for _ in range(count):
        yield rng.randrange(10, size - 1)


def flips(data: bytes, rng: random.Random, count: int) -> Iterator[tuple[int, bytes]]:
    """Return damaged versions: one to eight bytes of the first or last kilobytes changed."""
    for _ in range(count):
        broken = bytearray(data)
        low = 0 if rng.random() < 0.5 else max(0, len(data) - 3000)
        at = low + rng.randrange(min(len(data), 3000))
        for _more in range(rng.choice((1, 1, 1, 2, 8))):
            broken[min(at, len(data) - 1)] = rng.choice((0, 255, rng.randrange(256)))
            at += 1
        yield at, bytes(broken)


class Pipe(io.RawIOBase):
    """A target that cannot be sought in, so that an archive's sizes stand behind its entries."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.data += data
        return len(data)


def archives() -> dict[str, bytes]:
    """Return archives made in all the ways that are right."""
    entries = {
        "frames/": b"",
        "frames/1.bin": random.Random(1).randbytes(3000),
        "剧本.txt": b"text " * 400,
        "empty": b"",
    }
    methods = {"stored": 0, "deflated": 8, "bzip2": 12, "lzma": 14}
    made = {name: packed(entries, method) for name, method in methods.items()}
    made["streamed"] = packed(entries, 8, target=Pipe())
    made["zip64"] = packed(entries, 8, zip64=True)
    made["streamed-zip64"] = packed(entries, 8, target=Pipe(), zip64=True)
    made["comment"] = packed(entries, 8, comment="成片 final".encode())
    made["extra"] = packed(entries, 8, extra=struct.pack("<HH5sHH", 0x5455, 5, b"\1abcd", 0x9999, 0))
    made["none"] = packed({}, 8)
    return made


def packed(entries, method, *, target=None, zip64=False, comment=b"", extra=b"") -> bytes:
    """Write an archive with Python's zipfile."""
    target = target or io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
            info.compress_type, info.extra = method, extra
            with archive.open(info, "w", force_zip64=zip64) as entry:
                entry.write(data)
        archive.comment = comment
    return bytes(target.data) if isinstance(target, Pipe) else target.getvalue()


def _picture(form: str, *, moves: bool = False, **options) -> bytes:
    from PIL import Image

    image = Image.effect_mandelbrot((96, 64), (-2, -1.5, 1, 1.5), 40).convert("RGB")
    if form == "GIF":
        image = image.convert("P")
    if moves:
        options = {**options, "save_all": True, "append_images": [image.rotate(90)], "duration": 100}
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def _wave() -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(_tone(8000, 8000).tobytes())
    return target.getvalue()


def _tone(samples: int, rate: int) -> "array[int]":
    return array("h", (int(9000 * math.sin(2 * math.pi * 440 * i / rate)) for i in range(samples)))


def _encoded(suffix: str) -> bytes:
    """Encode two seconds of moving picture and of tone."""
    import av

    video_codec, audio_codec, options = CODECS[suffix]
    form = {"m4a": "ipod", "mkv": "matroska"}.get(suffix, suffix.rpartition(".")[2])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"  # moving the index to the front needs a file
        with av.open(str(path), "w", format=form, options=options) as container:
            _write(container, video_codec, audio_codec)
        return path.read_bytes()


def _write(container, video_codec, audio_codec) -> None:
    import av
    from PIL import Image

    video = container.add_stream(video_codec, rate=10) if video_codec else None
    audio = container.add_stream(audio_codec, rate=48000)
    audio.layout = "mono"
    if video:
        gradient = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
        video.width, video.height, video.pix_fmt, video.gop_size = 64, 48, "yuv420p", 5
        for number in range(20):
            shade = (number * 12, 100, 255 - number * 12)
            image = Image.blend(gradient, Image.new("RGB", (64, 48), shade), 0.5)
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    tone = _tone(96000, 48000)
    sound = av.AudioFrame(format="s16", layout="mono", samples=len(tone))
    sound.planes[0].update(tone.tobytes().ljust(sound.planes[0].buffer_size, b"\0"))
    sound.sample_rate, sound.pts, sound.time_base = 48000, 0, Fraction(1, 48000)
    size = audio.codec_context.frame_size or 1152
    resampler = av.AudioResampler(audio.codec_context.format.name, "mono", 48000, frame_size=size)
    for part in [*resampler.resample(sound), *resampler.resample(None)]:
        container.mux(audio.encode(part))
    container.mux(audio.encode(None))
