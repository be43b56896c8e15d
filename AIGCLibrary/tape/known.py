"""What a tape knows of a task that was never asked about: its order's answer, and what the product sent of it since.

Another rhythm of questions, or a slower machine, asks about a task that the recording did not have to ask about, since
its webhook came first. Where the tape shows that a question about another task is answered in the form in which orders
are answered, the state of this one is known, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.tape.asked import BLANK, RequestMatcher
from AIGCLibrary.tape.entry import INBOUND, Entry, TapeRequest
from AIGCLibrary.tape.links import named, values
from AIGCLibrary.tape.stories import Story


@dataclass(frozen=True, slots=True)
class _Form:
    """How a question about a task is answered on the tape: with the fields of the answer to its order.

    Args:
        sample: Such an answer.
        fields: Names of its fields.
    """

    sample: Entry
    fields: frozenset[str]


class KnownStates:
    """Finds what is known of tasks that were not asked about.

    Args:
        stories: The tape.
        matcher: Compares requests.
    """

    def __init__(self, stories: Sequence[Story], matcher: RequestMatcher) -> None:
        self._matcher = matcher
        self._orders = {story.number: story.order for story in stories if story.order is not None}
        self._asked = {number: values(order.request) for number, order in self._orders.items()}
        self._named = {number: frozenset(named(order)) for number, order in self._orders.items()}
        self._fields = {number: _values(order.answer.body.get("json")) for number, order in self._orders.items()}
        self._pushed = [entry for story in stories for entry in story.seen if entry.request.method == INBOUND]
        self._forms: dict[str, _Form] = {}
        for story in stories:
            for entry in story.seen:
                self._note(story.number, entry)

    def timeline(self, request: TapeRequest, number: int) -> list[Entry]:
        """Return the answers to a question about an order, as far as they are known without having been recorded.

        Args:
            request: The question, with names as on the tape.
            number: The order.

        Returns:
            In time; empty where nothing is known.
        """
        order, name = self._orders[number], self.name(request, number)
        form = self._forms.get(self._pattern(request, name)) if name else None
        if form is None or name is None or _fields(order.answer.body) != form.fields:
            return []
        found = [self._answer(form, request, order.answer.body["json"], order.ended)]
        found += (
            self._answer(form, request, about, entry.ended)
            for entry in self._pushed
            for about in _objects(entry.request.body.get("json"))
            if frozenset(about) == form.fields and name in _values(about) and entry.ended > order.ended
        )
        return found

    def name(self, request: TapeRequest, number: int) -> str | None:
        """Return by which name a question asks for what an order is about; None where it does not.

        It is the longest value that the question shares with the answer to the order and with that to no other order of
        the same address, unless that one was sent with it; one that is a field of the answer rather than part of one.
        """
        mine = self._orders[number].request.url
        others = [one for one, order in self._orders.items() if one != number and order.request.url == mine]
        shared = values(request) & self._named[number]
        own = (name for name in shared if not any(name in self._named[one] - self._asked[one] for one in others))
        return max(own, key=lambda name: (name in self._fields[number], len(name)), default=None)

    def _note(self, number: int, entry: Entry) -> None:
        fields, order = _fields(entry.answer.body), self._orders.get(number)
        if order is None or fields is None or entry.answer.status != 200 or fields != _fields(order.answer.body):
            return
        name = self.name(entry.request, number)
        if name is not None and name in _values(entry.answer.body["json"]):
            self._forms.setdefault(self._pattern(entry.request, name), _Form(entry, fields))

    def _pattern(self, request: TapeRequest, name: str) -> str:
        return self._matcher.question(request).key.replace(name, BLANK)

    @staticmethod
    def _answer(form: _Form, request: TapeRequest, about: Any, moment: float) -> Entry:
        answer = replace(form.sample.answer, body={"json": about})
        return Entry(request, answer, moment - form.sample.took, moment, moment)


def _values(value: Any) -> frozenset[str]:
    return frozenset(map(str, value.values())) if isinstance(value, dict) else frozenset()


def _fields(body: Mapping[str, Any]) -> frozenset[str] | None:
    plain = body.get("json")
    return frozenset(plain) if isinstance(plain, dict) else None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Return the mappings in a message, the outer ones first."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)
