"""How long a server may take to answer a question for a part of a file, by what it showed on other requests.

Some servers never answer such questions, and answer the same question for the whole file at once.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from AIGCLibrary.http.redirects import origin

FIRST_WAIT = 3.0
"""Seconds that a server nothing is known of may be silent when it is asked for a part."""
LEAST_WAIT = 2.0
SLOWER = 6
"""How many times as long as the slowest answer so far the next may take."""


class SilentOnRangeError(Exception):
    """A server did not answer a question for a part in the time it was given; the whole file is to be asked for."""


@dataclass(slots=True)
class RangeManners:
    """What servers showed so far; shared by all downloads of a pipeline.

    Args:
        slowest: Seconds of the slowest answer, by origin.
        silent: Origins that answer for whole files, and not for parts.
    """

    slowest: dict[str, float] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def patience(self, url: str, stall: float) -> float:
        """Return how many seconds an answer for a part is waited for; 0 where a part is not to be asked for."""
        where = origin(url)
        if where in self.silent:
            return 0.0
        seen = self.slowest.get(where)
        return min(stall, FIRST_WAIT if seen is None else max(LEAST_WAIT, SLOWER * seen))

    def answered(self, url: str, seconds: float) -> None:
        """Note how long an answer took."""
        where = origin(url)
        self.slowest[where] = max(seconds, self.slowest.get(where, 0.0))

    def fell_silent(self, url: str, waited: float, whole: float) -> None:
        """Note that no part came, and how long the answer for the whole file then took.

        A server that takes long for the whole as well is slow, and may answer parts when it is given the time.
        """
        if whole < waited:
            self.silent.add(origin(url))
        else:
            self.answered(url, whole)


class Hurry:
    """Cuts a connection whose server stays silent for too long.

    Args:
        abort: Cuts the connection, so that a waiting read fails.
    """

    def __init__(self, abort: Callable[[], None]) -> None:
        self._abort = abort
        self.over = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connection when the block takes longer; 0: it may take as long as it likes."""
        self.over = False
        if not seconds:
            yield
            return
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def check(self) -> None:
        """Raise `SilentOnRangeError` once the connection was cut."""
        if self.over:
            raise SilentOnRangeError

    def _cut(self) -> None:
        self.over = True
        self._abort()
