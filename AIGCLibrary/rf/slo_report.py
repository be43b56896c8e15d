"""For `pabot --prerebotmodifier AIGCLibrary.SLOReport`: the SLO table of the whole run, written once into the merge."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robot.api import ResultVisitor

from AIGCLibrary.config import Settings
from AIGCLibrary.i18n import CHINESE, ENGLISH, Text, short_language
from AIGCLibrary.monitoring.summary import TITLES, run_metadata
from AIGCLibrary.rf.merged import join_parts
from AIGCLibrary.rf.run_of import RUN_METADATA, run_named_by, run_of
from AIGCLibrary.store import Store, default_url

log = logging.getLogger("aigc.report")

HEADINGS = frozenset(Text(f"monitoring.title.{name}").render(each) for name in TITLES for each in (ENGLISH, CHINESE))
"""Under these the top suite shows what a run did, in either language."""


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
            log.warning("The SLO table could not be created: %s", error)
        return False

    def _write(self, suite: Any) -> None:
        run_id = self._run_id or run_of(suite)
        if not run_id:
            return
        language = self._language or short_language(self._settings.language)
        store = self._store or Store(self._settings.store or default_url(Path.cwd()), run_id)
        try:
            join_parts(store, suite, run_id)
            found = run_metadata(store, run_id, language)
        finally:
            if store is not self._store:
                store.close()
        if not run_named_by(suite):
            suite.metadata[RUN_METADATA.render(language)] = run_id
        show_run(suite, found)


def show_run(suite: Any, found: Mapping[str, str]) -> None:
    """Write what the top suite shows of a run into its metadata.

    What is there already is replaced: it is of one process, of the suites so far, or of an attempt that was repeated.
    """
    for stale in HEADINGS.intersection(suite.metadata):
        del suite.metadata[stale]
    for name, text in found.items():
        suite.metadata[name] = text
