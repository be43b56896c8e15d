"""Movie fragments (moof): every run must have the samples it announces, their bytes and times must be in the file."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from AIGCLibrary.files.iso.boxes import Box, Malformed, signed

_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_DURATION, _SIZE, _COMPOSITION = 0x100, 0x200, 0x800
_PER_SAMPLE = (_DURATION, _SIZE, 0x400, _COMPOSITION)
"""Flags of a run: duration, size, flags and composition time of each sample are given, four bytes each."""
MOST_KINDS = 1000
"""Different durations of samples that are counted by track; more make a variable rate anyway."""
LEAST_GAP = 0.5
"""Seconds between two fragments of a track from which something is missing; encoders round by less than a frame."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole in the times of a track.

    Args:
        start: Seconds at which the earlier fragment ends.
        end: Seconds at which the next one begins.
        offset: Where that one is in the file.
        numbered: The sequence numbers of the fragments have a hole, too.
    """

    track: int
    start: float
    end: float
    offset: int
    numbered: bool


@dataclass(slots=True)
class Fragments:
    """What the fragments of a file hold together, taken one after the other and forgotten.

    Args:
        scales: Ticks a second by track.
        usual: Duration of a sample in ticks by track, where fragments do not state their own (`trex`).
        ticks: Length of all fragments by track.
        samples: Number of their samples by track.
        durations: How many of them are shown for so many ticks, by track.
        firsts: Ticks after its decoding at which the first sample is shown, by track.
    """

    scales: dict[int, int] = field(default_factory=dict)
    usual: dict[int, int] = field(default_factory=dict)
    ticks: dict[int, int] = field(default_factory=dict)
    samples: dict[int, int] = field(default_factory=dict)
    durations: dict[int, dict[int, int]] = field(default_factory=dict)
    firsts: dict[int, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    _next: dict[int, int] = field(default_factory=dict)
    _sequence: int | None = None

    def add(self, moof: Box) -> None:
        """Take the times of a fragment.

        Raises:
            Malformed: A run is shorter than what it announces.
        """
        jumped = self._jumped(moof)
        for traf in moof.children():
            head = traf.child(b"tfhd") if traf.kind == b"traf" else None
            if head is None:
                continue
            track = head.u32(4)
            start = _decode_time(traf)
            expected = self._next.get(track)
            scale = self.scales.get(track, 0)
            if start is not None and expected is not None and scale and start - expected > LEAST_GAP * scale:
                self.gaps.append(Gap(track, expected / scale, start / scale, moof.offset, jumped))
            count, ticks = self._length(traf, head, track)
            self.samples[track] = self.samples.get(track, 0) + count
            self.ticks[track] = self.ticks.get(track, 0) + ticks
            self._next[track] = (start if start is not None else expected or 0) + ticks

    def _jumped(self, moof: Box) -> bool:
        header = moof.child(b"mfhd")
        number = header.u32(4) if header else None
        before, self._sequence = self._sequence, number
        return number is not None and before is not None and number > before + 1

    def _length(self, traf: Box, head: Box, track: int) -> tuple[int, int]:
        usual = self.usual.get(track, 0)
        if head.flags & 0x8:
            usual = head.u32(8 + (8 if head.flags & 1 else 0) + (4 if head.flags & 2 else 0))
        count = ticks = 0
        kinds = self.durations.setdefault(track, {})
        for run in traf.children():
            if run.kind != b"trun":
                continue
            number = run.u32(4)
            count += number
            if number:
                self.firsts.setdefault(track, _composition(run))
            if not run.flags & _DURATION:
                ticks += number * usual
                kinds[usual] = kinds.get(usual, 0) + number
                continue
            for duration in _durations(run):
                ticks += duration
                if duration in kinds or len(kinds) < MOST_KINDS:
                    kinds[duration] = kinds.get(duration, 0) + 1
        return count, ticks


def _durations(run: Box) -> Iterator[int]:
    at, width = _layout(run)
    run.need(at + run.u32(4) * width)
    return (run.u32(at + number * width) for number in range(run.u32(4)))


def _composition(run: Box) -> int:
    """Return how many ticks after its decoding the first sample of a run is shown."""
    if not run.flags & _COMPOSITION:
        return 0
    at, width = _layout(run)
    run.need(at + width)
    return signed(run.u32(at + width - 4))  # it is the last value of a sample


def _decode_time(traf: Box) -> int | None:
    box = traf.child(b"tfdt")
    if box is None:
        return None
    return box.u64(4) if box.version == 1 else box.u32(4)


def _layout(run: Box) -> tuple[int, int]:
    """Return where the samples of a run begin in it, and the bytes of each."""
    flags = run.flags
    at = 8 + (4 if flags & _DATA_OFFSET else 0) + (4 if flags & _FIRST_FLAGS else 0)
    return at, 4 * sum(bool(flags & flag) for flag in _PER_SAMPLE)


def check_fragment(moof: Box, length: int | None, tracks: Collection[int] = ()) -> tuple[int, int]:
    """Check the runs of a fragment.

    Returns:
        Where the last of its samples ends in the file, which may have no media at all, and where that run stands.

    Args:
        moof: The fragment.
        length: Bytes of the file; None when they are not known.
        tracks: Ids of the tracks, when they are known.

    Raises:
        Malformed: A run is not what it announces.
    """
    furthest = 0, 0
    for traf in moof.children():
        if traf.kind != b"traf":
            continue
        head = traf.child(b"tfhd")
        if head is None:
            raise Malformed("'traf' has no 'tfhd'", traf.offset)
        if tracks and head.u32(4) not in tracks:
            raise Malformed(f"a fragment belongs to track {head.u32(4)}, which does not exist", head.offset)
        if length is not None and head.flags & 1 and head.u64(8) > length:
            raise Malformed(f"a fragment begins at offset {head.u64(8)}, the file ends at {length}", head.offset)
        for run in traf.children():
            if run.kind == b"trun":
                furthest = max(furthest, (_check_run(run, moof), run.offset))
    return furthest


def _check_run(run: Box, moof: Box) -> int:
    """Return where the samples of a run end; 0 when it does not state it."""
    flags, count = run.flags, run.u32(4)
    at, width = _layout(run)
    if at + count * width > len(run.data):
        raise Malformed(
            f"'trun' announces {count} samples of {width} bytes, it has {max(len(run.data) - at, 0)} bytes", run.offset
        )
    if not flags & _SIZE or not flags & _DATA_OFFSET or not moof.offset:
        return 0
    skip = 4 if flags & _DURATION else 0
    total = sum(run.u32(at + number * width + skip) for number in range(count))
    return moof.offset + int.from_bytes(run.data[8:12], "big", signed=True) + total
