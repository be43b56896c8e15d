"""Downloads while a tape is recorded: the bytes go into a file of the tape on their way to the reader."""

import hashlib
import http.client
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from AIGCLibrary.http.transport import BlockingConnection, BodyReader, OutgoingRequest
from AIGCLibrary.tape.entry import TapeAnswer, TapeRequest, kept_headers
from AIGCLibrary.tape.failed import failure
from AIGCLibrary.tape.recorder import Recorder

CUT = "cut"
"""Kind of the failure of a body that ended before its announced length."""


def download_request(request: OutgoingRequest, target: str) -> OutgoingRequest:
    """Return what a GET over a connection asks for."""
    url = target if "://" in target else request.url.rstrip("/") + target
    return OutgoingRequest("GET", url)


class RecordedConnection:
    """A connection whose answers are kept; see `BlockingConnection`."""

    def __init__(self, inner: BlockingConnection, request: OutgoingRequest, recorder: Recorder) -> None:
        self._inner, self._request, self._recorder = inner, request, recorder

    @property
    def connected(self) -> bool:
        """Whether a request can be sent without connecting again."""
        return self._inner.connected

    def get(self, target: str, headers: Mapping[str, str]) -> BodyReader:
        """Send a request and return the head of its answer."""
        self._recorder.masks.learn(headers)
        about = self._recorder.about(download_request(self._request, target))
        sent = self._recorder.now()
        try:
            answer = self._inner.get(target, headers)
        except (OSError, http.client.HTTPException) as error:
            self._recorder.add(about, sent, TapeAnswer(failure=failure(error, self._recorder.masks)))
            raise
        return RecordedBody(answer, about, sent, self._recorder)

    def abort(self) -> None:
        """Cut the connection from another thread."""
        self._inner.abort()

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()


class RecordedBody:
    """A body that is kept while it is read; see `BodyReader`."""

    def __init__(self, inner: BodyReader, about: TapeRequest, sent: float, recorder: Recorder) -> None:
        self._inner, self._about, self._sent, self._recorder = inner, about, sent, recorder
        self.status, self.reason = inner.status, inner.reason
        self._digest, self._size = hashlib.sha256(), 0
        recorder.files.folder.mkdir(parents=True, exist_ok=True)
        self._path: Path = recorder.files.folder / f"incoming-{uuid4().hex}"
        self._file: BinaryIO | None = self._path.open("wb")
        if inner.isclosed():
            self._keep(None)

    @property
    def length(self) -> int | None:
        """Bytes of the body that are left."""
        return self._inner.length

    def getheaders(self) -> list[tuple[str, str]]:
        """Return all headers."""
        return self._inner.getheaders()

    def watch(self, seconds: float, enough: Callable[[], bool]) -> None:
        """Pass on; see `BufferedResponse.watch`."""
        if (watch := getattr(self._inner, "watch", None)) is not None:
            watch(seconds, enough)

    def read(self, amount: int | None = None, /) -> bytes:
        """Read so many bytes, or all that is left."""
        try:
            data = self._inner.read(amount)
        except (OSError, http.client.HTTPException) as error:
            self._take(error.partial if isinstance(error, http.client.IncompleteRead) else b"")
            self._keep(error)
            raise
        self._take(data)
        if amount is None or not data:
            self._keep(None)
        return data

    def read_into(self, buffer: memoryview, /) -> int:
        """Read what is there into a buffer."""
        try:
            count = self._inner.read_into(buffer)
        except (OSError, http.client.HTTPException) as error:
            self._keep(error)
            raise
        self._take(buffer[:count])
        if not count or self._inner.length == 0:
            self._keep(None)
        return count

    def isclosed(self) -> bool:
        """Return whether the body is read to its end."""
        return self._inner.isclosed()

    def close(self) -> None:
        """Discard the rest of the body."""
        self._keep(None, partial=not self._inner.isclosed())
        self._inner.close()

    def _take(self, data: bytes | memoryview) -> None:
        if self._file is not None:
            self._file.write(data)
            self._digest.update(data)
            self._size += len(data)

    def _keep(self, error: Exception | None, *, partial: bool = False) -> None:
        """Keep what was read, once."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        digest = self._digest.hexdigest()
        self._path.replace(self._recorder.files.path(digest))
        headers = kept_headers(dict(self._inner.getheaders()), self._recorder.masks)
        left = self._inner.length
        if error is not None:
            failed: dict[str, object] | None = failure(error, self._recorder.masks)
        elif left and not partial:
            failed = {"kind": CUT, "reason": f"the body ended {left} bytes too early"}
        else:
            failed = None
        body = {"file": digest, "size": self._size}
        self._recorder.add(self._about, self._sent, TapeAnswer(self.status, headers, body, failed, partial=partial))
