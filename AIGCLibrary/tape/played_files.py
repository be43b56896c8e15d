"""Downloads from a tape: whole files and any ranges of them, put together from the bytes that were recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from pathlib import Path
from typing import Any, Protocol

from AIGCLibrary.http.transport import BodyReader, OutgoingRequest
from AIGCLibrary.tape.bodies import check_held
from AIGCLibrary.tape.downloads import CUT, download_request
from AIGCLibrary.tape.entry import Entry, TapeAnswer, TapeRequest
from AIGCLibrary.tape.errors import MORE, TapeError
from AIGCLibrary.tape.failed import error_of
from AIGCLibrary.tape.reel import Reel
from AIGCLibrary.units import is_whole


class FilePlayer(Protocol):
    """What a replay knows."""

    reel: Reel

    def begin(self, number: int) -> float:
        """Return when an order was answered in this replay."""
        ...

    def now(self) -> float:
        """Return virtual time."""
        ...

    def file_request(self, request: OutgoingRequest) -> TapeRequest:
        """Describe the request of a download."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedBytes:
    """Bytes of a file that are on the tape.

    Args:
        start: Offset of the first.
        size: How many.
        path: The file that holds them, from its first byte.
    """

    start: int
    size: int
    path: Path


@dataclass(slots=True)
class RecordedFile:
    """All that is known of a file behind an address.

    Args:
        pieces: Its bytes.
        total: How many it has; None when unknown.
        ranges: The server answers questions for parts of it.
    """

    pieces: list[RecordedBytes] = field(default_factory=list)
    total: int | None = None
    ranges: bool = False

    @classmethod
    def of(cls, entries: list[Entry], chosen: TapeAnswer, reel: Reel) -> "RecordedFile":
        """Collect what was recorded of the version of a file that an answer is about."""
        found = cls()
        for answer in (entry.answer for entry in entries):
            if answer.status not in (200, 206) or "file" not in answer.body:
                continue
            if answer.headers.get("etag") != chosen.headers.get("etag"):
                continue
            start, total = _content_range(answer.headers.get("content-range", ""))
            if answer.status == 206:
                found.ranges = True
            elif is_whole(answer.headers.get("content-length", "")):
                total = int(answer.headers["content-length"])
            elif not answer.partial and answer.failure is None:
                total = answer.body.get("whole", answer.body["size"])
            found.total = total if total is not None else found.total
            path = reel.tape.files.path(answer.body["file"])
            found.pieces.append(RecordedBytes(start, answer.body["size"], path))
        return found

    def piece_at(self, offset: int) -> RecordedBytes | None:
        """Return the piece that holds the most bytes from an offset on; None where none is known."""
        here = [piece for piece in self.pieces if piece.start <= offset < piece.start + piece.size]
        return max(here, key=lambda recorded_bytes: recorded_bytes.start + recorded_bytes.size, default=None)


class PlayedConnection:
    """A connection to the files of a tape; see `BlockingConnection`."""

    def __init__(self, request: OutgoingRequest, player: FilePlayer) -> None:
        self._request, self._player = request, player
        self.connected = False

    def get(self, target: str, headers: Mapping[str, str]) -> BodyReader:
        """Return the head of the recorded answer."""
        self.connected = True
        about = self._player.file_request(download_request(self._request, target))
        reel = self._player.reel
        number, timeline = reel.timeline(about)
        answer = timeline.at(self._player.now() - self._player.begin(number)).answer
        check_held(answer.body, reel.tape.files)
        if answer.failure is not None and not answer.status:
            raise error_of(answer.failure)
        if answer.status not in (200, 206) or answer.failure is not None or "file" not in answer.body:
            return PlayedBody(answer.status, answer.headers, RecordedFile.of([], answer, reel), 0, None, answer, reel)
        file = RecordedFile.of(reel.entries(about), answer, reel)
        named = {name.lower(): value for name, value in headers.items()}
        wanted = _wanted(named.get("range", ""), file.total) if file.ranges else None
        if wanted is None:
            return PlayedBody(200, _whole_headers(answer, file), file, 0, file.total, None, reel)
        start, end = wanted
        if file.total is not None and start >= file.total:
            about_total = {"content-range": f"bytes */{file.total}", "content-length": "0"}
            return PlayedBody(416, about_total, RecordedFile(total=0), 0, 0, None, reel)
        return PlayedBody(206, _part_headers(answer, file, start, end), file, start, end, None, reel)

    def abort(self) -> None:
        """Do nothing: no read waits."""

    def close(self) -> None:
        """Close the connection."""
        self.connected = False


