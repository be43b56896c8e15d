"""The transport of a replay: every answer is from the tape, and nothing is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from AIGCLibrary.http.transport import (
    BlockingConnection,
    InboundListener,
    IncomingAnswer,
    MessageKind,
    MessageStream,
    OutgoingRequest,
    Take,
)
from AIGCLibrary.tape.bodies import Body, to_bytes
from AIGCLibrary.tape.entry import Entry, TapeAnswer, TapeRequest
from AIGCLibrary.tape.failed import error_of
from AIGCLibrary.tape.inbound import PlayedListener
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.moments import moved_bytes
from AIGCLibrary.tape.played_files import PlayedConnection
from AIGCLibrary.tape.reel import Order, Reel
from AIGCLibrary.tape.refusing import RefusingTransport
from AIGCLibrary.tape.timeline import AnswerTimeline
from AIGCLibrary.tape.virtual_clock import VirtualClock

POLLS = 1000
"""Requests whose description is remembered."""


class ReplayTransport(RefusingTransport):
    """Answers from a tape; see `Transport`.

    Args:
        reel: The tape.
        clock: Virtual time.
        masks: Mask secrets as they were when the tape was recorded.
        report: Called at the end.
    """

    def __init__(self, reel: Reel, clock: VirtualClock, masks: Masks, report: Callable[[], None]) -> None:
        self.reel = reel
        self._clock = clock
        self._masks = masks
        self._begun = clock.monotonic()
        self._report = report
        self._listener: PlayedListener | None = None
        self._polls: dict[tuple[object, ...], TapeRequest] = {}

    async def exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        """Return what was answered, at the moment of the story it belongs to."""
        about = self._about(request)
        if not about.reads:
            return await self._ordered(request, about)
        number, timeline = self.reel.timeline(about)
        expected = timeline.expected(self._clock.monotonic() - self.begin(number))
        await self._clock.let_pass(min(expected.took, request.timeout))
        return self._read(request, about, number, timeline)

    async def _ordered(self, request: OutgoingRequest, about: TapeRequest, size: int | None = None) -> IncomingAnswer:
        order = self.reel.order(about, self._clock.monotonic(), size)
        delay = self._clock.monotonic() - self._begun - order.entry.sent
        self._expect_messages(order, order.entry.sent, early=True)
        await self._clock.let_pass(order.entry.took)
        await self.follow(order.entry, order.causes, order.entry.ended, request.timeout)
        order.played = self._clock.monotonic()
        order.answered.set()
        self._expect_messages(order, order.entry.ended, early=False)
        return self.answer(order.entry.answer, request, delay)

    async def exchange_now(self, request: OutgoingRequest, size: int) -> tuple[IncomingAnswer, float | None]:
        """Return what a page was answered without the time that it took; an order takes its time.

        Args:
            request: The request.
            size: Bytes of its body; 0 where they are not to be seen.

        Returns:
            The answer, and the moment of virtual time at which it changes; None where it stays.
        """
        about = self._about(request)
        if not about.reads:
            return await self._ordered(request, about, size), None
        number, timeline = self.reel.timeline(about)
        answer = self._read(request, about, number, timeline)
        change = timeline.next_change(self._clock.monotonic() - self.begin(number))
        return answer, None if change is None else self.begin(number) + change

    def _read(
        self, request: OutgoingRequest, about: TapeRequest, number: int, timeline: AnswerTimeline
    ) -> IncomingAnswer:
        begin = self.begin(number)
        seconds = self._clock.monotonic() - begin
        self.reel.note_moment(about, timeline, seconds)
        entry = timeline.at(seconds)
        return self.answer(entry.answer, request, self.delay(number))

    async def follow(self, entry: Entry, causes: Sequence[Order], moment: float, limit: float) -> bool:
        """Wait for a moment of the recording that came after another order, since it came of it.

        Args:
            entry: The call or stream that goes on then.
            causes: Orders about it, in the order in which they were answered.
            moment: Seconds from the start of the tape.
            limit: Seconds to wait for the order to be sent and answered.

        Returns:
            Whether there was such an order.

        Raises:
            TimeoutError: It is not sent in time.
        """
        cause = next((order for order in reversed(causes) if order.entry.ended < moment), None)
        if cause is None:
            return False
        waits = [asyncio.ensure_future(awaited) for awaited in (cause.answered.wait(), self._clock.sleep(limit))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not cause.answered.is_set() or cause.played is None:
            raise TimeoutError(f"'{entry.request}' went on after '{cause.entry.request}' was sent.")
        await self.until(cause.played + moment - cause.entry.ended)
        return True

    def begin(self, number: int) -> float:
        """Return when an order was answered in this replay, on its clock."""
        order = self.reel.orders.get(number)
        return order.played if order is not None and order.played is not None else self._begun

    def delay(self, number: int) -> float:
        """Return by how many seconds an order was answered later in this replay than in the recording."""
        order = self.reel.orders.get(number)
        recorded = order.entry.ended if order is not None else 0.0
        return self.begin(number) - self._begun - recorded

    def answer(self, answer: TapeAnswer, request: OutgoingRequest, delay: float) -> IncomingAnswer:
        """Return a recorded answer with its times moved and the client's names as they are now.

        Raises:
            TransportError: None came.
            TimeoutError: None came in time.
        """
        if answer.failure is not None:
            raise error_of(answer.failure)
        content = self._content(answer.body, delay)
        headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        headers.pop("content-length", None)
        return IncomingAnswer(answer.status, headers, content, request.url)

    def _content(self, body: Body, delay: float) -> bytes:
        tape = self.reel.tape
        content = to_bytes(body, tape.files)
        if not content:
            return content
        end = tape.started + tape.ended
        # The story as a whole is as old as the tape, and the replay begins now.
        return self._renamed(moved_bytes(body, content, self._clock_offset() + delay, tape.started, end))

    async def listen(self, _host: str, _port: int, _path: str, take: Take, *, largest: int) -> InboundListener:  # noqa: ARG002 - the protocol names it
        """Take the messages that the product sent in the recording."""
        self._listener = PlayedListener(take, self.reel.names)
        return self._listener

    def _expect_messages(self, order: Order, since: float, *, early: bool) -> None:
        """Expect what the product sent about an order, counted from its sending or from its answer.

        Args:
            order: It was just sent, or just answered.
            since: When that was in the recording.
            early: Expect what came before the answer, else what came after it.
        """
        listener = self._listener
        if listener is None or order.played is None:
            return
        for entry in self.reel.inbound.get(order.number, ()):
            if (entry.ended < order.entry.ended) is early:
                moment = order.played + entry.ended - since
                body = partial(self._content, entry.request.body, self.delay(order.number))
                listener.expect(entry, self.until(moment), body)

    def _clock_offset(self) -> float:
        """Return the seconds between the start of the recording and the start of the replay."""
        return self._clock.now() - (self._clock.monotonic() - self._begun) - self.reel.tape.started

    def _renamed(self, content: bytes) -> bytes:
        for before, now in self.reel.names.items():
            content = content.replace(before.encode(), now.encode())
        return content

    def messages(self, request: OutgoingRequest, _kind: MessageKind) -> AbstractAsyncContextManager[MessageStream]:
        """Open a recorded stream."""
        return self._stream(request)

    @asynccontextmanager
    async def _stream(self, request: OutgoingRequest) -> AsyncIterator[MessageStream]:
        about = self._about(request)
        number, timeline = self.reel.timeline(about)
        entry = timeline.at(self._clock.monotonic() - self.begin(number))
        if entry.answer.failure is not None and not entry.answer.messages:
            raise error_of(entry.answer.failure)
        yield PlayedStream(entry, self, number, request.timeout)

    def connection(self, request: OutgoingRequest) -> BlockingConnection:
        """Return a connection to the files of the tape."""
        return PlayedConnection(request, self)

    def _about(self, request: OutgoingRequest) -> TapeRequest:
        """Describe a request, secrets masked as in the recording; a poll is the same one again and again."""
        if request.json is not None or request.data is not None or request.params:
            return self._described(request)
        key = (self._masks.version, request.method, request.url, request.reading, *request.headers.items())
        found = self._polls.get(key)
        if found is None:
            if len(self._polls) >= POLLS:
                self._polls.clear()
            found = self._polls[key] = self._described(request)
        return found

    def _described(self, request: OutgoingRequest) -> TapeRequest:
        self._masks.learn_request(request)
        return TapeRequest.of(request, self._masks)

    def file_request(self, request: OutgoingRequest) -> TapeRequest:
        """Describe the request of a download."""
        return self._about(request)

    def now(self) -> float:
        """Return virtual time."""
        return self._clock.monotonic()

    def skip_to(self, moment: float) -> None:
        """Move virtual time on."""
        self._clock.skip_to(moment)

    async def close(self) -> None:
        """Report what was played."""
        self._report()

    async def until(self, moment: float) -> None:
        """Wait for a moment of virtual time."""
        left = moment - self._clock.monotonic()
        if left > 0:
            await self._clock.sleep(left)


class PlayedStream:
    """A recorded stream: each text comes at its moment after the order, those of earlier moments at once."""

    def __init__(self, entry: Entry, player: ReplayTransport, number: int, silence: float) -> None:
        self._entry, self._player, self._number, self._silence = entry, player, number, silence
        self.status = entry.answer.status
        self._causes = player.reel.causes(entry)

    async def texts(self) -> AsyncIterator[str]:
        """Return the texts as they arrive.

        Raises:
            TimeoutError: What led to the next one is not sent in this replay.
            TransportError: The stream broke.
        """
        for at, text in self._entry.answer.messages or ():
            await self._until(at)
            yield text
        await self._until(self._entry.took)
        if self._entry.answer.failure is not None:
            raise error_of(self._entry.answer.failure)
        await asyncio.sleep(0)

    async def _until(self, at: float) -> None:
        """Wait for a moment of the stream, counted from its story's order or from what was sent in between."""
        player, moment = self._player, self._entry.sent + at
        if not await player.follow(self._entry, self._causes, moment, self._silence):
            order = player.reel.orders.get(self._number)
            await player.until(moment - (order.entry.ended if order else 0.0) + player.begin(self._number))
