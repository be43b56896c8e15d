"""A stream of a page during a replay: each message comes at its moment after the order that it is about.

A page hears of all tasks over one stream, which it opens again on each of its pages. So the messages of all recordings
of a stream are one story: what is still to come arrives, whichever of them held it.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from AIGCLibrary.http.transport import OutgoingRequest
from AIGCLibrary.tape.asked import is_identifier
from AIGCLibrary.tape.entry import Entry, TapeRequest
from AIGCLibrary.tape.fields import leaves
from AIGCLibrary.tape.links import START
from AIGCLibrary.tape.page_haste import PageHaste
from AIGCLibrary.tape.reel import Order, Reel
from AIGCLibrary.tape.replaying import ReplayTransport
from AIGCLibrary.tape.stories import Story


@dataclass(frozen=True, slots=True)
class PageMessage:
    """What came at once over a stream.

    Args:
        moment: Seconds from the start of the tape.
        texts: Its lines.
        order: What it is about; None where it names no order.
    """

    moment: float
    texts: tuple[str, ...]
    order: Order | None


class PlayedPageStream:
    """A stream that a page has opened.

    Args:
        player: Answers from the tape.
        url: What the page opened.
        makers: Find what a message is about.
        haste: Receives what is to come.

    Raises:
        TapeError: It is not on the tape.
    """

    def __init__(self, player: ReplayTransport, url: str, makers: "Makers", haste: PageHaste) -> None:
        self._player, self._makers, self._haste = player, makers, haste
        about = player.file_request(OutgoingRequest("GET", url))
        number, timeline = player.reel.timeline(about)
        self._opened = player.now()
        chosen = timeline.at(self._opened - player.begin(number))
        self._waiting: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        self._coming = [
            loop.create_task(self._deliver(message, chosen, entry is chosen))
            for entry, message in self._messages(about, chosen)
        ]

    async def next(self) -> list[str]:
        """Wait for the next message; return the texts of all that are due."""
        found = list(await self._waiting.get())
        while not self._waiting.empty():
            found += self._waiting.get_nowait()
        return found

    def close(self) -> None:
        """End it."""
        for delivery in self._coming:
            delivery.cancel()

    def _messages(self, about: TapeRequest, chosen: Entry) -> list[tuple[Entry, PageMessage]]:
        """Return the messages of all recordings of this stream in time, each once."""
        found: list[tuple[Entry, PageMessage]] = []
        for entry in self._player.reel.entries(about):
            for message in _messages(entry):
                order = self._makers.order(message.texts, message.moment)
                if order is not None or entry is chosen:
                    found.append((entry, PageMessage(message.moment, message.texts, order)))
        found.sort(key=lambda pair: pair[1].moment)
        held = {message.texts for entry, message in found if entry is chosen}
        return [(entry, message) for entry, message in found if entry is chosen or message.texts not in held]

    async def _deliver(self, message: PageMessage, chosen: Entry, own: bool) -> None:
        player, order = self._player, message.order
        if order is None:
            moment = self._opened + message.moment - chosen.sent
        else:
            await order.answered.wait()
            assert order.played is not None  # noqa: S101 - it was answered
            moment = order.played + message.moment - order.entry.ended
            if moment < self._opened and not own:
                return  # the page knows it from its own load
        self._haste.expects(moment)
        await player.until(moment)
        self._haste.received()
        self._waiting.put_nowait(message.texts)


def _messages(entry: Entry) -> Iterator[PageMessage]:
    texts = entry.answer.messages or ()
    for at, group in groupby(texts, key=itemgetter(0)):
        yield PageMessage(entry.sent + at, tuple(text for _, text in group), None)


class Makers:
    """Finds which order made an identifier: the story that names it first.

    Args:
        reel: The tape.
    """

    def __init__(self, reel: Reel) -> None:
        self._reel = reel
        placed = [(story.number, entry) for story in reel.tape.stories for entry in _entries(story)]
        self._said = [(number, _said(entry)) for number, entry in sorted(placed, key=lambda pair: pair[1].ended)]
        self._found: dict[str, Order | None] = {}

    def order(self, texts: tuple[str, ...], moment: float) -> Order | None:
        """Return the latest order before a moment that made what a message names; None where there is none."""
        made = [self._order(name) for text in texts for name in _names(text)]
        before = [order for order in made if order is not None and order.entry.sent <= moment]
        return max(before, key=lambda order: order.entry.ended, default=None)

    def _order(self, name: str) -> Order | None:
        if name not in self._found:
            number = next((number for number, said in self._said if name in said), START)
            self._found[name] = self._reel.orders.get(number)
        return self._found[name]


def _entries(story: Story) -> list[Entry]:
    return [*([story.order] if story.order else []), *story.seen]


def _said(entry: Entry) -> str:
    body = entry.answer.body
    return "\n".join((
        entry.request.url, json.dumps([entry.request.body, body.get("json")], ensure_ascii=False),
        str(body.get("text", "")), *entry.answer.headers.values(),
    ))  # fmt: skip


def _names(text: str) -> Iterator[str]:
    """Return the identifiers in a message."""
    try:
        value: Any = json.loads(text.removeprefix("data:").strip())
    except (ValueError, RecursionError):
        value = None
    for _, leaf in leaves(value):
        if isinstance(leaf, str | int) and not isinstance(leaf, bool) and is_identifier(str(leaf)):
            yield str(leaf)
