"""The tables of a track: sizes of its samples, and the chunks that hold them (ISO/IEC 14496-12, 8.7)."""

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from AIGCLibrary.files.iso.boxes import Box, Malformed


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of the samples.

    Args:
        fixed: Bytes of each, where all have the same.
        count: Number of samples.
        sums: Bytes of all samples before each, where they differ.
        packet: Samples and bytes of a packet, where the size of a sample stands for nothing.
    """

    fixed: int | None
    count: int
    sums: "array[int]"
    packet: tuple[int, int] = (1, 1)

    def __len__(self) -> int:
        return self.count

    def total(self, start: int, end: int) -> int:
        """Bytes of the samples from start to end."""
        if self.fixed is None:
            return self.sums[end] - self.sums[start]
        samples, size = self.packet if self.fixed == 1 else (1, self.fixed)
        return (end - start) // samples * size


def read_sizes(stbl: Box) -> Sizes:
    """Read the sizes of the samples (`stsz`, `stz2`)."""
    box = stbl.child(b"stsz")
    if box is None:
        if (compact := stbl.child(b"stz2")) is None:
            return Sizes(0, 0, array("Q"))
        return _compact_sizes(compact)
    fixed, count = box.u32(4), box.u32(8)
    if fixed and count > 1 and len(box.data) == 12 + 4 * count:
        raise Malformed(f"'stsz' states that all samples have {fixed} bytes, and has a size for each", box.offset)
    if fixed:
        return Sizes(fixed, count, array("Q"))
    return _summed(_numbers(box, 12, count, "I"))


def _compact_sizes(box: Box) -> Sizes:
    bits, count = box.u32(4) & 0xFF, box.u32(8)
    if bits == 4:
        box.need(12 + (count + 1) // 2)
        nibbles = [n for byte in box.data[12:] for n in (byte >> 4, byte & 15)][:count]
        return _summed(array("I", nibbles))
    if bits not in (8, 16):
        raise Malformed(f"'stz2' has sizes of {bits} bits", box.offset)
    return _summed(_numbers(box, 12, count, "B" if bits == 8 else "H"))


def _summed(sizes: "array[int]") -> Sizes:
    sums, total = array("Q", bytes(8 * (len(sizes) + 1))), 0
    for index, size in enumerate(sizes, 1):
        total += size
        sums[index] = total
    return Sizes(None, len(sizes), sums)


def read_offsets(stbl: Box) -> "array[int]":
    """Read where the chunks begin (`stco`, `co64`)."""
    if (box := stbl.child(b"stco")) is not None:
        return _numbers(box, 8, box.u32(4), "I")
    if (box := stbl.child(b"co64")) is not None:
        return _numbers(box, 8, box.u32(4), "Q")
    return array("I")


def read_table(stbl: Box, kind: bytes, width: int) -> "array[int]":
    """Read a table of rows of so many 32-bit numbers; empty where there is none."""
    box = stbl.child(kind)
    return array("I") if box is None else _numbers(box, 8, box.u32(4) * width, "I")


def _numbers(box: Box, at: int, count: int, code: str) -> "array[int]":
    numbers: array[int] = array(code)
    box.need(at + count * numbers.itemsize)
    numbers.frombytes(box.data[at : at + count * numbers.itemsize])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def chunks_of(runs: "array[int]", chunks: int, stbl: Box) -> Iterator[tuple[int, int]]:
    """Return every chunk with its number of samples.

    Raises:
        Malformed: The runs are out of order.
    """
    firsts = [*runs[0::3], chunks + 1]
    for index, per_chunk in enumerate(runs[1::3]):
        first, after = firsts[index], firsts[index + 1]
        if first < 1 or (index == 0 and first != 1) or after < first:
            raise Malformed(f"chunk runs out of order: {first}, then {after}, of {chunks}", stbl.offset)
        for chunk in range(first - 1, min(after - 1, chunks)):
            yield chunk, per_chunk
