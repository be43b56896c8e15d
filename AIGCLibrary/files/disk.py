"""Room on the disk: checked before, reserved when the length is known, watched while writing, accounted for."""

import errno
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from AIGCLibrary.files.errors import DiskError
from AIGCLibrary.i18n import Text
from AIGCLibrary.units import format_size

MARGIN = 16 << 20
"""Bytes left free on the disk, whatever happens."""


@dataclass(slots=True)
class DiskLedger:
    """Bytes that one file takes on the disk.

    Args:
        now: Bytes taken now.
        peak: Most bytes taken at once.
    """

    now: int = 0
    peak: int = 0

    def take(self, count: int) -> None:
        """Add bytes; negative releases them."""
        self.now += count
        self.peak = max(self.peak, self.now)


def require(folder: Path, needed: int, what: str) -> None:
    """Make sure that so many bytes fit.

    Raises:
        DiskError: They do not.
    """
    free = shutil.disk_usage(folder).free
    if needed + MARGIN > free:
        raise full(folder, what, needed or None, free)


def reserve(handle: int, size: int, folder: Path, what: str) -> None:
    """Have the file system set bytes aside, so that a full disk shows at the start.

    Raises:
        DiskError: There are not so many.
    """
    if not hasattr(os, "posix_fallocate") or sys.platform == "darwin" or size <= 0:
        return
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise full(folder, what, size, shutil.disk_usage(folder).free) from error


def full(folder: Path, what: str, needed: int | None, free: int) -> DiskError:
    """Build the error of a full disk."""
    wants = f"needs {format_size(needed)}" if needed is not None else "needs more space"
    return DiskError(
        f"'{what}' {wants} in '{folder}', {format_size(free)} are free ({format_size(MARGIN)} stay free).",
        hint=Text("files.hint.disk"),
        facts={"class": "disk_full", "needed": needed, "free": free, "folder": str(folder)},
    )


def write_all(handle: int, data: memoryview, folder: Path, what: str) -> None:
    """Write bytes.

    Raises:
        DiskError: The disk is full.
    """
    try:
        while len(data):
            data = data[os.write(handle, data) :]
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full(folder, what, None, shutil.disk_usage(folder).free) from error
        raise
