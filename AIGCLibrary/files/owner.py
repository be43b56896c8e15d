"""Whose a temporary folder is: the process that made it leaves its mark there."""

from pathlib import Path

OWNER = ".owner"
"""Name of the file with the mark of the process."""


def owner_of(folder: Path) -> str:
    """Return the mark of the process a temporary folder belongs to.

    Raises:
        OSError: It belongs to none.
        ValueError: The file is no text.
    """
    return (folder / OWNER).read_text(encoding="utf-8")
