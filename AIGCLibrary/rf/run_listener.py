"""What the library itself hears of the run: the suites that import it."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.rf.observer import RunObserver

if TYPE_CHECKING:
    from AIGCLibrary.rf.dry_run import DryRunCheck


class LibraryListener:
    """Listener that the library registers for itself; `AIGCLibrary.Listener` hears more.

    Args:
        observer: Follows the run.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, observer: RunObserver) -> None:
        self._observer = observer

    @cached_property
    def _dry_run(self) -> "DryRunCheck":
        from AIGCLibrary.rf.dry_run import DryRunCheck

        return DryRunCheck(self._observer.engine)

    def redactor(self) -> Redactor | None:
        """Return what masks secrets; None when the run's own listener, which hears more, does it."""
        return None if self._observer.sees_all else self._observer.engine.redactor

    def start_suite(self, data: Any, result: Any) -> None:
        """Note the running suite."""
        self._observer.start_suite(data, result)

    def start_test(self, data: Any, result: Any) -> None:
        """Note the running test."""
        self._observer.start_test(data, result)

    def start_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:  # noqa: ARG002 - Robot's
        """Follow the calls of a dry run."""
        if self._observer.dry_run:
            self._dry_run.start(implementation)

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """Explain, and where allowed heal, a plain Browser keyword that found nothing; check the calls of a dry run."""
        if self._observer.dry_run:
            self._dry_run.end(data, implementation, result)
        elif result.failed:
            self._observer.end_library_keyword(data, implementation, result)

    def end_test(self, data: Any, result: Any) -> None:
        """Conclude a test."""
        self._observer.end_test(data, result)

    def end_suite(self, data: Any, result: Any) -> None:
        """Conclude a suite; the top suite that imports the library shows the SLO table."""
        self._observer.end_suite(data, result)
