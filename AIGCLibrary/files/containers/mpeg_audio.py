"""Walks the frames of MP3 (ISO/IEC 11172-3, 13818-3), and holds them against the Xing, Info or VBRI header."""

from collections.abc import Callable
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.containers.end_tags import TAG, before_tags
from AIGCLibrary.files.work import STEP

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
_MOST_FREE = 8192
"""Bytes a frame of free format may have; 640 kbit/s at 32 kHz take 2,880."""
LARGEST = 256 << 20
"""Bytes of sound that are walked; nobody orders more."""


@dataclass(slots=True)
class Piece:
    """Frames behind one header.

    Args:
        start: Offset of its first frame.
        told_frames: Frames that its header promises; 0 without one.
        told_bytes: Bytes that its header promises; 0 without one.
        frames: Frames that are there, without the header.
    """

    start: int
    told_frames: int = 0
    told_bytes: int = 0
    frames: int = 0


@dataclass(slots=True)
class MpegWalk:
    """What the frames of a file say.

    Args:
        end: Where the sound ends, before the tags.
        stopped: Offset at which no further frame was found.
        seconds: Time the frames are played.
        covered: Bytes in frames.
        pieces: One for each header; several in a file that was joined from others.
        tags: Start and end of what stands between frames.
        rates: Sample rates, in Hz.
        damage: What shows that it was cut.
        free_format: Its frames do not state their length, so that most decoders do not know them.
    """

    end: int
    stopped: int = 0
    seconds: float = 0.0
    covered: int = 0
    pieces: list[Piece] = field(default_factory=list)
    tags: list[tuple[int, int]] = field(default_factory=list)
    rates: set[int] = field(default_factory=set)
    damage: Damage | None = None
    free_format: bool = False

    @property
    def joined(self) -> int:
        """How many files it was joined from, as far as headers and tags between the frames show."""
        return max(len(self.pieces), 1 + len(self.tags))

    @property
    def promised(self) -> float | None:
        """Seconds that the first header promises; None without a header."""
        first, all_frames = self.pieces[0], sum(piece.frames for piece in self.pieces) + len(self.pieces) - 1
        return self.seconds * first.told_frames / all_frames if first.told_frames and all_frames else None

    @property
    def whole(self) -> bool:
        """The frames are nearly all there is, so that their time is the length of the file."""
        skipped = sum(end - start for start, end in self.tags)
        return self.covered >= 0.98 * (self.end - self.pieces[0].start - skipped)


def walk_mpeg_audio(path: Path, tick: Callable[[float], None] = lambda _units: None) -> MpegWalk | None:
    """Walk all frames of a file, over tags between them as well; None when it holds none, or is too big."""
    if not 0 < path.stat().st_size <= LARGEST:
        return None
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        first = _first_frame(data, start := _after_tag(data, 0, tick), end := before_tags(data, tick))
        if first is not None:
            return _walk(data, first, end, tick)
        free = _free_length(data, start, end)
        return _walk(data, start, end, tick, free) if free else None


def _walk(data: mmap, first: int, end: int, tick: Callable[[float], None], free: int = 0) -> MpegWalk:
    """Walk from the first frame; `free` is the length of frames that do not state it, without padding."""
    walk = MpegWalk(end=end, free_format=free > 0)
    at = first
    while at + 4 <= end:
        tick(3 * STEP)
        length = frame_length(data, at) or (free and _is_free(data, at) and free + _padding(data, at))
        if length and at + length <= end:
            _take(walk, data, at, length)
            at += length
            continue
        behind = _after_tag(data, at, tick)
        follows = _first_frame(data, behind, end) if behind > at else None
        if follows is None:
            break
        walk.tags.append((at, follows))
        at = follows
    walk.stopped = at
    walk.damage = _cut(walk, data)
    return walk


