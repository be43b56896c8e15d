"""Listener for `robot --listener AIGCLibrary.Listener`: hears the whole run, and makes the reports after it."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.rf import pabot, shared
from AIGCLibrary.rf.early_mask import EarlyMask
from AIGCLibrary.rf.metrics_numbers import KeywordNumbers
from AIGCLibrary.rf.observer import RunObserver
from AIGCLibrary.rf.secrets import SecretListener, mask_file, note_secrets

log = logging.getLogger("aigc.listener")

_TITLES = {"slo.html": "SLO", "metrics.html": "Metrics"}


class Listener(SecretListener):
    """Adds to the library's own listener what only a run's listener hears: all suites, output files, the end.

    Args:
        config: YAML file with settings, as of the library; `AIGC_CONFIG` names one as well.

    Example:
        `robot --listener AIGCLibrary.Listener suites`, or with a config: `AIGCLibrary.Listener:aigc.yaml`.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, config: str | None = None) -> None:
        super().__init__(
            lambda: self._observer.engine.redactor if self._observer else None,
            lambda: self._observer.engine.connections if self._observer else None,
        )
        self._config = Path(config) if config else None
        self._observer: RunObserver | None = None
        self._output: Path | None = None
        self._log: str | None = None
        self._parallel = False
        self._keywords: KeywordNumbers | None = KeywordNumbers()
        self._top: Any = None
        self._early_mask = EarlyMask(self._redactor)
        self._early_mask.register()

    def start_suite(self, data: Any, result: Any) -> None:
        """Start with the first suite: before it Robot does not know which run this is."""
        if self._observer is None:
            engine = self._engine()
            if engine is None:
                return
            self._parallel = pabot.uri() is not None
            self._observer = shared.observer()
            self._observer.sees_all = True
        note_secrets(self._observer.engine)
        self._observer.start_suite(data, result)

    def start_test(self, data: Any, result: Any) -> None:
        """Note the running test."""
        if self._observer:
            self._observer.start_test(data, result)

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """Explain, and where allowed heal, a plain Browser keyword that found nothing."""
        self.end_keyword(data, result)
        if result.failed and self._observer:
            self._observer.end_library_keyword(data, implementation, result)

    def end_test(self, data: Any, result: Any) -> None:
        """Conclude a test."""
        if self._observer:
            self._observer.end_test(data, result)
            self._count(result)
        super().end_test(data, result)

    def end_suite(self, data: Any, result: Any) -> None:
        """Conclude a suite; the root suite shows the SLO table."""
        if self._observer:
            self._observer.end_suite(data, result)
            self._count(result)
            self._top = result
        super().end_suite(data, result)

    def output_file(self, path: Path | None) -> None:
        """Remember where the results are; what a listener cannot mask before it is written is masked now."""
        self._output = path
        redactor = self._redactor()
        if path and redactor:
            self._mask(path, redactor.known, redactor.may_hold)  # all else would break XML

    def debug_file(self, path: Path) -> None:
        """Mask the debug file, into which Robot writes arguments before a listener hears of them."""
        redactor = self._redactor()
        if redactor:
            self._mask(path, redactor.text)

    def log_file(self, path: Path) -> None:
        """Remember the log, which the reports link into."""
        self._log = path.name

    def close(self) -> None:
        """Make the reports and end the services; of pabot's processes none makes reports, pabot's end does."""
        self._early_mask.unregister()
        if self._observer is None:
            return
        self._observer.end_run()
        if self._output and not self._parallel and not self._observer.dry_run:
            self._report(self._observer.engine, self._output)
        self._observer = None
        try:
            shared.close()
        except Exception as error:  # noqa: BLE001 - the run is over, its verdict stands
            log.warning("The services did not close: %s", error)

    @staticmethod
    def _mask(path: Path, mask: Callable[[str], str], may: Callable[[str], bool] = bool) -> None:
        try:
            mask_file(Path(path), mask, may)
        except (OSError, ValueError) as error:
            log.warning("'%s' could not be searched for secrets: %s", path, error)

    def _count(self, result: Any) -> None:
        """Take the keywords of what has ended; without them metrics.html is made from the output file."""
        if self._keywords is None or self._parallel:
            return
        try:
            self._keywords.add(result)
        except Exception as error:  # noqa: BLE001 - a page after the run is not worth a word in the middle of it
            log.debug("Keywords could not be counted: %s", error)
            self._keywords = None

    def _engine(self) -> Engine | None:
        try:
            return shared.engine(Settings.load(self._config))
        except Exception as error:  # noqa: BLE001 - a wrong setting must not keep the tests from running
            log.error("AIGCLibrary.Listener cannot start: %s", error)  # noqa: TRY400 - a setting, no defect
            return None

    def _report(self, engine: Engine, output: Path) -> None:
        from AIGCLibrary.rf.reports import make_reports

        try:
            seen = (self._top, self._keywords) if self._top is not None and self._keywords is not None else None
            for path in make_reports(
                output,
                engine.store,
                engine.run_id,
                language=engine.language,
                log_name=self._log,
                seen=seen,
                clean=engine.redactor.known,
            ):
                print(f"{_TITLES.get(path.name, path.stem.title()) + ':':<9}{path}")
        except Exception as error:
            log.warning("The reports could not be created: %s", error)
            log.debug("The reports could not be created", exc_info=error)
