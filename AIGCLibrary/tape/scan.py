"""Looks through a tape for secrets before it is kept: known values in every spelling, shapes of tokens, patterns."""

from collections.abc import Iterator
from pathlib import Path

from AIGCLibrary.tape.masks import Masks

PIECE = 4 << 20
"""Bytes that are looked through at once."""
OVERLAP = 4096
"""Bytes that two pieces share, so that none divides a secret."""


def places_of_secrets(folder: Path, masks: Masks) -> list[str]:
    """Return the files of a tape that hold a secret, relative to it; never the secret."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(folder).as_posix() for path in paths if _holds(path, masks)]


def _holds(path: Path, masks: Masks) -> bool:
    return any(masks.found_in(piece) for piece in _pieces(path))


def _pieces(path: Path) -> Iterator[str]:
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            # Every byte is a letter of its own in this encoding, so nothing of a file is left out.
            yield (rest + piece).decode("latin-1")
            if not piece.isascii():
                yield (rest + piece).decode("utf-8", "ignore")
            if b"\x00" in piece:  # a text in UTF-16, such as a tag of a media file
                yield (rest + piece).replace(b"\x00", b"").decode("latin-1")
            rest = piece[-OVERLAP:]
