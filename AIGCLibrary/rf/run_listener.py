"""What the library itself hears of the run: the suites that import it."""

from typing import Any

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.rf.observer import RunObserver


class LibraryListener:
    """Listener that the library registers for itself; `AIGCLibrary.Listener` hears more.

    Args:
        observer: Follows the run.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, observer: RunObserver) -> None:
        self._observer = observer

    def redactor(self) -> Redactor | None:
        """Give what masks secrets; None when the run's own listener, which hears more, does it."""
        return None if self._observer.sees_all else self._observer.engine.redactor

    def start_suite(self, data: Any, result: Any) -> None:
        """Note the running suite."""
        self._observer.start_suite(data, result)

    def start_test(self, data: Any, result: Any) -> None:
        """Note the running test."""
        self._observer.start_test(data, result)

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """Explain, and where allowed heal, a plain Browser keyword that found nothing."""
        if result.failed:
            self._observer.end_library_keyword(data, implementation, result)

    def end_test(self, data: Any, result: Any) -> None:
        """Conclude a test."""
        self._observer.end_test(data, result)

    def end_suite(self, data: Any, result: Any) -> None:
        """Conclude a suite; the top suite that imports the library shows the SLO table."""
        self._observer.end_suite(data, result)
