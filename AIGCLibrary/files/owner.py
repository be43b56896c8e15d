"""Whose a temporary folder is: the process that made it leaves its number there."""

import os
from pathlib import Path

OWNER = ".owner"
"""Name of the file with the number of the process."""


def owner_of(folder: Path) -> int:
    """Give the process a temporary folder belongs to.

    Raises:
        OSError: It belongs to none.
        ValueError: It does not tell.
    """
    return int((folder / OWNER).read_text(encoding="ascii"))


def process_lives(pid: int) -> bool:
    """Say whether a process is still there."""
    if os.name == "nt":
        return True  # asking may end it; age decides
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
