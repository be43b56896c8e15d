"""The transport of a product that misbehaves: real answers, of the network or of a tape, changed as a scenario says."""

import logging
import re
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.subject import SUBJECT, RequestSubject, SubjectAction
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
from AIGCLibrary.misbehave.choosing import NO_TASK, Choice
from AIGCLibrary.misbehave.faults import FaultGroup
from AIGCLibrary.misbehave.file_lies import LOGIN, LOGIN_PAGE, FileLies, refusal
from AIGCLibrary.misbehave.scenario import read_scenario
from AIGCLibrary.misbehave.task_lies import TaskLies
from AIGCLibrary.misbehave.watching import WATCH

log = logging.getLogger("aigc.misbehave")
VARIABLE = "AIGC_MISBEHAVE"
"""Environment variable with a scenario for the whole run."""
NOT_ON_TAPE = "AIGC701"
NOT_CANCELLED = b'{"error": {"code": "conflict", "message": "the task cannot be cancelled now"}}'
NOTHING: tuple[str, ...] = ()
TOKEN = re.compile(r"/webhook/([\w-]{16,})")


class DisturbedTransport:
    """Wraps a transport; see `Transport`. Without a scenario everything passes as it is.

    Args:
        inner: Carries everything.
        clock: Time.
        scenario: What goes wrong; nothing when empty.
    """

    def __init__(self, inner: Transport, clock: Clock, scenario: str = "") -> None:
        self.inner = inner
        self._choice = Choice()
        self._files = FileLies(lambda: self._choice, inner)
        self._tasks = TaskLies(lambda: self._choice, clock, self._files)
        self._tokens: dict[str, str] = {}
        self._scenario = ""
        if scenario:
            self.disturb(scenario)

    @property
    def active(self) -> bool:
        """Whether anything goes wrong, or is watched."""
        return bool(self._choice.disturbances) or WATCH.on

    def disturb(self, scenario: str | Mapping[str, Any]) -> str:
        """Change what goes wrong from now on.

        Args:
            scenario: See `read_scenario`; empty for nothing.

        Returns:
            The scenario before.

        Raises:
            ConfigError: It cannot be read.
        """
        chosen = read_scenario(scenario) if scenario else ()
        self._report()
        before, self._scenario = self._scenario, "; ".join(dict.fromkeys(disturbance.text for disturbance in chosen))
        self._choice = Choice(chosen)
        self._tasks.forget_choice()
        return before

    def exchange(self, request: OutgoingRequest) -> Coroutine[Any, Any, IncomingAnswer]:
        """Send a request and read the whole answer."""
        return self._exchange(request) if self.active else self.inner.exchange(request)

    async def _exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        subject = SUBJECT.get()
        if subject is not None and subject.action is SubjectAction.SIGN_IN:
            return await self.inner.exchange(request)  # a token that has expired is followed by one that has not
        answer = self._refused(request, subject) or self._tasks.repeated(subject)
        if answer is not None:
            return answer
        if subject is None:
            WATCH.note("data")
            return await self.inner.exchange(request)
        for task in subject.tasks:
            self._tasks.known(task)
        if subject.action is SubjectAction.SUBMIT:
            for token in TOKEN.findall(str(request.json or request.data or "")):
                self._tokens[token] = subject.tasks[0].key
        answer = await self._sent(request, subject)
        self._tasks.ordered(subject, answer)
        return await self._tasks.changed(subject, request, answer)

    async def _sent(self, request: OutgoingRequest, subject: RequestSubject) -> IncomingAnswer:
        """Send a request about tasks; no tape holds the cancel of a task that goes on by a lie alone."""
        try:
            return await self.inner.exchange(request)
        except AIGCError as error:
            if error.code != NOT_ON_TAPE or not self._tasks.uncancellable(subject):
                raise
            return IncomingAnswer(409, {"content-type": "application/json"}, NOT_CANCELLED, request.url)

    def refusal(self, request: OutgoingRequest) -> IncomingAnswer | None:
        """Return the answer to a request about no task that is refused; None for one that is not."""
        return self._refused(request, None) if self.active else None

    def _refused(self, request: OutgoingRequest, subject: RequestSubject | None) -> IncomingAnswer | None:
        """Return the answer to a request that is refused; None for one that is not."""
        if urlsplit(request.url).path == LOGIN:
            return IncomingAnswer(200, {"content-type": "text/html; charset=utf-8"}, LOGIN_PAGE, request.url)
        about = [(task.kind, self._tasks.known(task).number) for task in subject.tasks] if subject else [(NO_TASK, 0)]
        for lie in self._choice.of_group(FaultGroup.ANSWER):
            for kind, number in about:
                if self._choice.hit(lie, kind, number):
                    if subject is None:
                        WATCH.note("data")
                    body = refusal(lie, request.url)
                    return IncomingAnswer(body.status, dict(body.getheaders()), body.read(), request.url)
        return None

    def messages(self, request: OutgoingRequest, kind: MessageKind) -> AbstractAsyncContextManager[MessageStream]:
        """Open a stream; one about a task whose answers are changed is silent."""
        subject = SUBJECT.get()
        if not self.active or subject is None:
            return self.inner.messages(request, kind)
        return self._stream(request, kind, subject)

    @asynccontextmanager
    async def _stream(
        self, request: OutgoingRequest, kind: MessageKind, subject: RequestSubject
    ) -> AsyncIterator[MessageStream]:
        async with self.inner.messages(request, kind) as stream:
            changed = any(self._tasks.silences(self._tasks.known(task)) for task in subject.tasks)
            yield SilentStream(stream) if changed else stream

    def connection(self, request: OutgoingRequest) -> BlockingConnection:
        """Return a connection for downloads."""
        return self._files.connection(request) if self.active else self.inner.connection(request)

    async def listen(self, host: str, port: int, path: str, take: Take, *, largest: int) -> InboundListener:
        """Take messages that others send; some are lost, some come twice."""

        async def taken(message: InboundMessage) -> int | bytes:
            task = self._tasks.by_token(message.name, self._tokens)
            if task is None:
                return await take(message)
            if self._hit("lost_webhook", task.kind, task.number) or self._tasks.silences(task):
                return 200
            answer = await take(message)
            return await take(message) if self._hit("doubled_webhook", task.kind, task.number) else answer

        return await self.inner.listen(host, port, path, taken, largest=largest)

    def _hit(self, name: str, kind: str, number: int) -> bool:
        lies = [
            disturbance for disturbance in self._choice.of_group(FaultGroup.MESSAGE) if disturbance.fault.name == name
        ]
        return any(self._choice.hit(disturbance, kind, number) for disturbance in lies)

    def external(self, library: str, address: str) -> None:
        """Let a library send; what it sends is not changed."""
        self.inner.external(library, address)

    async def close(self) -> None:
        """Close all pools; report what never happened."""
        self._report()
        await self.inner.close()

    def _report(self) -> None:
        for disturbance in self._choice.unhit():
            log.warning("'%s' did not happen: nothing that it applies to was received.", disturbance.text)


class SilentStream:
    """A stream that says nothing; see `MessageStream`."""

    def __init__(self, inner: MessageStream) -> None:
        self.status = inner.status
        self._inner = inner

    async def texts(self) -> AsyncIterator[str]:
        """Wait for the end of the stream."""
        async for _text in self._inner.texts():
            pass
        for nothing in NOTHING:
            yield nothing
