"""Downloads that a killed process left unfinished: found again by their address, and resumed.

The temporary folder of a large download holds a note of what is fetched and how far it came. A later download of the
same address looks for such a folder whose process is gone; whether the file is still the same on the server is decided
by its ETag or date, which If-Range sends along.
"""

import contextlib
import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from AIGCLibrary.files.owner import owner_of
from AIGCLibrary.process import has_ended

NOTE, RECEIVED = ".partial", ".received"
RESUMABLE = 8 << 20
"""Bytes from which a note is kept; smaller files are fetched again."""


@dataclass(slots=True)
class Partials:
    """The note of one download, and the notes that others left.

    Args:
        folder: Temporary folder of this download; others lie beside it.
        url: What is fetched.
        within: Seconds for which a note counts; 0: none is kept or used.
    """

    folder: Path
    url: str
    within: float
    _handle: int = field(default=-1)

    def take_over(self, tag: str, total: int, target: Path) -> int:
        """Move the unfinished file of an earlier process to a place.

        Args:
            tag: ETag or date of the file on the server.
            total: Its length.
            target: Where the file is to lie.

        Returns:
            How many bytes of it are there; 0 when there is none.
        """
        if self.within <= 0 or total < RESUMABLE:
            return 0
        for note in self.folder.parent.glob(f"*/{NOTE}"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                note_data = json.loads(note.read_text(encoding="utf-8"))
                if note.parent == self.folder or (note_data["key"], note_data["total"]) != (_key(self.url), total):
                    continue
                if not is_resumable(note.parent, self.within):
                    continue
                received = int((note.parent / RECEIVED).read_text(encoding="ascii"))
                if note_data["tag"] == tag and received > 0:
                    (note.parent / note_data["file"]).rename(target)  # the first process to come has it
                else:
                    received = 0
                shutil.rmtree(note.parent, ignore_errors=True)
                if received:
                    return min(received, target.stat().st_size)
        return 0

    def begin(self, tag: str | None, total: int | None, target: Path) -> None:
        """Note what is fetched, so that a later process can go on."""
        if self.within <= 0 or tag is None or total is None or total < RESUMABLE:
            return
        note = {"key": _key(self.url), "tag": tag, "total": total, "file": target.name}
        self._handle = os.open(self.folder / RECEIVED, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        (self.folder / NOTE).write_text(json.dumps(note), encoding="utf-8")

    def mark(self, received: int) -> None:
        """Note how many bytes are on the disk."""
        if self._handle >= 0:
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, b"%20d" % received)

    def forget(self) -> None:
        """Remove the note: the download has ended, or the file has changed."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            for name in (NOTE, RECEIVED):
                (self.folder / name).unlink(missing_ok=True)


def is_resumable(folder: Path, within: float) -> bool:
    """Report whether a folder holds an unfinished, recent download of this user whose process is gone."""
    try:
        age = time.time() - (folder / RECEIVED).stat().st_mtime
        mine = not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
        return mine and age <= within and has_ended(owner_of(folder))
    except (OSError, ValueError):
        return False


def _key(url: str) -> str:
    """Addresses may hold signatures; what is written down is their hash."""
    return hashlib.sha256(url.encode()).hexdigest()
