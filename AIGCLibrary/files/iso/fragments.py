"""Movie fragments (moof): every run must have the samples it announces, and their bytes must be in the file."""

from collections.abc import Collection

from AIGCLibrary.files.iso.boxes import Box, Malformed

_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_SIZE = 0x200
_PER_SAMPLE = (0x100, _SIZE, 0x400, 0x800)
"""Flags of a run: duration, size, flags and composition time of each sample are told, four bytes each."""


def check_fragment(moof: Box, length: int | None, tracks: Collection[int] = ()) -> None:
    """Check the runs of a fragment.

    Args:
        moof: The fragment.
        length: Bytes of the file; None when it has no media, as the first part of several.
        tracks: Ids of the tracks, when they are known.

    Raises:
        Malformed: A run is not what it announces, or its samples reach beyond the file.
    """
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
                _check_run(run, moof, length)


def _check_run(run: Box, moof: Box, length: int | None) -> None:
    flags, count = run.flags, run.u32(4)
    at = 8 + (4 if flags & _DATA_OFFSET else 0) + (4 if flags & _FIRST_FLAGS else 0)
    width = 4 * sum(bool(flags & flag) for flag in _PER_SAMPLE)
    if at + count * width > len(run.data):
        raise Malformed(
            f"'trun' announces {count} samples of {width} bytes, it has {max(len(run.data) - at, 0)} bytes", run.offset
        )
    if length is None or not flags & _SIZE or not flags & _DATA_OFFSET:
        return
    skip = 4 if flags & _PER_SAMPLE[0] else 0
    total = sum(run.u32(at + number * width + skip) for number in range(count))
    begin = moof.offset + int.from_bytes(run.data[8:12], "big", signed=True)
    if moof.offset and begin + total > length:
        raise Malformed(f"the samples of a fragment end at offset {begin + total}, the file at {length}", run.offset)