class PlayedBody:
    """The body of a recorded answer; see `BodyReader`.

    Args:
        status: HTTP status.
        headers: Names in lower case.
        file: The bytes.
        start: Offset of the first byte.
        end: Offset behind the last; None where the bytes end by themselves.
        itself: An answer that is returned as it was, with its own end; None for one put together.
        reel: The tape.
    """

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        file: RecordedFile,
        start: int,
        end: int | None,
        itself: TapeAnswer | None,
        reel: Reel,
    ) -> None:
        self.status, self.reason = status, responses.get(status, "")
        self._headers, self._file, self._offset, self._end = dict(headers), file, start, end
        self._reel, self._failure = reel, itself.failure if itself else None
        if itself is not None:
            content = _own_content(itself, reel)
            file.pieces = [content] if content is not None else []
            self._end = content.size if content is not None else 0
        announced = self._headers.get("content-length", "")
        self.length: int | None = int(announced) if is_whole(announced) else None
        self._closed = False
        self._open: tuple[Path, Any] | None = None

    def getheaders(self) -> list[tuple[str, str]]:
        """Return all headers."""
        return list(self._headers.items())

    def read(self, amount: int | None = None, /) -> bytes:
        """Read so many bytes, or all that is left."""
        found = bytearray()
        while amount is None or len(found) < amount:
            buffer = bytearray(min(1 << 20, (amount - len(found)) if amount is not None else 1 << 20))
            count = self.read_into(memoryview(buffer))
            if not count:
                break
            found += buffer[:count]
        return bytes(found)

    def read_into(self, buffer: memoryview, /) -> int:
        """Read what is there into a buffer; 0 at the end of the body."""
        if self._closed:
            return 0
        left = len(buffer) if self._end is None else min(len(buffer), self._end - self._offset)
        piece = self._file.piece_at(self._offset) if left > 0 else None
        if piece is None:
            self._finish(left)
            return 0
        count = self._copy(piece, buffer[: min(left, piece.start + piece.size - self._offset)])
        self._offset += count
        if self.length is not None:
            self.length -= count
        if self.length == 0:
            self.close()
        return count

    def isclosed(self) -> bool:
        """Return whether the body is read to its end."""
        return self._closed

    def close(self) -> None:
        """Discard the rest of the body."""
        self._closed = True
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _copy(self, piece: RecordedBytes, buffer: memoryview) -> int:
        if self._open is None or self._open[0] != piece.path:
            if self._open is not None:
                self._open[1].close()
            self._open = (piece.path, _opened(piece.path, self._reel))
        file = self._open[1]
        file.seek(self._offset - piece.start)
        return int(file.readinto(buffer))

    def _finish(self, wanted: int) -> None:
        """End the body as it ended in the recording."""
        self.close()
        if self._failure is not None:
            if self._failure["kind"] != CUT:
                raise error_of(self._failure)
            return
        if wanted > 0 and self._end is not None:
            raise TapeError(
                f"The tape '{self._reel.tape.folder}' does not hold the bytes of a file from offset {self._offset} on: "
                "the recording did not read them, or the tape was made thin.",
                code="AIGC704",
                hint=MORE,
                facts={"offset": self._offset, "tape": str(self._reel.tape.folder)},
            )


def _own_content(answer: TapeAnswer, reel: Reel) -> RecordedBytes | None:
    """Return the bytes of an answer that is returned as it was."""
    if "file" not in answer.body:
        return None
    return RecordedBytes(0, answer.body["size"], reel.tape.files.path(answer.body["file"]))


def _opened(path: Path, reel: Reel) -> Any:
    try:
        return path.open("rb")
    except OSError:
        reel.tape.files.get(path.name)  # raises what says so
        raise


def _content_range(value: str) -> tuple[int, int | None]:
    """Return the first offset and the total of a Content-Range."""
    span, _, total = value.removeprefix("bytes").strip().partition("/")
    first = span.partition("-")[0]
    return int(first) if is_whole(first) else 0, int(total) if is_whole(total) else None


def _wanted(value: str, total: int | None) -> tuple[int, int | None] | None:
    """Return the offsets that a Range asks for, the second behind the last; None without one that is understood."""
    first, dash, last = value.removeprefix("bytes=").partition("-")
    if not value.startswith("bytes=") or not dash or "," in value:
        return None
    if not first:
        return (max(total - int(last), 0), total) if total is not None and is_whole(last) else None
    if not is_whole(first):
        return None
    end = int(last) + 1 if is_whole(last) else total
    return int(first), min(end, total) if end is not None and total is not None else end


def _whole_headers(answer: TapeAnswer, file: RecordedFile) -> dict[str, str]:
    headers = dict(answer.headers)
    if answer.status == 206:
        headers.pop("content-range", None)
        headers.pop("content-length", None)
        if file.total is not None:
            headers["content-length"] = str(file.total)
    return headers


def _part_headers(answer: TapeAnswer, file: RecordedFile, start: int, end: int | None) -> dict[str, str]:
    headers = dict(answer.headers)
    headers.pop("content-length", None)
    if end is not None:
        headers["content-length"] = str(end - start)
    total = "*" if file.total is None else file.total
    headers["content-range"] = f"bytes {start}-{'' if end is None else end - 1}/{total}"
    return headers
