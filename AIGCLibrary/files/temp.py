"""Temporary folders: owned by a process, removed as asked, swept when a crashed run left them."""

import logging
import shutil
import tempfile
import time
from pathlib import Path

from AIGCLibrary.files.options import KeepTemp
from AIGCLibrary.files.owner import OWNER, owner_of
from AIGCLibrary.files.partial import is_resumable
from AIGCLibrary.process import has_ended, process_mark

log = logging.getLogger("aigc.files")
PREFIX = "aigc-files-"


class TempFolder:
    """The temporary folder of one file.

    Args:
        base: Where it is made; the system's folder for such when None.
        keep: When it stays.
    """

    def __init__(self, base: Path | None, keep: KeepTemp) -> None:
        if base is not None:
            base.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        self._keep = keep
        (self.path / OWNER).write_text(process_mark(), encoding="utf-8")

    def close(self, *, success: bool) -> bool:
        """Remove the folder unless it is to be kept; says whether it was kept."""
        if self._keep is KeepTemp.ALWAYS or (self._keep is KeepTemp.ON_FAILURE and not success):
            (self.path / OWNER).unlink(missing_ok=True)  # kept on purpose: nobody sweeps it
            return True
        shutil.rmtree(self.path, ignore_errors=True)
        return False


def sweep(base: Path | None, older_than: float, resume_within: float = 0) -> int:
    """Remove folders whose process has ended without doing so, for example after kill -9.

    Args:
        base: Where they are.
        older_than: Seconds since their last change, for those whose owner cannot be asked.
        resume_within: Seconds for which an unfinished download stays, so that a later one can go on with it.

    Returns:
        How many were removed.
    """
    swept = 0
    for folder in Path(base or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            owner = owner_of(folder)
            changed = folder.stat().st_mtime
        except (OSError, ValueError):
            continue
        if is_resumable(folder, resume_within):
            continue
        old = owner != process_mark() and time.time() - changed > older_than
        if not (old or has_ended(owner)):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        swept += 1
        log.info("Removed '%s', left behind by process %s.", folder, owner)
    return swept
