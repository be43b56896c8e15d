"""What is answered to a question at a moment: the state of that moment, whatever was asked before.

A state holds from the moment at which it began to the next one. That moment lies between the last answer that did not
have it and the first that had: it is the latest time in between that the answer itself states, else the middle.

Failures that passed (429, 5xx, no answer) are no states: each is answered once, those of a burst one after the other,
so that another rhythm of questions meets as many as the recording did, and two bursts of them never become one.
"""

from collections.abc import Sequence

from AIGCLibrary.tape.entry import Entry
from AIGCLibrary.tape.moments import stated


class AnswerTimeline:
    """The answers to one question about one order.

    Args:
        entries: The answers, in the order in which they came.
        begin: When the order was answered, seconds from the start of the tape.
        started: Start of the tape, seconds since 1970.
    """

    def __init__(self, entries: Sequence[Entry], begin: float, started: float) -> None:
        self._entries = entries
        self._begins = [_begin(entries, index, started) - begin for index in range(len(entries))]
        self._failures = [index for index, entry in enumerate(entries[:-1]) if entry.answer.passing]
        self._before: int | None = None
        self.last = entries[-1].until - begin
        """Seconds after the order's answer up to which something is known."""
        self.played = False

    def at(self, seconds: float) -> Entry:
        """Return the answer at a moment.

        Args:
            seconds: Since the answer to the submission.
        """
        self.played = True
        index = self._index(seconds)
        if index in self._failures:
            self._failures.remove(index)
        self._before = index
        return self._entries[index]

    def expected(self, seconds: float) -> Entry:
        """Return what `at` would, without taking it."""
        return self._entries[self._index(seconds)]

    def next_change(self, seconds: float) -> float | None:
        """Return when the next answer begins to hold, counted as in `at`; None after the last."""
        return min((begin for begin in self._begins if begin > seconds), default=None)

    def _index(self, seconds: float) -> int:
        before = self._before
        if before is not None and self._goes_on(before):
            return min(before + 1, len(self._entries) - 1)
        now = max((index for index, begin in enumerate(self._begins) if begin <= seconds), default=0)
        due = next((index for index in self._failures if index <= now), None)
        if due is not None and self._joins(due):
            return due
        # Between two bursts that were both missed, too, it is the state of this moment: an end is never reported late.
        states = [index for index in range(now + 1) if not self._passed(index)]
        return states[-1] if states else self._next_state(now)

    def _goes_on(self, before: int) -> bool:
        """Return whether what was answered before is a failure that others followed at once, however soon we ask."""
        following = self._entries[min(before + 1, len(self._entries) - 1)]
        return self._entries[before].answer.passing and following.answer.passing

    def _joins(self, due: int) -> bool:
        """Return whether a failure follows what was answered before as it did in the recording."""
        before = self._before
        if before is None or not self._entries[before].answer.passing or due == before + 1:
            return True
        return due == 0 or self._entries[due - 1].answer.passing

    def _passed(self, index: int) -> bool:
        return index < len(self._entries) - 1 and self._entries[index].answer.passing

    def _next_state(self, now: int) -> int:
        later = range(now + 1, len(self._entries))
        return next((index for index in later if not self._passed(index)), len(self._entries) - 1)


def _begin(entries: Sequence[Entry], index: int, started: float) -> float:
    """Return when an answer began to hold, seconds from the start of the tape."""
    entry = entries[index]
    if index == 0:
        return float("-inf") if not entry.answer.passing else entry.sent
    if entry.answer.passing:
        return entry.sent
    before, seen = entries[index - 1].until, entry.ended
    body = entry.answer.body.get("json")
    known = [moment - started for moment in stated(body, started + before, started + seen)]
    return max(known, default=(before + seen) / 2)
