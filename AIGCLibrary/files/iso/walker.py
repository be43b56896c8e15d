"""Walks the top-level boxes of an ISO base media file while it arrives, keeping the small ones."""

from dataclasses import dataclass, field

from AIGCLibrary.files.iso.boxes import Box, Malformed, is_kind, show_kind

KEPT = frozenset((b"ftyp", b"styp", b"moov", b"meta", b"moof", b"sidx", b"uuid", b"emsg", b"mfra"))
KNOWN = KEPT | {b"mdat", b"free", b"skip", b"wide", b"pdin", b"bloc", b"idat", b"udta"}
LARGEST_KEPT = 64 << 20
"""Bytes of one kept box; an index beyond this is not believed."""
LARGEST_TOTAL = 96 << 20


MOST_BOXES = 200_000
"""Top-level boxes of one file. A film of a day in fragments of a second has 172,800 of `moof` and `mdat`."""


@dataclass(slots=True)
class Top:
    """A top-level box.

    Args:
        kind: Its four letters.
        offset: Where it begins.
        size: Bytes with its header; None when it reaches to the end of the file.
        header: Length of its header.
        data: Its content, when kept.
    """

    kind: bytes
    offset: int
    size: int | None
    header: int
    data: bytearray | None = None

    def box(self) -> Box:
        """Return it as a box whose children can be read."""
        return Box(self.kind, memoryview(bytes(self.data or b"")), self.offset, self.header)


@dataclass(slots=True)
class IsoWalker:
    """Fed with the bytes of a file in order.

    Args:
        length: Length of the file in bytes, when it is known.
    """

    length: int | None = None
    tops: list[Top] = field(default_factory=list)
    position: int = 0
    garbage: int | None = None
    _pending: bytearray = field(default_factory=bytearray)
    _left: int = 0
    _kept: int = 0
    _open: Top | None = None
    _first: dict[bytes, Top] = field(default_factory=dict)

    def feed(self, data: memoryview) -> None:
        """Take the next bytes.

        Raises:
            Malformed: The boxes do not add up.
        """
        at, count = 0, len(data)
        while at < count:
            if self._open is not None and (self._left > 0 or self._open.size is None):
                take = count - at if self._open.size is None else min(self._left, count - at)
                if self._open.data is not None:
                    self._keep(self._open, data[at : at + take])
                self._left -= take
                self.position += take
                at += take
                continue
            self._open = None
            take = min(self._header_missing(), count - at)
            self._pending += data[at : at + take]
            self.position += take
            at += take
            if self._header_missing() == 0:
                self._begin()

    def skip_to(self, offset: int) -> None:
        """Jump over the rest of the box that is open; the caller does not feed it."""
        self._left -= offset - self.position
        self.position = offset

    def finish(self) -> None:
        """Report that the file ended.

        Raises:
            Malformed: It ended within a box.
        """
        if self._pending and any(self._pending):
            if self.tops and len(self._pending) < 8 and not _begins_box(bytes(self._pending)):
                return  # stray bytes behind the last box, which every player skips
            raise Malformed(
                f"the file ends within a box header ({len(self._pending)} bytes)", self.position, truncated=True
            )
        if self._open is not None and self._open.size is not None and self._left > 0:
            raise Malformed(
                f"box '{show_kind(self._open.kind)}' lacks {self._left} of its {self._open.size} bytes",
                self.position,
                truncated=True,
            )

    def find(self, *kinds: bytes) -> Top | None:
        """Return the first complete or begun top-level box of these kinds."""
        found = [self._first[kind] for kind in kinds if kind in self._first]
        return min(found, key=lambda top: top.offset, default=None)

    def complete(self, top: Top) -> bool:
        """Report whether all bytes of a box have arrived."""
        return top is not self._open or (self._left <= 0 and top.size is not None)

    def forget(self, top: Top) -> None:
        """Drop the content of a box that was read: a film of hours has a hundred thousand fragments."""
        self._kept -= len(top.data or b"")
        top.data = None

    def next_offset(self) -> int | None:
        """Return the offset of the box after the last known one, None when it is not known."""
        last = self.tops[-1] if self.tops else None
        return None if last is None or last.size is None else last.offset + last.size

    def _header_missing(self) -> int:
        have = len(self._pending)
        need = 16 if have >= 4 and self._pending[:4] == b"\0\0\0\1" else 8
        return need - have

    def _begin(self) -> None:
        head = bytes(self._pending)
        self._pending.clear()
        offset = self.position - len(head)
        size: int | None = int.from_bytes(head[:4], "big")
        kind = head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        elif size == 0:
            size = None
        if size is not None and size < len(head):
            raise Malformed(f"box '{show_kind(kind)}' claims {size} bytes, fewer than its header", offset)
        if not is_kind(kind) and not (self.tops and kind == b"\0\0\0\0"):
            raise Malformed(f"there is no box at offset {offset}: {kind.hex()}", offset)
        if self._is_garbage(kind, offset, size):
            self.garbage = offset
            self._open = Top(kind, offset, None, len(head))
            return
        if size is not None and self.length is not None and offset + size > self.length:
            raise Malformed(
                f"box '{show_kind(kind)}' claims {size} bytes, the file has {self.length - offset} left",
                offset,
                truncated=True,
                claimed=size,
                left=self.length - offset,
            )
        keep = kind in KEPT
        if keep and size is not None and size > LARGEST_KEPT:
            raise Malformed(f"box '{show_kind(kind)}' claims {size} bytes of index", offset)
        top = Top(kind, offset, size, len(head), bytearray() if keep else None)
        if len(self.tops) >= MOST_BOXES:
            raise Malformed(f"the file has more than {MOST_BOXES} boxes at its top level", offset)
        self.tops.append(top)
        self._first.setdefault(kind, top)
        self._open = top
        self._left = 0 if size is None else size - len(head)

    def _is_garbage(self, kind: bytes, offset: int, size: int | None) -> bool:
        """Bytes behind a file that is complete, which look like a box that runs past the end."""
        past = size is not None and self.length is not None and offset + size > self.length
        return past and kind not in KNOWN and self.find(b"moov", b"meta", b"moof") is not None

    def _keep(self, top: Top, data: memoryview) -> None:
        self._kept += len(data)
        if self._kept > LARGEST_TOTAL:
            raise Malformed(f"the boxes before the media hold more than {LARGEST_TOTAL} bytes", top.offset)
        if top.data is not None:
            top.data += data


def _begins_box(data: bytes) -> bool:
    """Report whether stray bytes look like the size and the first letters of a box."""
    return len(data) >= 5 and int.from_bytes(data[:4], "big") >= 8 and data[4:].isalpha()
