"""Whole media files from ffmpeg, and ways to damage them, all from a seed."""

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

FILM = ["-f", "lavfi", "-i", "testsrc2=s=192x144:r=25:d=4", "-f", "lavfi", "-i", "sine=f=440:r=48000:d=4"]
PICTURE = ["-f", "lavfi", "-i", "mandelbrot=s=320x240", "-frames:v", "1"]
MOVING = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=1.5"]
SOUND = ["-f", "lavfi", "-i", "aevalsrc='.3*sin(440*2*PI*t)+.1*random(0)':s=44100:d=3"]
H264, H265 = (
    ["-c:v", "libx264", "-g", "25", "-c:a", "aac"],
    ["-c:v", "libx265", "-x265-params", "log-level=1", "-c:a", "aac"],
)
VP9, AV1 = ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-b:v", "300k"], ["-c:v", "libsvtav1", "-preset", "12"]
CLUSTERS = ["-cluster_time_limit", "500"]
WHOLE = {
    "h264.mp4": [*FILM, *H264],
    "h264fast.mp4": [*FILM, *H264, "-movflags", "faststart"],
    "h264frag.mp4": [*FILM, *H264, "-movflags", "frag_keyframe+empty_moov"],
    "h264.mov": [*FILM, *H264],
    "h264.mkv": [*FILM, *H264, *CLUSTERS],
    "h265.mp4": [*FILM, *H265, "-tag:v", "hvc1"],
    "h265.mkv": [*FILM, *H265, *CLUSTERS],
    "vp9.webm": [*FILM, *VP9, "-c:a", "libopus", *CLUSTERS],
    "vp9live.webm": [*FILM, *VP9, "-c:a", "libopus", *CLUSTERS, "-live", "1"],
    "vp9.mp4": [*FILM, *VP9, "-c:a", "aac"],
    "av1.mp4": [*FILM, *AV1, "-c:a", "aac"],
    "av1.webm": [*FILM, *AV1, "-c:a", "libopus", *CLUSTERS],
    "vbr.mp3": [*SOUND, "-q:a", "4"],
    "cbr.mp3": [*SOUND, "-b:a", "128k", "-write_xing", "0"],
    "a.aac": [*SOUND, "-c:a", "aac"],
    "a.m4a": [*SOUND, "-c:a", "aac"],
    "a.flac": [*SOUND],
    "vorbis.ogg": [*SOUND, "-c:a", "libvorbis"],
    "a.opus": [*SOUND, "-c:a", "libopus"],
    "a.wav": [*SOUND],
    "base.jpg": [*PICTURE, "-q:v", "3"],
    "a.png": [*PICTURE],
    "moving.gif": [*MOVING],
    "moving.apng": [*MOVING, "-f", "apng"],
    "a.webp": [*PICTURE],
    "moving.webp": [*MOVING, "-c:v", "libwebp_anim"],
}


def whole(folder: Path) -> dict[str, Path]:
    """Make every whole file that is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    ffmpeg = shutil.which("ffmpeg") or "ffmpeg"
    for name, words in WHOLE.items():
        if not (folder / name).exists():
            subprocess.run([ffmpeg, "-v", "error", "-y", *words, str(folder / name)], check=True, timeout=120)
    _pictures(folder)
    return {path.name: path for path in sorted(folder.iterdir())}


def _pictures(folder: Path) -> None:
    from PIL import Image

    image = Image.open(folder / "a.png").convert("RGB")
    for name, options in {
        "pillow.jpg": {"quality": 90}, "progressive.jpg": {"progressive": True},
        "restart.jpg": {"restart_marker_rows": 2}, "a.avif": {}, "lossless.webp": {"lossless": True}, "a.gif": {},
    }.items():  # fmt: skip
        if not (folder / name).exists():
            image.save(folder / name, **options)


def zeros(data: bytes, rng: random.Random) -> bytes:
    """Zero 64 to 4096 bytes in the middle."""
    at, size = _place(data, rng)
    return data[:at] + bytes(size) + data[at + size :]


def noise(data: bytes, rng: random.Random) -> bytes:
    """Put random bytes in the middle."""
    at, size = _place(data, rng)
    return data[:at] + rng.randbytes(size) + data[at + size :]


def hole(data: bytes, rng: random.Random) -> bytes:
    """Take bytes out of the middle."""
    at, size = _place(data, rng)
    return data[:at] + data[at + size :]


def twice(data: bytes, rng: random.Random) -> bytes:
    """Put bytes in twice, as a resumed download does that asks for the wrong place."""
    at, size = _place(data, rng)
    return data[: at + size] + data[at:]


def cut(data: bytes, rng: random.Random) -> bytes:
    """Cut the end off."""
    return data[: rng.randrange(len(data) // 10, len(data) - 1)]


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Flip one bit each in some bytes of the middle."""
    broken = bytearray(data)
    for _ in range(rng.choice((1, 4, 16))):
        broken[rng.randrange(len(data) // 8, len(data))] ^= 1 << rng.randrange(8)
    return bytes(broken)


def zero_tail(data: bytes, rng: random.Random) -> bytes:
    """Zero all from a place on: a file made in full length whose download stopped."""
    at = rng.randrange(len(data) // 8, len(data) - 1)
    return data[:at] + bytes(len(data) - at)


def ended(data: bytes, rng: random.Random) -> bytes:
    """Cut a JPEG, and put an end mark behind it."""
    return data[: rng.randrange(len(data) // 3, len(data) - 200)] + b"\xff\xd9"


def no_table(data: bytes, rng: random.Random) -> bytes:
    """Take a table (DQT, DHT) out of a JPEG."""
    spots = [at for mark in (b"\xff\xdb", b"\xff\xc4") for at in _all(data[:1500], mark)]
    at = rng.choice(spots)
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def no_cluster(data: bytes, rng: random.Random) -> bytes:
    """Take a cluster out of a Matroska."""
    spots = _all(data, b"\x1f\x43\xb6\x75")
    number = rng.randrange(1, len(spots) - 1)
    return data[: spots[number]] + data[spots[number + 1] :]


def no_fragment(data: bytes, rng: random.Random) -> bytes:
    """Take a fragment out of a film."""
    spots = [at - 4 for at in _all(data, b"moof")]
    number = rng.randrange(1, len(spots) - 1)
    return data[: spots[number]] + data[spots[number + 1] :]


def _all(data: bytes, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


def _place(data: bytes, rng: random.Random) -> tuple[int, int]:
    size = min(rng.choice((64, 256, 512, 1024, 4096)), len(data) // 8)
    return rng.randrange(len(data) // 6, len(data) - size - len(data) // 20), size


Way = Callable[[bytes, random.Random], bytes]
ANY: tuple[Way, ...] = (zeros, noise, hole, twice, cut, flipped, zero_tail)
STRUCTURAL: tuple[Way, ...] = (no_cluster, no_fragment, ended)
"""What must be rejected, whatever a decoder says."""


def ways(name: str) -> tuple[Way, ...]:
    """Return the ways to damage a file."""
    if name.endswith(".jpg"):
        return (*ANY, ended, no_table)
    if name.endswith((".mkv", ".webm")):
        return (*ANY, no_cluster)
    return (*ANY, no_fragment) if "frag" in name else ANY


def damaged(files: dict[str, Path], seed: int, each: int) -> Iterator[tuple[str, Way, int, bytes]]:
    """Yield damaged files: name of the whole one, the way, its number, the bytes."""
    for name, path in files.items():
        data = path.read_bytes()
        for way in ways(name):
            for number in range(each):
                yield name, way, number, way(data, random.Random(f"{seed} {name} {way.__name__} {number}"))
