"""Stops asking a server that does not answer, and counts how often may be asked at all."""

import threading


class Breaker:
    """A circuit breaker with a cap.

    Args:
        give_up_after: Failures in a row that open it; it stays open for the rest of the run.
        most: Requests in all.
    """

    def __init__(self, give_up_after: int, most: int) -> None:
        self._give_up_after = give_up_after
        self._most = most
        self._lock = threading.Lock()
        self._failures = 0
        self._asked = 0

    def admit(self) -> str | None:
        """Count a request; return the reason when it must not be made."""
        with self._lock:
            if self._failures >= self._give_up_after:
                return f"it failed {self._failures} times in a row and is not asked any more in this run"
            if self._asked >= self._most:
                return f"the {self._most} escalations of this run are used up"
            self._asked += 1
            return None

    def report(self, ok: bool) -> None:
        """Record how a request went."""
        with self._lock:
            self._failures = 0 if ok else self._failures + 1
