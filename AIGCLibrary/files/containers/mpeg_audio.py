"""Walks the frames of MP3 (ISO/IEC 11172-3, 13818-3), and holds them against the Xing, Info or VBRI header."""

from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage

_V1 = {
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_V2 = {
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
LARGEST = 256 << 20
"""Bytes of sound that are walked; nobody orders more."""


def check_mpeg_audio(path: Path) -> Damage | None:
    """Walk the frames; gives what shows that the file was cut.

    Fewer frames than the first one promises are an error; half a frame at the end of a file that promises nothing is
    only told, since every player skips it and cutting programs leave it.
    """
    if not 0 < path.stat().st_size <= LARGEST:
        return None
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return _check(data)


def _check(data: mmap) -> Damage | None:
    start, end = _after_tag(data), _before_tags(data)
    first = at = _first_frame(data, start, end)
    if at is None or first is None:
        return None
    told_frames, told_bytes = _promised(data, at)
    frames = 0
    while at + 4 <= end and (length := frame_length(data, at)):
        if at + length > end:
            break
        at += length
        frames += 1
    if told_frames and told_bytes and told_frames > frames - 1 and told_bytes > end - first:
        return Damage(
            f"The header promises {told_frames} frames in {told_bytes} bytes; there are {frames - 1} in {end - first}",
            at, truncated=True, expected=str(told_frames), actual=str(frames - 1), source="Xing header",
        )  # fmt: skip
    left = end - at
    if left >= 4 and (length := frame_length(data, at)) and length > left:
        return Damage(
            f"The last frame has {left} of its {length} bytes", at,
            truncated=True, expected=str(length), actual=str(left), source="ISO/IEC 11172-3", serious=False,
        )  # fmt: skip
    return None


def frame_length(data: mmap, at: int) -> int:
    """Give the length of the frame that begins at an offset; 0 when none does, or it does not tell."""
    if data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = data[at + 1] >> 3 & 3, 4 - (data[at + 1] >> 1 & 3)
    rate_index, frequency_index, pad = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version == 1 or layer == 4 or rate_index in (0, 15) or frequency_index == 3:
        return 0
    rates = _V1[layer] if version == 3 else _V2[1 if layer == 1 else 2]
    rate, frequency = rates[rate_index] * 1000, _RATES[version][frequency_index]
    if layer == 1:
        return (12 * rate // frequency + pad) * 4
    samples = 72 if layer == 3 and version != 3 else 144
    return samples * rate // frequency + pad


def _after_tag(data: mmap) -> int:
    at = 0
    while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[at + 6 : at + 10], (21, 14, 7, 0), strict=True))
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


def _before_tags(data: mmap) -> int:
    """Give where the sound ends: before ID3v1, Lyrics3 and APE tags."""
    end = len(data)
    if data[-128:-125] == b"TAG":
        end -= 128
    for mark in (b"APETAGEX", b"LYRICSBEGIN", b"3DI"):
        at = data.rfind(mark, max(0, end - (1 << 20)), end)
        if at > 0:
            end = at
    return end


def _first_frame(data: mmap, start: int, end: int) -> int | None:
    """Find the first frame that another one follows, as padding may stand behind the tag."""
    at = start
    while (at := data.find(b"\xff", at, min(end - 4, start + (64 << 10)))) >= 0:
        length = frame_length(data, at)
        if length and (at + length + 4 > end or frame_length(data, at + length)):
            return at
        at += 1
    return None


def _promised(data: mmap, at: int) -> tuple[int, int]:
    """Read how many frames and bytes the first frame promises; 0 where it tells nothing."""
    mono, first = data[at + 3] >> 6 == 3, data[at + 1] >> 3 & 3 == 3
    place = at + 4 + ((17 if mono else 32) if first else (9 if mono else 17))
    if data[place : place + 4] in (b"Xing", b"Info"):
        flags, place = data[place + 7], place + 8
        frames = int.from_bytes(data[place : place + 4], "big") if flags & 1 else 0
        place += 4 if flags & 1 else 0
        return frames, int.from_bytes(data[place : place + 4], "big") if flags & 2 else 0
    if data[at + 36 : at + 40] == b"VBRI":
        return int.from_bytes(data[at + 50 : at + 54], "big"), int.from_bytes(data[at + 46 : at + 50], "big")
    return 0, 0
