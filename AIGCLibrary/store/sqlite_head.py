"""The head of an SQLite file, read beside the connections to it.

Closing any descriptor of a file drops all locks that the process holds on it, also those of SQLite: then another
process takes the file for unused and removes the log that this one still writes to
(https://www.sqlite.org/howtocorrupt.html, "POSIX advisory locks canceled by a separate thread doing close()"). So a
file is opened once in a process, and closed after the last store that uses it.
"""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"SQLite format 3\0"
_LENGTH = 64
_MARK = slice(60, 64)
"""Bytes of `user_version` (https://www.sqlite.org/fileformat.html#the_database_header)."""


@dataclass(slots=True)
class _SharedFile:
    descriptor: int
    users: int = 0


_files: dict[tuple[int, int], _SharedFile] = {}
_lock = threading.Lock()


class SqliteHead:
    """Reads the head of a file until it is released.

    Args:
        path: The file.

    Raises:
        OSError: It cannot be opened.
    """

    def __init__(self, path: str) -> None:
        with _lock:
            found = Path(path).stat()
            self._key = (found.st_dev, found.st_ino)
            if self._key not in _files:
                _files[self._key] = _SharedFile(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)))
            self._file: _SharedFile | None = _files[self._key]
            self._file.users += 1

    def mark(self) -> int | None:
        """Return the number of the file as it is on disk, past its log; 0 while it is in the log only.

        Returns:
            None when it cannot be read, or was released.
        """
        with _lock:
            if self._file is None:
                return None
            try:
                os.lseek(self._file.descriptor, 0, os.SEEK_SET)
                head = os.read(self._file.descriptor, _LENGTH)
            except OSError:
                return None
        return int.from_bytes(head[_MARK], "big") if head.startswith(_MAGIC) else 0

    def release(self) -> None:
        """Close the file when no other store of this process uses it; call it after the connections are closed."""
        with _lock:
            if self._file is None:
                return
            self._file.users -= 1
            if self._file.users == 0:
                os.close(self._file.descriptor)
                del _files[self._key]
            self._file = None
