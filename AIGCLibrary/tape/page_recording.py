"""The traffic of pages during a recording: the browser's process reports it, and it goes on the tape."""

import asyncio
import json
import logging
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.http.transport import InboundMessage, IncomingAnswer, OutgoingRequest, TransportError
from AIGCLibrary.tape.entry import TapeAnswer, TapeRequest
from AIGCLibrary.tape.page_requests import Value, page_request
from AIGCLibrary.tape.recorder import Recorder

log = logging.getLogger("aigc.tape")


@dataclass(slots=True)
class _OpenStream:
    """A stream of a page that has not ended.

    Args:
        request: What opened it.
        sent: When, seconds from the start of the tape.
        texts: Seconds since then, and the text.
    """

    request: TapeRequest
    sent: float
    texts: list[tuple[float, str]] = field(default_factory=list)


class RecordedPages:
    """Takes what the pages of this run send and receive; see `InboundMessage`.

    Args:
        recorder: Keeps it.
    """

    mode = "record"

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._streams: dict[str, _OpenStream] = {}

    async def take(self, message: InboundMessage) -> int | bytes:
        """Take a report of the browser's process."""
        take = {
            "exchange": self._exchange,
            "failed": self._failed,
            "lost": self._lost,
            "opened": self._opened,
            "texts": self._texts,
            "ended": self._ended,
        }[message.name]
        await asyncio.to_thread(take, json.loads(message.body))  # a large body holds no poll back
        return 200

    def close(self) -> None:
        """Keep what is still open."""
        for name in list(self._streams):
            self._keep(name)

    def _exchange(self, value: Value) -> None:
        request = page_request(value)
        about = self._recorder.about(request)
        headers = {name.lower(): str(text) for name, text in value["answered"].items()}
        headers.pop("content-encoding", None)  # a body of the browser is decoded
        answer = IncomingAnswer(int(value["status"]), headers, b64decode(value["content"]), request.url)
        self._recorder.answered(about, self._moment(value, "sent"), answer, self._moment(value, "ended"))

    def _failed(self, value: Value) -> None:
        about = self._recorder.about(page_request(value))
        reason = str(value["why"])
        error = TimeoutError(reason) if "TIMED_OUT" in reason else TransportError(reason)
        self._recorder.failed(about, self._moment(value, "sent"), error, self._moment(value, "ended"))

    def _lost(self, value: Value) -> None:
        what = f"{self._recorder.masks.text(str(value['what']))} ({value['why']})"
        if what not in self._recorder.lost:
            self._recorder.lost.append(what)
            log.warning("What a page received is not on the tape: %s", what)

    def _opened(self, value: Value) -> None:
        about = self._recorder.about(OutgoingRequest("GET", str(value["url"])))
        self._streams[value["id"]] = _OpenStream(about, self._moment(value, "at"))

    def _texts(self, value: Value) -> None:
        stream = self._streams.get(value["id"])
        if stream is None:
            return
        since = round(self._moment(value, "at") - stream.sent, 3)
        masks = self._recorder.masks
        for text in map(str, value["texts"]):
            masks.learn({}, text.removeprefix("data:").strip())
            stream.texts.append((since, masks.text(text)))

    def _ended(self, value: Value) -> None:
        self._keep(value["id"])

    def _keep(self, name: Any) -> None:
        stream = self._streams.pop(name, None)
        if stream is not None:
            self._recorder.add(stream.request, stream.sent, TapeAnswer(200, messages=tuple(stream.texts)))

    def _moment(self, value: Value, name: str) -> float:
        return max(self._recorder.moment(float(value[name]) / 1000), 0.0)
