"""Reads a large text piece by piece: its encoding, its lines, and the rows of a table."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from AIGCLibrary.content.encodings import encoding_of
from AIGCLibrary.files.context import Examination

_SAMPLE = 1 << 20
_PIECE = 1 << 18


class LongText:
    """A text that is not held in memory.

    Args:
        examination: The file; its limits bound the length of a line.
        path: The text.
    """

    def __init__(self, examination: Examination, path: Path) -> None:
        self._examination = examination
        self._path = path
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
        self.encoding = encoding_of(sample) or "latin-1"

    def first_bad(self) -> int | None:
        """Return the offset of the first byte that is not of the encoding; None when all are."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        at = 0
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE):
                self._examination.stop.check()
                held = len(decoder.getstate()[0])
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError as error:
                    return at - held + error.start
                at += len(piece)
        return None

    def count_lines(self) -> int:
        """Return the number of lines, however they end."""
        decoder = io.IncrementalNewlineDecoder(None, translate=True)
        count, last = 0, "\n"
        with self._open() as file:
            while piece := file.read(_PIECE):
                self._examination.stop.check()
                text = decoder.decode(piece)
                count += text.count("\n")
                last = text[-1:] or last
        return count + (last != "\n")

    def lines(self) -> Iterator[str]:
        """Yield the lines with their ends, up to the first that is longer than the limit."""
        most = self._examination.limits.document_tree
        with self._open() as file:
            for number, line in enumerate(iter(lambda: file.readline(most + 1), ""), 1):
                if number & 0xFFFF == 0:
                    self._examination.stop.check()
                if self._examination.exceeds(
                    "text.size", f"Line {number} is too long", "document_tree", len(line), "characters"
                ):
                    return
                yield line

    def _open(self) -> io.TextIOWrapper:
        return self._path.open(encoding=self.encoding, errors="replace", newline="")
