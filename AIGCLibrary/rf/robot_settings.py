"""What Robot itself says about the settings of a run: its `--language`, and the variable that names the environment."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from robot.conf import Languages
from robot.errors import DataError
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.config import Settings
from AIGCLibrary.i18n import ENGLISH, local_language, short_language

_MOST_LINES = 200
ENVIRONMENT = "${AIGC_ENVIRONMENT}"
"""Robot variable that names the environment of a run, for example `--variable AIGC_ENVIRONMENT:staging`."""


def from_robot(settings: Settings) -> Settings:
    """Complete settings with what Robot knows: the environment it names goes before all others."""
    if settings.language == "auto" and (language := run_language()):
        settings = replace(settings, language=language)
    if environment := _environment():
        settings = replace(settings, environment=environment)
    return settings


def import_language(given: str | None) -> str:
    """Return the language of an import before there are settings: its own, Robot's, else that of the machine."""
    if given and given != "auto":
        return given
    return file_language() or run_language() or local_language()


def run_language() -> str | None:
    """Return the language of a run: that of `--language`, else the one that all its suite files begin with."""
    settings = getattr(getattr(EXECUTION_CONTEXTS.current, "output", None), "_settings", None)
    asked = _not_english(Languages(settings["Language"] or ())) if settings is not None else None
    return asked or _language_of_all_files()


def parsed_language() -> str | None:
    """Return a language that keywords of this run may be written in: that of `--language` or of any suite file."""
    return _not_english(getattr(EXECUTION_CONTEXTS.current, "languages", None) or ())


def file_language() -> str | None:
    """Return the language that the file of the running suite begins with; None where it names none but English."""
    suite = getattr(EXECUTION_CONTEXTS.current, "suite", None)
    return _header(suite.source) if suite is not None and suite.source else None


def _not_english(languages: Iterable[Any]) -> str | None:
    return next((language.code for language in languages if short_language(language.code) != ENGLISH), None)


def _language_of_all_files() -> str | None:
    # Robot has no public way from a library to the suites that will run.
    store = getattr(getattr(EXECUTION_CONTEXTS.current, "namespace", None), "_kw_store", None)
    suite = getattr(getattr(store, "suite_file", None), "owner", None)
    while suite is not None and suite.parent is not None:
        suite = suite.parent
    found = (
        {_header(child.source) for child in _suites(suite) if child.tests and child.source}
        if suite is not None
        else set()
    )
    return found.pop() if len(found) == 1 else None


def _suites(suite: Any) -> Iterator[Any]:
    yield suite
    for child in suite.suites:
        yield from _suites(child)


@cache
def _header(source: Path) -> str | None:
    """Return the first language but English of the `Language:` lines that stand before the first section of a file."""
    try:
        with source.open(encoding="utf-8-sig", errors="replace") as file:
            head = list(takewhile(lambda line: not line.lstrip().startswith("*"), islice(file, _MOST_LINES)))
    except OSError:
        return None
    named = [line.partition(":")[2].strip() for line in head if line.lower().startswith("language:")]
    try:
        return _not_english(Languages(named))
    except DataError:
        return None


def _environment() -> str | None:
    try:
        named = BuiltIn().get_variable_value(ENVIRONMENT)
    except RobotNotRunningError:
        return None
    return str(named) if named else None


def log_file() -> str | None:
    """Return the path of log.html of this run; None where none is made, or the processes of pabot make one together."""
    try:
        named = BuiltIn().get_variable_value("${LOG FILE}")
    except RobotNotRunningError:
        return None
    return str(named) if named and str(named).upper() != "NONE" else None
