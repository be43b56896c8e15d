"""Which request a question is about: the one whose answer named what the question asks for."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from AIGCLibrary.tape.asked import leaves, values_of
from AIGCLibrary.tape.entry import Entry, TapeRequest

START = 0
"""Number of the start of the tape, to which questions belong that come before any order."""
LONGEST_NAME = 2000
"""Characters of the longest value that can be a name; addresses are."""


class Links:
    """Follows names through a recording: who made them, and which request used them last."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._recent = START

    def order(self, number: int, entry: Entry) -> None:
        """Note a request that changes something.

        Args:
            number: Its number, rising.
            entry: It, and its answer.
        """
        asked = _values(entry.request)
        for name in asked & self._last.keys():
            self._last[name] = number
        for name in _named(entry):
            if name not in asked:
                self._last[name] = number
        self._recent = number

    def question(self, entry: Entry) -> int:
        """Return the number of the order that a question is about, and note what its answer names."""
        asked = _values(entry.request)
        known = [self._last[name] for name in asked if name in self._last]
        about = max(known) if known else self._recent
        for name in _named(entry):
            if name not in asked:
                self._last.setdefault(name, about)
        return about


def _values(request: TapeRequest) -> set[str]:
    found: set[str] = set()
    values_of(request, lambda text: found.update((text, unquote(text))))
    return found


def _named(entry: Entry) -> Iterator[str]:
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
