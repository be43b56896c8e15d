"""File contents that may be hundreds of megabytes without being held in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

CHUNK = 256 * 1024


class Segment(Protocol):
    """A stretch of bytes that can be read piece by piece."""

    def __len__(self) -> int:
        """Length in bytes."""

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""


@dataclass(frozen=True, slots=True)
class Solid:
    """Bytes as they are."""

    data: bytes

    def __len__(self) -> int:
        return len(self.data)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        return self.data[start:end]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A pattern repeated up to a length: the filler of big files, a few hundred kilobytes in memory."""

    pattern: bytes
    length: int

    def __len__(self) -> int:
        return self.length

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        end = min(end, self.length)
        skip = start % len(self.pattern)
        wanted = max(end - start, 0)
        turns = (skip + wanted) // len(self.pattern) + 1
        return (self.pattern * turns)[skip : skip + wanted]


@dataclass(frozen=True, slots=True)
class Blob:
    """The contents of a file as a sequence of segments."""

    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, data: bytes) -> Blob:
        """A blob of plain bytes."""
        return cls((Solid(data),))

    @property
    def size(self) -> int:
        """Length in bytes."""
        return sum(len(segment) for segment in self.segments)

    @property
    def held(self) -> int:
        """Bytes it takes in memory."""
        return sum(len(s.pattern) if isinstance(s, Repeated) else len(s) for s in self.segments)

    def chunks(self, start: int = 0, end: int | None = None, chunk: int = CHUNK) -> Iterator[bytes]:
        """Read from `start` up to `end` in pieces of at most `chunk` bytes."""
        end = self.size if end is None else min(end, self.size)
        offset = 0
        for segment in self.segments:
            low, high = max(start - offset, 0), min(end - offset, len(segment))
            while low < high:
                piece = segment.read(low, min(low + chunk, high))
                yield piece
                low += len(piece)
            offset += len(segment)

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from `start` up to `end`, in one piece."""
        return b"".join(self.chunks(start, end))

    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the contents, computed piece by piece."""
        digest = hashlib.sha256()
        for piece in self.chunks():
            digest.update(piece)
        return digest.hexdigest()

    def cut(self, end: int) -> Blob:
        """The blob up to `end`."""
        kept: list[Segment] = []
        for segment in self.segments:
            room = end - sum(len(s) for s in kept)
            if room >= len(segment):
                kept.append(segment)
            elif room > 0 and isinstance(segment, Repeated):
                kept.append(Repeated(segment.pattern, room))
            elif room > 0:
                kept.append(Solid(segment.read(0, room)))
        return Blob(tuple(kept))

    def overwritten(self, at: int, data: bytes) -> Blob:
        """The blob with `data` in place of what stood at `at`."""
        tail: list[Segment] = []
        skip, offset = at + len(data), 0
        for segment in self.segments:
            low = max(skip - offset, 0)
            if low < len(segment):
                whole = low == 0
                tail.append(segment if whole else Solid(segment.read(low, len(segment))))
            offset += len(segment)
        return Blob((*self.cut(at).segments, Solid(data), *tail))


class Tape(io.RawIOBase):
    """A file to write to that keeps repeated chunks by reference, so that `zipfile` can write huge entries.

    Writing the same bytes object again and again makes one `Repeated` segment. Seeking back may only
    overwrite bytes inside one earlier write, which is what `zipfile` does with its local headers.
    """

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[tuple[int, bytes | bytearray, int]] = []  # start, pattern, length
        self._at = 0
        self._end = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes, within the limits of the class."""
        return True

    def tell(self) -> int:
        """The position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        return self._at

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Append, or overwrite within one earlier write."""
        if self._at < self._end:
            self._patch(bytes(data))
        elif self._parts and self._parts[-1][1] is data:
            start, pattern, length = self._parts[-1]
            self._parts[-1] = (start, pattern, length + len(data))
        else:
            self._parts.append((self._end, data, len(data)))
        self._at += len(data)
        self._end = max(self._end, self._at)
        return len(data)

    def _patch(self, data: bytes) -> None:
        for number, (start, pattern, length) in enumerate(self._parts):
            if start <= self._at and self._at + len(data) <= start + length and length == len(pattern):
                changed = bytearray(pattern)
                changed[self._at - start : self._at - start + len(data)] = data
                self._parts[number] = (start, bytes(changed), length)
                return
        raise io.UnsupportedOperation("a tape can only be overwritten inside one earlier write")

    def blob(self) -> Blob:
        """What was written."""
        return Blob(
            tuple(
                Solid(bytes(pattern)) if length == len(pattern) else Repeated(bytes(pattern), length)
                for _start, pattern, length in self._parts
            )
        )
