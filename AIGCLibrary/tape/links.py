"""Which request a question is about: the one whose answer named what the question asks for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from AIGCLibrary.tape.entry import Entry, TapeRequest
from AIGCLibrary.tape.fields import leaves, values_of

START = 0
"""Number of the start of the tape, to which questions belong that come before any order."""
LONGEST_NAME = 2000
"""Characters of the longest value that can be a name; addresses are."""

SENT, ANSWERED = 0, 1
LETTERS = 16
"""Characters up to which a longer identifier says more."""


class Links:
    """Follows names through a recording: who made them, and which request used them last.

    A word that many stories hold ("image", "queued") names nothing, an identifier is in one or a few. So a value that a
    question and a story share speaks for that story by its length (up to that of an identifier), divided by the square
    of the number of stories that hold it; the value that speaks most decides.

    Args:
        entries: The recording, in time.
        numbers: The story of each entry, where a first reading has found it; else each order is one of its own.
    """

    def __init__(self, entries: Sequence[Entry], numbers: Sequence[int] | None = None) -> None:
        self._spread: dict[str, set[int]] = {}
        for place, entry in enumerate(entries):
            if numbers is not None or not entry.request.reads:
                for name in {*values(entry.request), *named(entry)}:
                    self._spread.setdefault(name, set()).add(numbers[place] if numbers is not None else place)
        self._last: dict[str, int] = {}
        self._ending: dict[str, set[str]] = {}
        self._recent = START

    def ordered(self, number: int, request: TapeRequest) -> None:
        """Note what a request that changes something names: also what the client made up, and what is there already.

        Args:
            number: Its number.
            request: It.
        """
        for part in values(request):
            self._note(part, number)
            for name in self._ending[part]:  # its address too
                self._last[name] = number

    def asked(self, request: TapeRequest) -> int:
        """Return the number of the order that a question is about."""
        about = self.strongest(values(request), self._last)
        return self._recent if about is None else self._last[about]

    def answered(self, number: int, entry: Entry) -> None:
        """Note what an answer names; what it repeats, and what was known before it to a question, stays where it is."""
        asked = values(entry.request)
        for name in named(entry):
            if name not in asked and not (entry.request.reads and name in self._last):
                self._note(name, number)
        if not entry.request.reads:
            self._recent = number

    def _note(self, name: str, number: int) -> None:
        self._last[name] = number
        for end in {name, name.rpartition("/")[2]}:
            self._ending.setdefault(end, set()).add(name)

    def strongest(self, asked: Iterable[str], holders: Mapping[str, int]) -> str | None:
        """Return the value that most surely says which story is meant; None where none says anything.

        Args:
            asked: The values of a question.
            holders: Values that belong to a story, with its number: the later one counts among equals.
        """
        known = [name for name in asked if name in holders]
        return max(known, key=lambda name: (self.weight(name), holders[name], name), default=None)

    def weight(self, name: str) -> float:
        """Return how much a value says about which story is meant."""
        letters = 1 if any(map(str.isspace, name)) else min(len(name), LETTERS)  # a sentence is no identifier
        return letters / max(len(self._spread.get(name, ())), 1) ** 2


def numbers_of(entries: Sequence[Entry]) -> list[int]:
    """Return for each exchange of a recording the number of the story it belongs to; orders count from 1.

    Args:
        entries: The recording, in time.
    """
    first = _read(Links(entries), entries)
    return _read(Links(entries, first), entries)


def values(request: TapeRequest) -> set[str]:
    """Return the values by which a request may refer to something; of addresses, their last parts too."""
    found: set[str] = set()
    values_of(request, lambda text: found.update((text, unquote(text), text.rpartition("/")[2])))
    return found - {""}


def named(entry: Entry) -> Iterator[str]:
    """Return what an answer names: its texts and whole numbers; of addresses, their paths and parts too."""
    answer = entry.answer
    texts: list[Any] = [value for _, value in leaves(answer.body.get("json"))]
    texts += [answer.headers[name] for name in ("location",) if name in answer.headers]
    for value in texts:
        if isinstance(value, bool) or not isinstance(value, str | int) or len(text := str(value)) > LONGEST_NAME:
            continue
        if text:
            yield text
        if "/" in text:
            path = urlsplit(text).path
            yield path
            yield text.partition("?")[0]
            yield path.rpartition("/")[2]


def _read(links: Links, entries: Sequence[Entry]) -> list[int]:
    """Return the numbers; names in a request are known, and a question is about what is so, from its sending on."""
    found, orders = [START] * len(entries), START
    moments: list[tuple[float, int, int]] = []
    for place, entry in enumerate(entries):
        if not entry.request.reads:
            orders += 1
            found[place] = orders
        moments += [(entry.sent, place, SENT), (entry.ended, place, ANSWERED)]
    for _, place, event in sorted(moments):
        entry = entries[place]
        if event == ANSWERED:
            links.answered(found[place], entry)
        elif entry.request.reads:
            found[place] = links.asked(entry.request)
        else:
            links.ordered(found[place], entry.request)
    return found
