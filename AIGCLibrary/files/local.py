"""Reads parts of a file on the disk."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from AIGCLibrary.files.context import RangeUnavailable


class LocalReader:
    """A file on the disk as a range reader.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._length = os.fstat(self._file.fileno()).st_size

    @property
    def length(self) -> int | None:
        """Length of the file in bytes."""
        return self._length

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes; fewer at the end of the file, and none behind it, however far."""
        if not 0 <= offset < self._length:
            return b""
        self._file.seek(offset)
        parts = []
        while count > 0 and (part := self._file.read(count)):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def known(self, offset: int, count: int) -> bool:  # noqa: ARG002
        """Report that everything is there."""
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()


class HeadReader:
    """The beginning of a file that is not here yet, when nothing more can be had of it.

    Args:
        head: The first bytes.
        length: Length of the file; None when it is not known.
    """

    def __init__(self, head: bytes, length: int | None) -> None:
        self._head = head
        self._length = length

    @property
    def length(self) -> int | None:
        """Length of the file in bytes; None when it is not known."""
        return self._length

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes of the beginning.

        Raises:
            RangeUnavailable: They lie behind it.
        """
        if self._length is not None:
            count = max(0, min(count, self._length - offset))
        if not self.known(offset, count):
            raise RangeUnavailable
        return self._head[offset : offset + count]

    def known(self, offset: int, count: int) -> bool:
        """Report whether they lie in the beginning."""
        return offset + count <= len(self._head)
