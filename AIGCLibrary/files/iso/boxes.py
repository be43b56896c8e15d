"""Boxes of ISO base media files, and what they hold."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

CONTAINERS = frozenset(
    (
        b"moov",
        b"trak",
        b"mdia",
        b"minf",
        b"stbl",
        b"udta",
        b"edts",
        b"mvex",
        b"dinf",
        b"iprp",
        b"ipco",
        b"moof",
        b"traf",
    )
)
"""Boxes that hold nothing but boxes."""


class Malformed(ValueError):  # noqa: N818 - becomes a finding, not an error
    """The structure of a file is broken.

    Args:
        message: What is wrong.
        offset: Where in the file.
        truncated: The file ends too early.
        claimed: Bytes that should be there, where that is what is wrong.
        left: Bytes that are.
    """

    def __init__(
        self,
        message: str,
        offset: int,
        *,
        truncated: bool = False,
        claimed: int | None = None,
        left: int | None = None,
    ) -> None:
        self.offset, self.truncated = offset, truncated
        self.claimed, self.left = claimed, left
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Args:
        kind: Its four letters.
        data: What is in it, without its header.
        offset: Where its header begins in the file.
        header: Length of the header in bytes.
    """

    kind: bytes
    data: memoryview
    offset: int
    header: int

    @property
    def name(self) -> str:
        """Its four letters as text."""
        return show_kind(self.kind)

    @property
    def body(self) -> int:
        """Offset of its content in the file."""
        return self.offset + self.header

    def children(self, skip: int = 0) -> Iterator["Box"]:
        """Return the boxes in it, after `skip` bytes of its own fields."""
        return boxes_in(self.data[skip:], self.body + skip, self.name)

    def child(self, kind: bytes, skip: int = 0) -> "Box | None":
        """Return the first box of a kind in it."""
        return next((box for box in self.children(skip) if box.kind == kind), None)

    def need(self, count: int) -> None:
        """Make sure that it has so many bytes.

        Raises:
            Malformed: It is shorter.
        """
        if len(self.data) < count:
            raise Malformed(f"box '{self.name}' is too short: {len(self.data)} bytes, needs {count}", self.offset)

    def u32(self, at: int) -> int:
        """Read a 32-bit number."""
        self.need(at + 4)
        return int(struct.unpack_from(">I", self.data, at)[0])

    def u64(self, at: int) -> int:
        """Read a 64-bit number."""
        self.need(at + 8)
        return int(struct.unpack_from(">Q", self.data, at)[0])

    def u16(self, at: int) -> int:
        """Read a 16-bit number."""
        self.need(at + 2)
        return int(struct.unpack_from(">H", self.data, at)[0])

    @property
    def version(self) -> int:
        """Version of a full box."""
        self.need(4)
        return int(self.data[0])

    @property
    def flags(self) -> int:
        """Flags of a full box."""
        return self.u32(0) & 0xFFFFFF


def boxes_in(data: memoryview, offset: int, parent: str) -> Iterator[Box]:
    """Return the boxes of a buffer.

    Args:
        data: The buffer.
        offset: Where it begins in the file.
        parent: What it is, for messages.

    Raises:
        Malformed: A box runs past the buffer or is shorter than its own header.
    """
    at = 0
    while at < len(data):
        if len(data) - at < 8:
            if any(data[at:]):
                raise Malformed(f"{len(data) - at} stray bytes at the end of '{parent}'", offset + at)
            return
        size, header = int.from_bytes(data[at : at + 4], "big"), 8
        kind = bytes(data[at + 4 : at + 8])
        if size == 0 and kind == b"\0\0\0\0":
            return  # a zero terminator, as QuickTime writes after udta
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < header or at + size > len(data):
            raise Malformed(
                f"box '{show_kind(kind)}' in '{parent}' claims {size} bytes, {len(data) - at} are left",
                offset + at,
                claimed=size,
                left=len(data) - at,
            )
        yield Box(kind, data[at + header : at + size], offset + at, header)
        at += size


def show_kind(kind: bytes) -> str:
    """Write the letters of a box."""
    return kind.decode("latin-1") if all(32 <= byte < 127 or byte == 0xA9 for byte in kind) else kind.hex()


def is_kind(kind: bytes) -> bool:
    """Report whether four bytes can be the letters of a box."""
    return all(32 <= byte < 127 or byte == 0xA9 for byte in kind)


def signed(value: int) -> int:
    """Return a 32-bit number as signed: offsets of composition may be negative."""
    return value - (1 << 32) if value >> 31 else value
