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
        key: The field that holds what the question names.
    """

    sample: Entry
    fields: frozenset[str]
    key: str

    def is_about(self, found: Mapping[str, Any], name: str) -> bool:
        """Return whether a mapping is the state of what a question names."""
        return frozenset(found) == self.fields and str(found[self.key]) == name

    def answer(self, request: TapeRequest, state: Mapping[str, Any], moment: float) -> Entry:
        """Return the answer to a question that was never sent."""
        answer = replace(self.sample.answer, body={**self.sample.answer.body, "json": state})
        return Entry(request, answer, moment - self.sample.took, moment, moment)


class KnownStates:
    """Finds what is known of tasks that were not asked about.

    Args:
        stories: The tape.
        matcher: Compares requests.
    """

    def __init__(self, stories: Sequence[Story], matcher: RequestMatcher) -> None:
        self._matcher = matcher
        self._orders = {story.number: story.order for story in stories if story.order is not None}
        self._makers: dict[tuple[str, str], set[int]] = {}
        self._answered: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
        self._pushed: dict[str, list[tuple[float, Mapping[str, Any]]]] = {}
        self._forms: dict[str, _Form] = {}
        for number, order in self._orders.items():
            for name in set(named(order)) - values(order.request):
                self._makers.setdefault((order.request.url, name), set()).add(number)
            for state in _objects(order.answer.body.get("json"), deep=False):
                _index(self._answered, state, number)
        for story in stories:
            for entry in story.seen:
                if entry.request.method == INBOUND:
                    for state in _objects(entry.request.body.get("json")):
                        _index(self._pushed, state, entry.ended)
                else:
                    self._note(story.number, entry)

    def orders(self, request: TapeRequest) -> list[int]:
        """Return the orders whose answers were the state of what a question is about."""
        return [number for form, name in self._asked(request) for number, _ in self._states(form, name)]

    def timeline(self, request: TapeRequest, number: int) -> list[Entry]:
        """Return the answers to a question since an order, as far as they are known without having been recorded.

        Args:
            request: The question, with names as on the tape.
            number: The order, one of those about it.

        Returns:
            In time.
        """
        since, found = self._orders[number].ended, []
        for form, name in self._asked(request):
            found += [
                form.answer(request, state, since) for order, state in self._states(form, name) if order == number
            ]
            later = ((moment, state) for moment, state in self._pushed.get(name, ()) if moment > since)
            found += [form.answer(request, state, moment) for moment, state in later if form.is_about(state, name)]
        return found

    def _asked(self, request: TapeRequest) -> Iterator[tuple[_Form, str]]:
        """Return what a question names, with the form in which such questions are answered."""
        for name in values(request):
            form = self._forms.get(self._pattern(request, name)) if name in self._answered else None
            if form is not None:
                yield form, name

    def _states(self, form: _Form, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        return ((number, state) for number, state in self._answered.get(name, ()) if form.is_about(state, name))

    def _note(self, number: int, entry: Entry) -> None:
        """Learn the form of a question about an order whose answer has the same fields."""
        state, order = entry.answer.body.get("json"), self._orders.get(number)
        if order is None or not isinstance(state, dict) or entry.answer.status != 200:
            return
        first = order.answer.body.get("json")
        if not isinstance(first, dict) or first.keys() != state.keys():
            return
        asked = values(entry.request)
        for key, value in state.items():
            if str(first[key]) == str(value) in asked and number in self._makers.get(
                (order.request.url, str(value)), ()
            ):
                self._forms.setdefault(self._pattern(entry.request, str(value)), _Form(entry, frozenset(state), key))

    def _pattern(self, request: TapeRequest, name: str) -> str:
        return self._matcher.question(request).key.replace(name, BLANK)


def _index(found: dict[str, list[tuple[Any, Mapping[str, Any]]]], state: Mapping[str, Any], mark: float) -> None:
    for name in {str(value) for value in state.values() if isinstance(value, str | int)}:
        found.setdefault(name, []).append((mark, state))


def _objects(value: Any, *, deep: bool = True) -> Iterator[dict[str, Any]]:
    """Return the mappings in a message, the outer ones first; only the outermost when not deep."""
    if isinstance(value, dict):
        yield value
    if deep and isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _objects(item)
