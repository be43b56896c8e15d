"""The traffic of pages during a replay: the browser's process asks here, and is answered from the tape.

The story is that of the engine's own requests: a page that polls gets the state of the virtual moment. Its time passes
as on the machine, and jumps where the suite waits for a task.
"""

import asyncio
import json
import logging
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.transport import InboundMessage, IncomingAnswer, OutgoingRequest
from AIGCLibrary.tape.page_haste import PageHaste
from AIGCLibrary.tape.page_requests import Value, page_request, size_of
from AIGCLibrary.tape.page_streams import Makers, PlayedPageStream
from AIGCLibrary.tape.replaying import ReplayTransport

log = logging.getLogger("aigc.tape")
LOOK = 0.1
"""Real seconds between two looks whether time may be moved on."""


class PlayedPages:
    """Answers the pages of this run.

    Args:
        player: Answers from the tape.

    Attributes:
        awaited: The suite waits for a page, and for long.
    """

    mode = "replay"

    def __init__(self, player: ReplayTransport) -> None:
        self._player = player
        self._streams: dict[str, PlayedPageStream] = {}
        self._makers = Makers(player.reel)
        self._reported: set[str] = set()
        self._haste = PageHaste(player.now)
        self._hastens: asyncio.Task[None] | None = None
        self._seen: dict[str, bytes] = {}
        self.awaited = False

    async def take(self, message: InboundMessage) -> int | bytes:
        """Answer the browser's process."""
        value = json.loads(message.body)
        if self._hastens is None:
            self._hastens = asyncio.get_running_loop().create_task(self._hasten())
        found = await (self._next(value) if message.name == "next" else self._answer(value))
        return json.dumps(found).encode()

    def close(self) -> None:
        """End all streams."""
        if self._hastens is not None:
            self._hastens.cancel()
        for stream in self._streams.values():
            stream.close()

    async def _answer(self, value: Value) -> dict[str, Any]:
        request = page_request(value)
        try:
            answer = await self._found(request)
        except AIGCError as error:
            self._tell(error)
            return {"status": 0, "reason": "missing"}
        except TimeoutError:
            return {"status": 0, "reason": "timeout"}
        except OSError as error:
            return {"status": 0, "reason": str(error)}
        content = b64encode(answer.body).decode()
        return {"status": answer.status, "headers": dict(answer.headers), "content": content}

    async def _found(self, request: OutgoingRequest) -> IncomingAnswer:
        named = {name.lower(): text for name, text in request.headers.items()}
        if request.method != "GET" or "range" not in named:
            answer, change = await self._player.exchange_now(request, size_of(request))
            if change is not None or request.url in self._seen:
                self._haste.asked(request.url, change)
            if self._seen.get(request.url) != answer.body:
                self._seen[request.url] = answer.body
                self._haste.received()
            return answer
        parts = urlsplit(request.url)
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        origin = OutgoingRequest("GET", f"{parts.scheme}://{parts.netloc}")
        body = self._player.connection(origin).get(target, {"range": named["range"]})
        return IncomingAnswer(body.status, dict(body.getheaders()), body.read(), request.url)

    async def _next(self, value: Value) -> dict[str, Any]:
        """Return the next texts of a stream, when their moment has come."""
        name = str(value["id"])
        stream = self._streams.get(name)
        if stream is None:
            try:
                stream = PlayedPageStream(self._player, str(value["url"]), self._makers, self._haste)
            except AIGCError as error:
                self._tell(error)
                return {"done": True, "missing": True}
            self._streams[name] = stream
            return {"texts": []}  # it is open
        return {"texts": await stream.next()}

    async def _hasten(self) -> None:
        """Skip what the suite would wait for."""
        while True:
            await asyncio.sleep(LOOK)
            moment = self._haste.next() if self.awaited else None
            if moment is not None:
                self._player.skip_to(moment)
                self._haste.received()

    def _tell(self, error: AIGCError) -> None:
        """Report once what a page does not get: it goes on without it."""
        text = str(error)
        if text not in self._reported:
            self._reported.add(text)
            log.warning("A page asks for what is not on the tape: %s", text)
