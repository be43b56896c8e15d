"""The transport of a recording: everything goes over the network, and is kept on the way."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from AIGCLibrary.http.transport import (
    BlockingConnection,
    InboundListener,
    InboundMessage,
    IncomingAnswer,
    MessageKind,
    MessageStream,
    OutgoingRequest,
    Take,
    Transport,
)
from AIGCLibrary.tape.downloads import RecordedConnection
from AIGCLibrary.tape.entry import TapeAnswer, TapeRequest
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.failed import failure
from AIGCLibrary.tape.recorder import Recorder


class RecordingTransport:
    """Wraps a transport; see `Transport`.

    Args:
        inner: Carries everything.
        recorder: Keeps what passes.
        report: Called at the end with the number of exchanges, and why there is no tape, empty where there is one.
    """

    def __init__(self, inner: Transport, recorder: Recorder, report: Callable[[int, str], None]) -> None:
        self._inner = inner
        self.recorder = recorder
        self._report = report

    async def exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        """Send a request and read the whole answer."""
        about, sent = self.recorder.about(request), self.recorder.now()
        try:
            answer = await self._inner.exchange(request)
        except OSError as error:
            self.recorder.failed(about, sent, error)
            raise
        self.recorder.answered(about, sent, answer)
        return answer

    def messages(self, request: OutgoingRequest, kind: MessageKind) -> AbstractAsyncContextManager[MessageStream]:
        """Open a stream."""
        return self._stream(request, kind)

    @asynccontextmanager
    async def _stream(self, request: OutgoingRequest, kind: MessageKind) -> AsyncIterator[MessageStream]:
        about, sent = self.recorder.about(request), self.recorder.now()
        stream: RecordedStream | None = None
        try:
            async with self._inner.messages(request, kind) as inner:
                stream = RecordedStream(inner, self.recorder)
                yield stream
        except OSError as error:
            self._keep(about, sent, stream, error)
            raise
        except BaseException:
            self._keep(about, sent, stream, None)
            raise
        self._keep(about, sent, stream, None)

    def _keep(self, about: TapeRequest, sent: float, stream: "RecordedStream | None", error: OSError | None) -> None:
        failed = failure(error, self.recorder.masks) if error else None
        texts = tuple(stream.kept) if stream else ()
        status = stream.status if stream else 0
        self.recorder.add(about, sent, TapeAnswer(status, failure=failed, messages=texts))

    def connection(self, request: OutgoingRequest) -> BlockingConnection:
        """Return a connection for downloads."""
        return RecordedConnection(self._inner.connection(request), request, self.recorder)

    async def listen(self, host: str, port: int, path: str, take: Take, *, largest: int) -> InboundListener:
        """Take messages that others send."""

        async def taken(message: InboundMessage) -> int | bytes:
            answer = await take(message)
            self.recorder.received(message, 200 if isinstance(answer, bytes) else answer)
            return answer

        return await self._inner.listen(host, port, path, taken, largest=largest)

    def external(self, library: str, address: str) -> None:
        """Let a library send; what it sends cannot be recorded."""
        self._inner.external(library, address)

    async def close(self) -> None:
        """Close the connections, and write the tape."""
        await self._inner.close()
        try:
            exchanges = self.recorder.finish()
        except TapeError as error:
            self._report(0, str(error))
            raise
        self._report(exchanges, "")


class RecordedStream:
    """A stream whose texts are kept.

    Attributes:
        kept: Seconds since it was opened, and the text, secrets masked.
    """

    def __init__(self, inner: MessageStream, recorder: Recorder) -> None:
        self._inner, self._recorder = inner, recorder
        self._opened = recorder.now()
        self.status = inner.status
        self.kept: list[tuple[float, str]] = []

    async def texts(self) -> AsyncIterator[str]:
        """Return the texts as they arrive."""
        async for text in self._inner.texts():
            self._recorder.masks.learn({}, text.removeprefix("data:").strip())
            self.kept.append((round(self._recorder.now() - self._opened, 3), self._recorder.masks.text(text)))
            yield text
