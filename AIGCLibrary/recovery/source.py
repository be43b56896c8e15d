"""Looks at the step that failed in its .robot or .resource file, to write a fix as an edit of that line."""

import re
from collections.abc import Iterator
from pathlib import Path

from AIGCLibrary.recovery.model import Edit

CELLS = re.compile(r"(?:\t|  +)")


def edit_in_source(place: str | None, before: str, after: str) -> Edit | None:
    """Write the change of one argument of the failing step; without its file when the step does not hold it.

    Args:
        place: `file:line` of the step.
        before: The cell as it is, or the text to replace inside one cell.
        after: What it should be.
    """
    for file, line, text in statement(place):
        if text.count(before) == 1:
            return Edit(before, after, file, line)
    return Edit(before, after)


def named_argument(place: str | None, name: str) -> tuple[str, str, int] | None:
    """Find a named argument of the failing step.

    Returns:
        The whole cell (`timeout=90 s`), the file, the line; None when it is not written there.
    """
    for file, line, text in statement(place):
        cells = [cell for cell in CELLS.split(text.strip()) if cell.startswith(f"{name}=")]
        if len(cells) == 1:
            return cells[0], file, line
    return None


def statement(place: str | None) -> Iterator[tuple[str, int, str]]:
    """Return the lines of the step that begins at a place: file, line number, text."""
    file, _, number = (place or "").rpartition(":")
    if not file or not number.isdigit():
        return
    lines = _lines(file)
    index = int(number) - 1
    while 0 <= index < len(lines):
        yield file, index + 1, lines[index]
        index += 1
        if index >= len(lines) or not lines[index].lstrip().startswith("..."):
            return


def _lines(file: str) -> tuple[str, ...]:
    try:
        return tuple(Path(file).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return ()
