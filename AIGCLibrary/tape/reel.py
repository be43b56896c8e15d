"""A tape that is being played: finds what a request asks for, and notes what was asked."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from AIGCLibrary.tape.asked import MADE_UP, SHORTEST_NAME, RequestMatcher, is_identifier
from AIGCLibrary.tape.entry import INBOUND, Entry, TapeRequest
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.fields import addressed, leaves
from AIGCLibrary.tape.folder import HEAD, Tape, story_file
from AIGCLibrary.tape.known import KnownStates
from AIGCLibrary.tape.links import START, named, values
from AIGCLibrary.tape.timeline import AnswerTimeline

REPEATABLE = ("PUT", "DELETE")
"""Methods whose answer is given again when they are sent more often than in the recording (RFC 9110 §9.2.2)."""
ROUNDED = 0.002
"""Seconds by which times on a tape may be rounded."""
RARE = 2
"""Orders that name an identifier: what it was made for, and what is sent about it."""
MOST_DIFFERENT = 3
"""Fields that differ up to which a rule is proposed: with more of them another thing is asked for."""
BEYOND = 60.0
"""Seconds after the last thing that is known of an order for which a question is still answered without a note."""


@dataclass(slots=True)
class Order:
    """A recorded request that changes something.

    Args:
        number: Its place on the tape.
        entry: It, and its answer.
        origin: Where it was sent.
        played: When it was sent in this replay, on its clock, then when it was answered; None when it was not sent.
        causes: The orders that were sent about it while its own answer was awaited, such as its cancel.
        answered: Set when it was answered in this replay.
    """

    number: int
    entry: Entry
    origin: str
    played: float | None = None
    causes: "list[Order]" = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Played:
    """What came of a replay.

    Args:
        orders: Orders that were answered.
        questions: Questions that were answered.
        missing: Requests that are not on the tape.
        beyond: Questions about a moment that the recording did not reach.
    """

    orders: int = 0
    questions: int = 0
    missing: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)


class Reel:
    """Answers requests from a tape.

    Args:
        tape: The recording.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.played = Played()
        self.matcher = RequestMatcher(tape.ignore)
        self.orders: dict[int, Order] = {}
        self._orders: dict[str, list[Order]] = {}
        self._questions: dict[str, dict[int, list[tuple[str, AnswerTimeline]]]] = {}
        self._requests: list[TapeRequest] = []
        self._repeated: set[str] = set()
        """Keys of orders that are sent as often as the rhythm of a replay asks for."""
        self.inbound: dict[int, list[Entry]] = {}
        """What the product sent to us, by the number of the order that it is about."""
        self.names: dict[str, str] = {}
        """Names that the client made up: as on the tape, and as they are in this replay."""
        self._learn()
        for story in tape.stories:
            self._load(story.number, story.order, story.begin, story.seen)
        self.known = KnownStates(tape.stories, self.matcher)
        self._asked = {number: values(order.entry.request) for number, order in self.orders.items()}
        self._askers = Counter(name for names in self._asked.values() for name in names)
        for order in self.orders.values():
            order.causes = self.causes(order.entry)

    def rename(self, before: str, now: str) -> None:
        """Note a name of the client: as on the tape, and as it is in this replay."""
        if len(before) >= SHORTEST_NAME and now:
            self.names[before] = now

    def order(self, request: TapeRequest, now: float, size: int | None = None) -> Order:
        """Return the recording of a request that changes something, and note that it was sent.

        Args:
            request: It.
            now: When it is sent.
            size: Bytes of the body that a page sends, 0 where they are not to be seen; None for a request of no page.

        Raises:
            TapeError: It is not on the tape, or not so often.
        """
        recorded = self._as_recorded(request)
        asked = self.matcher.question(recorded)
        found = self._orders.get(asked.key) or ([] if size is None else self._hidden(recorded, size))
        if not found:
            self._missing(request)
        free = [order for order in found if order.played is None]
        chosen = self._closest(free, recorded, asked.origin)
        if chosen is None:
            if request.method not in REPEATABLE and not request.repeats:
                self._too_often(request, len(found))
            chosen = found[-1]
        else:
            self.names |= self.matcher.renamed(request, chosen.entry.request)
        chosen.played = now
        if request.repeats:
            self._repeated.add(asked.key)
        self.played.orders += 1
        return chosen

    def _hidden(self, request: TapeRequest, size: int) -> list[Order]:
        """Return the orders to the address of a request whose body the browser did not show; their length must fit."""
        key = self.matcher.question(replace(request, body={})).key
        held = [(order, order.entry.request.body.get("hidden")) for order in self._orders.get(key, ())]
        return [order for order, known in held if known is not None and (not known or size in (0, known))]

    @staticmethod
    def _closest(free: Sequence[Order], request: TapeRequest, origin: str) -> Order | None:
        """Return the first of several alike orders that equals a request also in what may differ; else the first."""
        here = [order for order in free if order.origin == origin] or free
        same = [order for order in here if order.entry.request.body == request.body] if len(here) > 1 else []
        return next(iter([*same, *here]), None)

    def timeline(self, request: TapeRequest) -> tuple[int, AnswerTimeline]:
        """Return the answers to a question since the last order that it is about, and the number of that order.

        Raises:
            TapeError: It is not on the tape.
        """
        recorded = self._as_recorded(request)
        asked = self.matcher.question(recorded)
        groups = self._questions.get(asked.key, {})
        moments = {number: order.played for number, order in self.orders.items() if order.played is not None}
        known = [number for number in groups if number in moments or number == START]
        number = max(known, key=lambda candidate: (moments.get(candidate, -1.0), candidate), default=None)
        found = self._later(recorded, moments, moments.get(number, -1.0) if number is not None else -1.0)
        if found is None and number is None:
            if any(self._names(group, recorded) for group in groups) or not groups:
                self._missing(request)
            number = min(groups)
        self.played.questions += 1
        if found is not None:
            return found
        assert number is not None  # noqa: S101 - missing otherwise
        choices = groups[number]
        return number, next((timeline for origin, timeline in choices if origin == asked.origin), choices[0][1])

    def _later(
        self, request: TapeRequest, moments: Mapping[int, float], after: float
    ) -> tuple[int, AnswerTimeline] | None:
        """Return what is known by other ways about an order that was sent later than those with recorded answers."""
        sent = [order for order in self.known.orders(request) if moments.get(order, -1.0) > after]
        if not sent:
            return None
        number = max(sent, key=lambda candidate: (moments[candidate], candidate))
        entries = self.known.timeline(request, number)
        return number, AnswerTimeline(entries, self.orders[number].entry.ended, self.tape.started)

    def entries(self, request: TapeRequest) -> list[Entry]:
        """Return everything that was recorded for a question, in time."""
        return [entry for entry in self._seen() if self._same(entry.request, request)]

    def unplayed(self) -> list[str]:
        """Return the orders that were recorded and not sent in this replay, each with its file."""
        repeated = {id(order) for key in self._repeated for order in self._orders[key]}
        left = [order for order in self.orders.values() if order.played is None and id(order) not in repeated]
        return [f"{order.entry.request} ({story_file(order.number, order.entry)})" for order in left]

    def note_moment(self, request: TapeRequest, timeline: AnswerTimeline, seconds: float) -> None:
        """Note a question about a moment that the recording did not reach.

        Raises:
            TapeError: The recording was cut off there.
        """
        if seconds <= timeline.last + BEYOND:
            return
        if not self.tape.whole:
            raise TapeError(
                f"The tape '{self.tape.folder}' was cut off at {self.tape.end_time()}: what '{request}' is answered "
                f"{seconds:.0f} s after its submission is not on it.",
                code="AIGC704",
                facts={"request": str(request), "tape": str(self.tape.folder)},
            )
        if str(request) not in self.played.beyond:
            self.played.beyond.append(str(request))

    def _same(self, recorded: TapeRequest, request: TapeRequest) -> bool:
        mine = self.matcher.question(self._as_recorded(request))
        return self.matcher.question(recorded).key == mine.key

    def _as_recorded(self, request: TapeRequest) -> TapeRequest:
        """Return a request with the client's names as they were in the recording."""
        if not self.names:
            return request
        text = json.dumps(request.as_json(), ensure_ascii=False)
        for before, now in self.names.items():
            text = text.replace(now, before)
        found = TapeRequest.from_json(json.loads(text))
        return TapeRequest(found.method, found.url, found.body, request.reads)

    def _missing(self, request: TapeRequest) -> NoReturn:
        self.played.missing.append(str(request))
        asked = self._as_recorded(request)
        nearest = self.matcher.nearest(asked, self._requests)
        more = "" if self.tape.whole else f" The recording was cut off at {self.tape.end_time()}."
        more += "" if nearest is None else f" The nearest recording is '{nearest}'{self._differing(asked, nearest)}"
        raise TapeError(
            f"'{request}' is not on the tape '{self.tape.folder}', and nothing is sent during a replay.{more}",
            code="AIGC701",
            hint=self._way_out(asked, nearest),
            facts={"request": str(request), "tape": str(self.tape.folder), "nearest": str(nearest or "")},
        )

    def _way_out(self, asked: TapeRequest, nearest: TapeRequest | None) -> str:
        """Return what to do: the rule by which the nearest recording would be the answer, where there is one."""
        rule = [] if nearest is None else self.matcher.rule_for(asked, nearest)
        if not rule or len(rule) > MOST_DIFFERENT or not self.tape.whole:
            return "Record it with 'aigc record'."
        ignore = json.dumps([*self.matcher.ignore, *rule], ensure_ascii=False)
        path = self.tape.folder / HEAD
        return f"Record it with 'aigc record'. Where these fields may differ, write \"ignore\": {ignore} in '{path}'."

    def _differing(self, asked: TapeRequest, nearest: TapeRequest) -> str:
        found = self.matcher.differences(asked, nearest)
        shown = "; ".join(
            f"{name}: '{asked_value}' is asked for, '{other}' is on the tape" for name, asked_value, other in found[:5]
        )
        return f". It differs in {shown}." if shown else "."

    def _too_often(self, request: TapeRequest, times: int) -> NoReturn:
        self.played.missing.append(str(request))
        raise TapeError(
            f"'{request}' is sent more often than it was recorded on the tape '{self.tape.folder}' ({times}).",
            code="AIGC701",
            facts={"request": str(request), "tape": str(self.tape.folder), "times": times},
        )

    def _seen(self) -> Iterable[Entry]:
        for story in self.tape.stories:
            if story.order is not None:
                yield story.order
            yield from story.seen

    def _learn(self) -> None:
        """Learn which names the product made and which the client."""
        client: set[str] = set()
        for entry in sorted(self._seen(), key=lambda entry: entry.ended):
            texts = [str(value) for _, value in leaves(entry.answer.body.get("json", entry.answer.body.get("text")))]
            texts += [text for _, text in entry.answer.messages or ()]
            self.matcher.note(entry.request, "\n".join(texts), client)

    def causes(self, entry: Entry) -> list[Order]:
        """Return the orders about a call or stream that were sent while it was open, such as the cancel that ended it.

        They name what it names: an identifier in its address, which hardly any other order names. Two calls of one
        address that are open at once have nothing to do with each other, whatever they share.

        Returns:
            In the order in which they were answered in the recording.
        """
        mine = {name for name in addressed(entry.request) if is_identifier(name) and self._is_rare(name)}
        found = []
        for number, order in self.orders.items():
            later = order.entry
            during = entry.sent < later.sent < later.ended < entry.ended - ROUNDED
            if during and later.request.url != entry.request.url and mine & self._asked[number]:
                found.append(order)
        return sorted(found, key=lambda order: order.entry.ended)

    def _is_rare(self, name: str) -> bool:
        return MADE_UP.fullmatch(name) is not None or self._askers[name] <= RARE

    def _names(self, number: int, request: TapeRequest) -> bool:
        """Return whether an order or its answer names what a question asks for."""
        if number not in self.orders:
            return False
        names = self._asked[number].union(named(self.orders[number].entry))
        return any(is_identifier(name) for name in addressed(request) & names)

    def _load(self, number: int, order: Entry | None, begin: float, seen: Iterable[Entry]) -> None:
        if order is not None:
            question = self.matcher.question(order.request)
            self.orders[number] = Order(number, order, question.origin)
            self._orders.setdefault(question.key, []).append(self.orders[number])
            self._requests.append(order.request)
        self.inbound[number] = [entry for entry in seen if entry.request.method == INBOUND]
        grouped: dict[tuple[str, str], list[Entry]] = {}
        for entry in (asked for asked in seen if asked.request.method != INBOUND):
            question = self.matcher.question(entry.request)
            grouped.setdefault((question.key, question.origin), []).append(entry)
        for (key, origin), entries in grouped.items():
            timeline = AnswerTimeline(entries, begin, self.tape.started)
            self._questions.setdefault(key, {}).setdefault(number, []).append((origin, timeline))
            self._requests.append(entries[0].request)
