"""Walks Matroska and WebM (RFC 8794, RFC 9559): every element lies inside its parent, no cluster is missing."""

from collections.abc import Callable

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.containers.ebml_elements import CRC, elements, parse, wrong_crc
from AIGCLibrary.files.containers.matroska_timeline import Timeline
from AIGCLibrary.files.context import RangeReader
from AIGCLibrary.files.work import STEP

_SEGMENT, _CLUSTER, _TRACKS, _CUES, _INFO, _VOID = 0x18538067, 0x1F43B675, 0x1654AE6B, 0x1C53BB6B, 0x1549A966, 0xEC
_TOP = frozenset((0x114D9B74, _INFO, _TRACKS, _CUES, 0x1941A469, 0x1043A770, 0x1254C367, _CLUSTER, _VOID, CRC))
"""Elements of a segment: SeekHead, Info, Tracks, Cues, Attachments, Chapters, Tags, Cluster, Void, CRC-32."""
_RFC = "RFC 9559"
_NAMES = {_SEGMENT: "Segment", _CLUSTER: "Cluster", _CUES: "Cues", 0x1254C367: "Tags", _TRACKS: "Tracks"}
_ELEMENT = 5 * STEP
_LARGEST = 32 << 20
"""Bytes of an element that is read into memory; of a larger one, only the heads of what is in it are followed."""


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
            return set(_types(reader.read(body, size)).values())
        if kind == _CLUSTER or (size is None and kind != _SEGMENT):
            return None
        at = body if kind == _SEGMENT else body + (size or 0)
    return None


def _types(data: bytes) -> dict[int, int]:
    """Return the types of the entries of a `Tracks` element by their numbers."""
    found: dict[int, int] = {}
    for kind, start, end in elements(data):
        if kind == 0xAE:
            values = {k: int.from_bytes(data[a:b], "big") for k, a, b in elements(data, start, end) if b - a <= 8}
            if 0x83 in values:
                found[values.get(0xD7, -len(found))] = values[0x83]
    return found


def check_ebml(reader: RangeReader, tick: Callable[[float], None] = lambda _units: None) -> Damage | None:
    """Walk the elements of a file; returns the first that is broken or missing."""
    length = reader.length or 0
    at = 0
    while at < length:
        tick(_ELEMENT)
        head = _head(reader, at)
        if head is None:
            return _stray(at, length) if at else Damage("There is no EBML header", 0, source=_RFC)
        kind, size, body = head
        if kind == _SEGMENT:
            return _Segment(reader, body, length if size is None else body + size, tick).check(at)
        if size is None or body + size > length:
            return _cut(kind, at, size, length - body)
        at = body + size
    return Damage("There is no segment", length, truncated=True, source=_RFC)


class _Segment:
    """Walks a segment.

    Args:
        reader: The file.
        start: Where its content begins.
        end: Where it ends.
        tick: Called with the work of each element.
    """

    def __init__(self, reader: RangeReader, start: int, end: int, tick: Callable[[float], None]) -> None:
        self._tick = tick
        self._reader, self._start, self._end = reader, start, end
        self._kinds: dict[int, int] = {}
        self._scale = 1_000_000
        self._timeline: Timeline | None = None

    def check(self, at: int) -> Damage | None:
        """Return the first damage; `at` is where the segment itself begins."""
        length = self._reader.length or 0
        if self._end > length:
            return _cut(_SEGMENT, at, self._end - self._start, length - self._start)
        at = self._start
        while at < self._end:
            found = self._element(at)
            if isinstance(found, Damage):
                return found
            at = found
        if self._timeline is None or not self._timeline.clusters:
            return Damage("There is no cluster: neither picture nor sound", at, truncated=True, source=_RFC)
        return self._timeline.damage()

    def _element(self, at: int) -> int | Damage:
        """Check one element of the segment; returns where it ends."""
        self._tick(_ELEMENT)
        head = _head(self._reader, at)
        if head is None:
            return _stray(at, self._end)
        kind, size, body = head
        if kind == _CLUSTER:
            self._timeline = self._timeline or Timeline(self._kinds, self._scale, self._tick)
            self._timeline.cluster(at - self._start)
        if size is None:
            if kind != _CLUSTER:
                return Damage(f"Element {kind:X} does not state its size", at, source=_RFC)
            return self._endless(body)
        if body + size > self._end:
            return _cut(kind, at, size, self._end - body)
        return self._content(kind, at, body, size) or body + size

    def _content(self, kind: int, at: int, start: int, size: int) -> Damage | None:
        if kind not in _TOP or kind == _VOID:
            return None
        if size > _LARGEST:
            inner = self._inside(start, start + size) if kind == _CLUSTER else None
            return inner if isinstance(inner, Damage) else None
        data = self._reader.read(start, size)
        if crc := wrong_crc(data):
            promised, found = (f"{value:08x}" for value in crc)
            name = _NAMES.get(kind, f"{kind:X}")
            return Damage(
                f"The CRC of element {name} is {found}; the element says {promised}", at,
                expected=promised, actual=found, source="RFC 8794, 11.3.1",
            )  # fmt: skip
        return self._take(kind, start, data)

    def _take(self, kind: int, start: int, data: bytes) -> Damage | None:
        if kind == _TRACKS:
            self._kinds.update(_types(data))
        elif kind == _INFO:
            scales = [int.from_bytes(data[a:b], "big") for k, a, b in elements(data) if k == 0x2AD7B1]
            self._scale = scales[0] if scales else self._scale
        elif kind == _CUES:
            self._timeline = self._timeline or Timeline(self._kinds, self._scale, self._tick)
            self._timeline.cues(data)
        elif kind == _CLUSTER and self._timeline is not None:
            whole = max((end for _, _, end in elements(data)), default=0)
            if whole < len(data):
                return self._broken(data, start, whole)
            self._timeline.content(data)
        return None

    def _broken(self, data: bytes, start: int, at: int) -> Damage:
        head = parse(data[at : at + 12], at)
        if head is None:
            return _stray(start + at, start + len(data))
        return _cut(head[0], start + at, head[1], len(data) - head[2])

    def _endless(self, body: int) -> int | Damage:
        """Check a cluster of unknown size, as live recordings have; returns where it ends."""
        end = self._inside(body, self._end)
        if not isinstance(end, Damage) and end - body <= _LARGEST and self._timeline is not None:
            self._timeline.content(self._reader.read(body, end - body))
        return end

    def _inside(self, at: int, end: int) -> int | Damage:
        """Follow the heads in a cluster up to its end, or to the next element of the segment."""
        while at < end:
            self._tick(_ELEMENT)
            head = _head(self._reader, at)
            if head is None:
                return _stray(at, end)
            kind, size, body = head
            if kind in _TOP and kind not in (_VOID, CRC):
                return at
            if size is None or body + size > end:
                return _cut(kind, at, size, end - body)
            at = body + size
        return at


def _head(reader: RangeReader, at: int) -> tuple[int, int | None, int] | None:
    """Read id and size of an element: (id, size or None, where its content begins)."""
    return parse(reader.read(at, 12), at)


def _cut(kind: int, at: int, size: int | None, left: int) -> Damage:
    name = _NAMES.get(kind, f"{kind:X}")
    return Damage(
        f"Element {name} claims {size if size is not None else 'an unknown number of'} bytes, {max(left, 0)} are left",
        at, truncated=True, expected=str(size), actual=str(max(left, 0)), source=_RFC,
    )  # fmt: skip


def _stray(at: int, end: int) -> Damage:
    return Damage(f"There is no element at offset {at}, {end - at} bytes before the end", at, source=_RFC)
