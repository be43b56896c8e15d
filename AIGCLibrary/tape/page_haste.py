"""Skips what a page waits for during a replay: only where the suite waits for the page for long, and never a state.

A page asks again at its own pace, and a suite may look at each state that it shows. So time is moved on to the next
change only when the page received nothing new for some real seconds, and has asked again what it asks regularly.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

QUIET = 2.0
"""Real seconds for which a page shows each state, at least."""
REGULAR = 30.0
"""Real seconds after which a question that is not asked again is asked no more."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of a page.

    Args:
        at: When it was asked last, in real seconds.
        change: When its answer will be another one, in virtual time; None when it stays.
    """

    at: float
    change: float | None


class PageHaste:
    """Knows what pages receive next.

    Args:
        now: Virtual time.
        real: Real time.
    """

    def __init__(self, now: Callable[[], float], real: Callable[[], float] = time.monotonic) -> None:
        self._now, self._real = now, real
        self._questions: dict[str, _Asked] = {}
        self._messages: list[float] = []
        self._received = real()

    def asked(self, question: str, change: float | None) -> None:
        """Note that a page was answered, and when the answer changes."""
        self._questions[question] = _Asked(self._real(), change)

    def expects(self, moment: float) -> None:
        """Note a message that a page will receive."""
        self._messages.append(moment)

    def received(self) -> None:
        """Note that a page received something new."""
        self._received = self._real()

    def next(self) -> float | None:
        """Return the moment to which time may be moved on; None for none yet."""
        real, now = self._real(), self._now()
        regular = [question for question in self._questions.values() if real - question.at < REGULAR]
        if real - self._received < QUIET or any(asked.at <= self._received for asked in regular):
            return None
        self._messages = [moment for moment in self._messages if moment > now]
        changes = [asked.change for asked in regular if asked.change is not None and asked.change > now]
        return min([*changes, *self._messages], default=None)
