"""Whose a temporary folder is: the process that made it leaves its number there."""

from pathlib import Path

OWNER = ".owner"
"""Name of the file with the number of the process."""


def owner_of(folder: Path) -> int:
    """Return the process a temporary folder belongs to.

    Raises:
        OSError: It belongs to none.
        ValueError: It does not tell.
    """
    return int((folder / OWNER).read_text(encoding="ascii"))
