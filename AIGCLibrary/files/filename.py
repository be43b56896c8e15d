"""Names that a product reports, as names of files in a folder of ours."""

import re
from pathlib import PurePosixPath

from AIGCLibrary.files.owner import OWNER
from AIGCLibrary.files.partial import NOTE, RECEIVED
from AIGCLibrary.files.zips.safety import DEVICE

LONGEST = 200
"""Bytes of UTF-8; file systems allow 255, and something may be appended."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff<>:"|?*\\]')
_OWN = {OWNER, NOTE, RECEIVED}


def name_on_disk(name: str, fallback: str = "file") -> str:
    """Return a name under which a file can lie in a temporary folder, whatever the product called it.

    Args:
        name: Name as reported; may hold folders, control characters, be `..` or longer than a file system allows.
        fallback: Name where nothing usable is left.

    Returns:
        One path component: not empty, not `.` or `..`, none of the library's own notes, at most `LONGEST` bytes.
    """
    last = _FORBIDDEN.sub("_", name.replace("\\", "/").rstrip("/").rpartition("/")[2]).strip().rstrip(".")
    if not last.strip("."):
        return fallback
    if last.casefold() in _OWN or DEVICE.match(last):
        last = f"_{last}"
    if len(last.encode()) > LONGEST:
        suffix = PurePosixPath(last).suffix
        suffix = suffix if len(suffix.encode()) <= 20 else ""
        last = last.encode()[: LONGEST - len(suffix.encode())].decode(errors="ignore") + suffix
    return last
