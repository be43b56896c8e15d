"""Counts Robot's own `Sleep` during a replay: it knows no virtual time."""

from typing import Any

from AIGCLibrary.tape.session import TapeSession


class TapedSleepsListener:
    """Listener: notes each `Sleep` that has ended.

    Args:
        tape: The replay.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, tape: TapeSession) -> None:
        self._tape = tape

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:  # noqa: ARG002 - Robot's
        """Note how long it took."""
        owner = implementation.owner
        if implementation.name == "Sleep" and owner is not None and owner.name == "BuiltIn":
            self._tape.slept(result.elapsed_time.total_seconds())
