"""Streams of news: server-sent events (Gradio) and WebSockets (ComfyUI), with polling to fall back on.

Events of some products can be read only once, so that one stream per task is opened, before the first request, and
every event is kept as soon as it is read.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.http.proxy import Routes
from AIGCLibrary.http.subject import SubjectAction, concerning
from AIGCLibrary.http.transport import MessageKind, MessageStream, OutgoingRequest, Transport, TransportError
from AIGCLibrary.tasks.client import ProviderAnswer
from AIGCLibrary.tasks.providers.model import Stream
from AIGCLibrary.tasks.providers.reader import progress_of
from AIGCLibrary.tasks.providers.templates import fill_path, fill_query, fill_text
from AIGCLibrary.tasks.snapshot import Snapshot, Trouble
from AIGCLibrary.tasks.states import TaskState
from AIGCLibrary.tasks.watch import TaskWatch

log = logging.getLogger("aigc.tasks")
AGAIN = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Pauses in seconds before a broken stream is opened again."""
JUST = 1.0
"""Seconds after the submit, or after its opening, after which a stream reports what happens when it happens."""
SILENCE = 120.0
"""Seconds without a byte after which a stream counts as broken."""


class Streams:
    """Follows the streams of watched tasks.

    Args:
        transport: Carries the streams.
        deliver: Takes an answer.
        ask: Called when the product is to be asked for the state now.
        clock: Time.
    """

    def __init__(
        self,
        transport: Transport,
        deliver: Callable[[TaskWatch, ProviderAnswer], None],
        ask: Callable[[TaskWatch], None],
        clock: Clock,
    ) -> None:
        self._transport, self._clock = transport, clock
        self._deliver, self._ask = deliver, ask
        self._routes = Routes()

    def start(self, watch: TaskWatch) -> None:
        """Open the stream of a task that has one, once it was submitted."""
        stream = watch.client.provider.stream
        if stream is not None and watch.stream is None and watch.task.submitted and not watch.task.ended:
            watch.stream = asyncio.get_running_loop().create_task(self.follow(watch, stream))

    async def follow(self, watch: TaskWatch, stream: Stream) -> None:
        """Read a task's stream until the task ends."""
        failures = 0
        while True:
            opened = self._clock.now()
            fresh = opened - watch.task.submitted_at <= JUST and failures == 0
            try:
                async for event in self._events(watch, stream):
                    failures = 0
                    watch.pushed = True
                    # What is sent at once by a stream that was opened late may have happened before.
                    self._take(watch, stream, event, live=fresh or self._clock.now() - opened > JUST)
                    if watch.task.ended:
                        return
                problem = "it ended before the task did"
            except OSError as error:
                problem = str(error) or type(error).__name__
            watch.pushed = False
            pause = AGAIN[min(failures, len(AGAIN) - 1)]
            failures += 1
            log.debug("Stream of task '%s': %s; again in %.0f s.", watch.task.handle, problem, pause)
            if not watch.pollable:  # nothing else can say that the product cannot be reached
                failed = Snapshot(TaskState.PROCESSING, trouble=Trouble.RETRY)
                self._deliver(watch, ProviderAnswer(failed, problem=_problem(watch, problem), via="stream"))
            self._ask(watch)
            await self._clock.sleep(pause)

    def _take(self, watch: TaskWatch, stream: Stream, event: dict[str, Any], live: bool) -> None:
        task = watch.task
        envelope = {"http": {"status": 200}, "headers": {}, "body": event, "task": task.about()}
        about = stream.id(envelope) if stream.id else None
        if about is not None and str(about) != task.remote_id:
            return
        raw = json.dumps(event, ensure_ascii=False)[:20000].encode()
        if not stream.acceptors:
            base = watch.client.connection.base_url
            snapshot = watch.client.reader.read(envelope, base, base)
            if snapshot.trouble in (None, Trouble.MISSING):
                self._deliver(watch, ProviderAnswer(snapshot, body=raw, via="stream", moment=live))
            return
        rule = next((rule for rule in stream.acceptors if rule.when.truth(envelope)), None)
        if rule is None:
            return
        if rule.state.ended and stream.settle:
            if live and not task.ended:
                task.pushed_end = task.pushed_end or self._clock.now()
            self._ask(watch)
            return
        failure = watch.client.reader.failure(envelope, acceptor=rule) if rule.state is TaskState.FAILED else None
        snapshot = Snapshot(rule.state, failure=failure, progress=progress_of(stream.progress, envelope))
        self._deliver(watch, ProviderAnswer(snapshot, body=raw, via="stream", moment=live))

    def _events(self, watch: TaskWatch, stream: Stream) -> AsyncIterator[dict[str, Any]]:
        return self._sse(watch, stream) if stream.kind == "sse" else self._websocket(watch, stream)

    def _address(self, watch: TaskWatch, stream: Stream) -> tuple[str, dict[str, Any], dict[str, str]]:
        values, name = watch.task.values(), watch.task.provider
        connection = watch.client.connection
        url = connection.url(fill_path(stream.request.path, values, name))
        own = {**connection.headers, **watch.client.provider.headers} if connection.owns(url) else {}
        more = {key: fill_text(value, values, name) for key, value in stream.request.headers.items()}
        return url, fill_query(stream.request.query, values, name), {**own, **more}

    def _request(self, watch: TaskWatch, stream: Stream) -> OutgoingRequest:
        """Return the request that opens a stream; proxy and TLS are those of the polls."""
        url, query, headers = self._address(watch, stream)
        connection, route = watch.client.connection, self._routes.to(url)
        if route.login and not any(name.lower() == "authorization" for name in headers):
            headers = {**headers, "Authorization": route.login}
        return OutgoingRequest(
            stream.request.method,
            url,
            headers,
            params=query,
            timeout=SILENCE,
            verify=connection.verify,
            cert=connection.cert if connection.owns(url) else None,
            proxy=connection.proxy or route.proxy,
        )

    def _opened(
        self, watch: TaskWatch, stream: Stream, kind: MessageKind
    ) -> AbstractAsyncContextManager[MessageStream]:
        with concerning(watch.client.about(SubjectAction.STREAM, watch.task)):
            return self._transport.messages(self._request(watch, stream), kind)

    async def _sse(self, watch: TaskWatch, stream: Stream) -> AsyncIterator[dict[str, Any]]:
        """Read server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
        async with self._opened(watch, stream, MessageKind.EVENTS) as answer:
            if answer.status in watch.client.provider.missing.http:
                self._deliver(watch, ProviderAnswer(Snapshot(TaskState.QUEUED, trouble=Trouble.MISSING), answer.status))
            if answer.status >= 400:
                raise TransportError(f"HTTP {answer.status}")
            name, lines = "message", []
            async for line in answer.texts():
                if line.startswith("data:"):
                    lines.append(line[5:].removeprefix(" "))
                elif line.startswith("event:"):
                    name = line[6:].strip()
                elif not line and lines:
                    data = _parsed("\n".join(lines))
                    yield {"event": name, "data": data} if stream.event == "event" else _as_dict(data)
                    name, lines = "message", []
                elif not line:
                    name = "message"

    async def _websocket(self, watch: TaskWatch, stream: Stream) -> AsyncIterator[dict[str, Any]]:
        async with self._opened(watch, stream, MessageKind.WEBSOCKET) as socket:
            # What happened before the socket was open is asked for once.
            self._ask(watch)
            async for text in socket.texts():
                yield _as_dict(_parsed(text))


def _problem(watch: TaskWatch, problem: str) -> str:
    return f"the stream of '{watch.task.provider}' at {watch.client.connection.base_url} broke: {problem}"


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _as_dict(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {"data": data}