def _take(walk: MpegWalk, data: mmap, at: int, length: int) -> None:
    """Count a frame; one with a header instead of sound begins a piece, and all but the first are played as silence."""
    frames, size = _promised(data, at)
    header = bool(frames or size)
    if header or not walk.pieces:
        walk.pieces.append(Piece(at, frames, size))
    if header and len(walk.pieces) == 1:
        walk.covered += length
        return
    samples, rate = _samples_and_rate(data, at)
    walk.pieces[-1].frames += not header
    walk.covered += length
    walk.seconds += samples / rate
    walk.rates.add(rate)


def _cut(walk: MpegWalk, data: mmap) -> Damage | None:
    """Return what shows that the file, or a piece of it, was cut.

    Fewer frames than a header promises are an error; half a frame at the end of a file that promises nothing is only
    reported, since every player skips it and cutting programs leave it.
    """
    ends = [piece.start for piece in walk.pieces[1:]] + [walk.end]
    for piece, end in zip(walk.pieces, ends, strict=True):
        held = end - piece.start
        if piece.told_frames and piece.told_bytes > held and piece.told_frames > piece.frames:
            return Damage(
                f"The header promises {piece.told_frames} frames in {piece.told_bytes} bytes; "
                f"there are {piece.frames} in {held}",
                min(end, walk.stopped), truncated=True, expected=str(piece.told_frames), actual=str(piece.frames),
                source="Xing header",
            )  # fmt: skip
    if walk.free_format and not walk.whole:
        message = f"There is no frame at offset {walk.stopped}, {walk.end - walk.stopped} bytes before the end"
        return Damage(message, walk.stopped, source="ISO/IEC 11172-3")
    left = walk.end - walk.stopped
    if left >= 4 and (length := frame_length(data, walk.stopped)) and length > left:
        return Damage(
            f"The last frame has {left} of its {length} bytes", walk.stopped,
            truncated=True, expected=str(length), actual=str(left), source="ISO/IEC 11172-3", serious=False,
        )  # fmt: skip
    return None


def _samples_and_rate(data: mmap, at: int) -> tuple[int, int]:
    """Return how many samples a frame holds, and how many are played a second."""
    version, layer = data[at + 1] >> 3 & 3, 4 - (data[at + 1] >> 1 & 3)
    samples = 384 if layer == 1 else 576 if layer == 3 and version != 3 else 1152
    return samples, _RATES[version][data[at + 2] >> 2 & 3]


def frame_length(data: mmap, at: int) -> int:
    """Return the length of the frame that begins at an offset; 0 when none does, or it does not state it."""
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


def _is_free(data: mmap, at: int) -> bool:
    """Report whether a frame of free format begins at an offset: its bit rate is that of all, and stated nowhere."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    return head[1] & 0x18 != 0x08 and head[1] & 0x06 != 0 and head[2] >> 4 == 0 and head[2] >> 2 & 3 != 3


def _padding(data: mmap, at: int) -> int:
    return (data[at + 2] >> 1 & 1) * (4 if data[at + 1] & 0x06 == 0x06 else 1)


def _free_length(data: mmap, at: int, end: int) -> int:
    """Return the length of the frames of free format that begin at an offset; 0 when none do.

    The next frames with the same head, at the same distance, show it.
    """
    if not _is_free(data, at):
        return 0
    head, behind = data[at : at + 2], at + 24
    while (behind := data.find(head, behind, min(end, at + _MOST_FREE))) >= 0:
        length = behind - at - _padding(data, at)
        further = behind + length + (_padding(data, behind) if _is_free(data, behind) else 0)
        if (
            _is_free(data, behind)
            and further + 4 <= end
            and data[further : further + 2] == head
            and _is_free(data, further)
        ):
            return length
        behind += 1
    return 0


def _after_tag(data: mmap, at: int, tick: Callable[[float], None]) -> int:
    """Return where the tags that stand at an offset end: ID3v2, and ID3v1 between two pieces."""
    if at and data[at : at + 3] == b"TAG":
        at += 128
    while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
        tick(TAG)
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[at + 6 : at + 10], (21, 14, 7, 0), strict=True))
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


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
    """Read how many frames and bytes the first frame promises; 0 where it promises nothing."""
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
