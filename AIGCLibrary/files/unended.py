"""Bodies that a server does not end as it should: what has arrived may be whole nevertheless."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from AIGCLibrary.content.sniff import HEAD
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import Severity
from AIGCLibrary.files.pump import Pump
from AIGCLibrary.files.wholeness import is_whole


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has arrived of a file.

    Args:
        pump: Has written it, all but what is pending; None when nothing was written yet.
        given: Bytes that were handed to it.
        pending: Bytes behind them, in a buffer that is being filled.
    """

    pump: Pump | None
    given: int
    pending: memoryview

    def is_whole(self, media_type: str | None, sniff: Callable[[bytes], str | None]) -> bool:
        """Return whether it is a whole file by its own structure.

        Args:
            media_type: Its type by content; None when it is not known yet.
            sniff: Returns the type of the first bytes.
        """
        if self.given and (self.pump is None or not self.pump.stored(self.given)):
            return False
        return is_whole(media_type or sniff(self._read(0, HEAD)), self.given + len(self.pending), self._read)

    def _read(self, offset: int, count: int) -> bytes:
        stored = b""
        if self.pump is not None and offset < self.given:
            stored = os.pread(self.pump.handle, min(count, self.given - offset), offset)
        start = max(0, offset - self.given)
        return stored + bytes(self.pending[start : max(0, offset + count - self.given)])


def report_unended(examination: Examination, received: int, announced: int | None) -> None:
    """Note that a server sent a whole file, and did not end it as it should.

    Args:
        examination: Takes the warning, and the length.
        received: Bytes that arrived.
        announced: Bytes that the server announced; None when it did not.
    """
    promised = f"of the {announced} bytes announced" if announced is not None else "of an unknown length"
    examination.report(
        "download.length",
        f"The server sent {received} bytes {promised}, and did not end them; the file is whole by its own structure.",
        severity=Severity.WARNING, expected=None if announced is None else str(announced), actual=str(received),
        unit="bytes",
    )  # fmt: skip
    examination.length = received
