"""What Robot itself says about the settings of a run: its `--language`, and the variable that names the environment."""

from dataclasses import replace

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.config import Settings
from AIGCLibrary.i18n import ENGLISH, local_language, short_language

ENVIRONMENT = "${AIGC_ENVIRONMENT}"
"""Robot variable that names the environment of a run, for example `--variable AIGC_ENVIRONMENT:staging`."""


def from_robot(settings: Settings) -> Settings:
    """Complete settings with what Robot knows: the environment it names goes before all others."""
    if settings.language == "auto" and (language := _language()):
        settings = replace(settings, language=language)
    if environment := _environment():
        settings = replace(settings, environment=environment)
    return settings


def import_language(given: str | None) -> str:
    """Return the language of an import before there are settings: its own, Robot's, else that of the machine."""
    if given and given != "auto":
        return given
    return _language() or local_language()


def _language() -> str | None:
    """Return the first language of Robot's own --language that is not English."""
    languages = getattr(EXECUTION_CONTEXTS.current, "languages", None)
    codes = [language.code for language in languages] if languages else []
    return next((code for code in codes if short_language(code) != ENGLISH), None)


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
