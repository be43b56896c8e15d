"""For `pabot --prerebotmodifier AIGCLibrary.SLOReport`: the SLO table of the whole run, written once into the merge."""

import logging
from pathlib import Path
from typing import Any

from robot.api import ResultVisitor

from AIGCLibrary.config import Settings
from AIGCLibrary.i18n import CHINESE, ENGLISH, short_language
from AIGCLibrary.monitoring.summary import run_metadata
from AIGCLibrary.rf.observer import RUN_METADATA
from AIGCLibrary.store import Store, default_url

log = logging.getLogger("aigc.report")


class SLOReport(ResultVisitor):
    """Writes the SLO table into the top suite of a result, computed from the store.

    Under pabot each process sees only its own tests, and of merged suites the last one's metadata stays; so the
    table is made here, after the merge. Works for `rebot` as well.

    Args:
        run_id: The run; found in the result when not given.
        config: YAML file with settings.
        store: An open store; that of the settings otherwise.
        language: `en` or `zh`; that of the settings otherwise.

    Example:
        `pabot --prerebotmodifier AIGCLibrary.SLOReport suites`
    """

    def __init__(
        self, run_id: str = "", config: str = "", store: Store | None = None, language: str | None = None
    ) -> None:
        self._run_id = run_id
        self._settings = Settings.load(config or None)
        self._store = store
        self._language = language

    def start_suite(self, suite: Any) -> bool | None:
        """Change the top suite only."""
        try:
            self._write(suite)
        except Exception as error:  # noqa: BLE001 - a table must not keep the report from being made
            log.warning("The SLO table could not be made: %s", error)
        return False

    def _write(self, suite: Any) -> None:
        run_id = self._run_id or run_of(suite)
        if not run_id:
            return
        language = self._language or short_language(self._settings.language)
        store = self._store or Store(self._settings.store or default_url(Path.cwd()), run_id)
        try:
            found = run_metadata(store, run_id, language)
        finally:
            if store is not self._store:
                store.close()
        if not _told(suite):
            suite.metadata[RUN_METADATA.render(language)] = run_id
        for name, text in found.items():
            suite.metadata[name] = text


def run_of(suite: Any) -> str | None:
    """Find the run that a result belongs to: in the metadata of its top suite, else of the first suite below."""
    return _told(suite) or next((found for child in suite.suites if (found := run_of(child))), None)


def _told(suite: Any) -> str | None:
    """Give what stands under the heading of the run, in whatever language it was written."""
    headings = [RUN_METADATA.render(language) for language in (ENGLISH, CHINESE)]
    return next((str(suite.metadata[name]) for name in headings if name in suite.metadata), None)
