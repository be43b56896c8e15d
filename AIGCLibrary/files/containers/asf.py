"""Walks the data packets of ASF, WMV and WMA (ASF 1.2, 3 and 5): every piece follows the last one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from mmap import mmap

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.work import STEP

Tick = Callable[[float], None]
_SPEC = "ASF 1.2, 5.2"
_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_OBJECT, _DATA_HEAD = 24, 50
"""Bytes of the head of an object, and of that of the data."""
_LENGTHS = (0, 1, 2, 4)
"""Bytes of a number, by its two bits."""


class _WrongError(ValueError):
    """A packet is not built as the standard says."""


@dataclass(slots=True)
class _Head:
    """What the header states: bytes of a packet, numbers of the streams, where packets begin, how many there are."""

    size: int = 0
    streams: set[int] = field(default_factory=set)
    start: int = 0
    count: int = 0


def check_asf(data: mmap, tick: Tick = lambda _units: None) -> Damage | None:
    """Report the first packet that is not built as the standard says, or leaves out a piece of what it carries.

    Args:
        data: The file.
        tick: Called with the work of each packet.
    """
    head = _read_head(data, tick)
    if not head.size or not head.start:
        return None
    whole = min(head.count or (len(data) - head.start) // head.size, (len(data) - head.start) // head.size)
    pieces = _Pieces(head.streams)
    for number in range(whole):
        at = head.start + number * head.size
        tick(2 * STEP)
        try:
            _walk(data[at : at + head.size], pieces, tick)
        except (_WrongError, IndexError) as error:
            why = str(error) if isinstance(error, _WrongError) else "its pieces are longer than the packet"
            return Damage(f"Data packet {number + 1} of {whole} is damaged: {why}", at, source=_SPEC)
    return _behind(data, head, tick)


def _behind(data: mmap, head: _Head, tick: Tick) -> Damage | None:
    """Follow the objects behind the data, as indexes; what is none ends the walk, as does a live stream."""
    at = head.start - _DATA_HEAD
    while at + _OBJECT <= len(data) and (size := int.from_bytes(data[at + 16 : at + 24], "little")) >= _OBJECT:
        tick(STEP)
        if at + size > len(data) and at >= head.start:
            left = len(data) - at
            return Damage(
                f"An object behind the data has {size} bytes, {left} are left", at,
                truncated=True, expected=str(size), actual=str(left), source="ASF 1.2, 6",
            )  # fmt: skip
        at += size
    return None


def _read_head(data: mmap, tick: Tick) -> _Head:
    head = _Head()
    end = int.from_bytes(data[16:24], "little")
    at = data.find(_FILE, 30, end)
    if at >= 0:
        least, most = (int.from_bytes(data[at + off : at + off + 4], "little") for off in (92, 96))
        head.size = least if least == most else 0
    at = data.find(_STREAM, 30, end)
    while at >= 0:  # some stand within other objects
        tick(STEP)
        head.streams |= {byte & 0x7F for byte in data[at + 72 : at + 73]}
        at = data.find(_STREAM, at + 16, end)
    if data[end : end + 16] == _DATA:
        head.start = end + 50
        head.count = int.from_bytes(data[end + 40 : end + 48], "little")
    return head


class _Pieces:
    """Follows the media objects of each stream, which come in pieces.

    Args:
        streams: Numbers of the streams that the header declares.
    """

    def __init__(self, streams: set[int]) -> None:
        self._streams = streams
        self._open: dict[int, tuple[int, int, int]] = {}

    def see(self, stream: int, number: int, offset: int, size: int, length: int) -> None:
        """Take a piece: its object, where it lies in it, the size of the object where that is stated, its length."""
        if self._streams and stream not in self._streams:
            raise _WrongError(f"stream {stream} is not declared")
        if not size:  # no size and time are stated, or it is a row of small objects
            return
        if offset + length > size:
            raise _WrongError(f"a piece of {length} bytes at {offset} lies outside of its object of {size} bytes")
        before = self._open.get(stream)
        if before is not None:
            last, had, all_of_it = before
            if offset and (number != last or offset != had):
                raise _WrongError("a piece does not follow the one before it")
            if not offset and had < all_of_it:
                raise _WrongError(f"{all_of_it - had} bytes of the object before it are missing")
        self._open[stream] = (number, offset + length, size)


class _Cursor:
    """Reads numbers of a packet one after another."""

    def __init__(self, packet: bytes) -> None:
        self._packet, self.at = packet, 0

    def number(self, count: int) -> int:
        """Return the next number of so many bytes."""
        self.at += count
        if self.at > len(self._packet):
            raise _WrongError("its pieces are longer than the packet")
        return int.from_bytes(self._packet[self.at - count : self.at], "little")


def _walk(packet: bytes, pieces: _Pieces, tick: Tick) -> None:
    """Walk the payloads of a packet."""
    read = _Cursor(packet)
    if packet[0] & 0x80:
        read.number(1 + (packet[0] & 0x0F))
    flags, kinds = read.number(1), read.number(1)
    if flags & 0x80 or kinds >> 6 != 1:
        raise _WrongError("it does not begin as a packet")
    length = read.number(_LENGTHS[flags >> 5 & 3])
    read.number(_LENGTHS[flags >> 1 & 3])
    padding = read.number(_LENGTHS[flags >> 3 & 3])
    read.number(6)  # send time and duration
    end = (length or len(packet)) - padding
    if not read.at <= end <= len(packet):
        raise _WrongError(f"it states {length} bytes and {padding} of padding, and has {len(packet)}")
    several = read.number(1) if flags & 1 else 0
    for _ in range(several & 0x3F if flags & 1 else 1):
        tick(STEP)
        stream = read.number(1) & 0x7F
        number = read.number(_LENGTHS[kinds >> 4 & 3])
        offset = read.number(_LENGTHS[kinds >> 2 & 3])
        replicated = read.number(_LENGTHS[kinds & 3])
        size = read.number(4) if replicated >= 8 else 0
        read.number(replicated - 4 if replicated >= 8 else replicated)
        bytes_of = read.number(_LENGTHS[several >> 6]) if flags & 1 else end - read.at
        read.at += bytes_of
        if read.at > end:
            raise _WrongError("its pieces are longer than the packet")
        pieces.see(stream, number, offset, size, bytes_of)
