"""Walks Matroska and WebM (RFC 8794 EBML, RFC 9559 Matroska): every element must lie inside its parent."""

from collections.abc import Iterator

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.context import RangeReader

_SEGMENT, _CLUSTER, _TRACKS = 0x18538067, 0x1F43B675, 0x1654AE6B
_TOP = frozenset(
    (0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367, _CLUSTER, 0xEC, 0xBF)
)
"""Elements of a segment: SeekHead, Info, Tracks, Cues, Attachments, Chapters, Tags, Cluster, Void, CRC-32."""
_RFC = "RFC 9559"
_NAMES = {_SEGMENT: "Segment", _CLUSTER: "Cluster", 0x1C53BB6B: "Cues", 0x1254C367: "Tags", 0x1654AE6B: "Tracks"}


def track_kinds(reader: RangeReader) -> set[int] | None:
    """Read the types of the tracks (1 picture, 2 sound, 17 subtitles) where they stand before the media.

    Returns:
        None when that part of the file is not here, or holds no tracks.
    """
    at, end = 0, 1 << 20
    while at < end and reader.known(at, 12):
        head = _head(reader, at)
        if head is None:
            return None
        kind, size, body = head
        if kind == _TRACKS and size is not None and size < 1 << 20 and reader.known(body, size):
            return _types(reader.read(body, size))
        if kind == _CLUSTER or (size is None and kind != _SEGMENT):
            return None
        at = body if kind == _SEGMENT else body + (size or 0)
    return None


def _types(data: bytes) -> set[int]:
    """Return the track types in the entries of a `Tracks` element."""
    found: set[int] = set()
    for kind, start, end in _elements(data, 0, len(data)):
        if kind == 0xAE:
            found |= {data[a] for k, a, b in _elements(data, start, end) if k == 0x83 and b == a + 1}
    return found


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield id, start and end of the elements in a part of a buffer."""
    while at < end:
        head = _parse(data[at : at + 12], at)
        if head is None or head[1] is None or head[2] + head[1] > end:
            return
        kind, size, body = head
        at = body + (size or 0)
        yield kind, body, at


def check_ebml(reader: RangeReader) -> Damage | None:
    """Walk the elements of a file from head to head; gives the first that is broken."""
    length = reader.length or 0
    at = 0
    while at < length:
        head = _head(reader, at)
        if head is None:
            return _stray(at, length) if at else Damage("There is no EBML header", 0, source=_RFC)
        kind, size, body = head
        if kind == _SEGMENT:
            return _segment(reader, at, body, length if size is None else body + size)
        if size is None or body + size > length:
            return _cut(kind, at, size, length - body)
        at = body + size
    return Damage("There is no segment", length, truncated=True, source=_RFC)


def _segment(reader: RangeReader, start: int, at: int, end: int) -> Damage | None:
    length = reader.length or 0
    if end > length:
        return _cut(_SEGMENT, start, end - at, length - at)
    clusters = False
    while at < end:
        head = _head(reader, at)
        if head is None:
            return _stray(at, end)
        kind, size, body = head
        clusters = clusters or kind == _CLUSTER
        if size is None:
            if kind != _CLUSTER:
                return Damage(f"Element {kind:X} does not tell its size", at, source=_RFC)
            found = _cluster(reader, body, end)
            if isinstance(found, Damage):
                return found
            at = found
            continue
        if body + size > end:
            return _cut(kind, at, size, end - body)
        at = body + size
    return (
        None if clusters else Damage("There is no cluster: neither picture nor sound", at, truncated=True, source=_RFC)
    )


def _cluster(reader: RangeReader, at: int, end: int) -> int | Damage:
    """Walk a cluster of unknown size, as live recordings have; gives where it ends."""
    while at < end:
        head = _head(reader, at)
        if head is None:
            return _stray(at, end)
        kind, size, body = head
        if kind in _TOP and kind not in (0xEC, 0xBF):
            return at
        if size is None or body + size > end:
            return _cut(kind, at, size, end - body)
        at = body + size
    return at


def _head(reader: RangeReader, at: int) -> tuple[int, int | None, int] | None:
    """Read id and size of an element: (id, size or None, where its content begins)."""
    return _parse(reader.read(at, 12), at)


def _parse(data: bytes, at: int) -> tuple[int, int | None, int] | None:
    width = 9 - data[0].bit_length() if data and data[0] else 9
    if width > 4 or len(data) <= width:
        return None
    kind = int.from_bytes(data[:width], "big")
    first = data[width]
    more = 9 - first.bit_length() if first else 9
    if more > 8 or len(data) < width + more:
        return None
    size = int.from_bytes(data[width : width + more], "big") & ((1 << 7 * more) - 1)
    return kind, None if size == (1 << 7 * more) - 1 else size, at + width + more


def _cut(kind: int, at: int, size: int | None, left: int) -> Damage:
    name = _NAMES.get(kind, f"{kind:X}")
    return Damage(
        f"Element {name} claims {size} bytes, {max(left, 0)} are left", at,
        truncated=True, expected=str(size), actual=str(max(left, 0)), source=_RFC,
    )  # fmt: skip


def _stray(at: int, end: int) -> Damage:
    return Damage(f"There is no element at offset {at}, {end - at} bytes before the end", at, source=_RFC)
