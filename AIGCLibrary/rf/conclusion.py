"""Puts fix suggestions beside a failed test: HTML in the log, metadata, a tag, one plain line in the message."""

import os
from html import escape
from pathlib import Path
from typing import Any

from robot.api import logger

from AIGCLibrary.engine import Engine
from AIGCLibrary.harmless import robot_text
from AIGCLibrary.i18n import Text
from AIGCLibrary.rf.result import HTML, RULE, failed_keyword, failed_line, plain_message

TAG = "aigc-suggestion"
CAUSE = Text("recovery.report.cause")
"""Heading of the class of the cause among the metadata of a failed test."""


def conclude(engine: Engine, data: Any, result: Any) -> None:
    """Ask for suggestions at the end of a test and show what comes.

    Recovery keeps the evidence of one test, so it hears of passed tests too, once it is in use.
    """
    if not result.failed:
        if engine.started("recovery"):
            engine.recovery.conclude(result.full_name, False, "")
        return
    message = engine.redactor.text(str(result.message or ""))
    place = failed_line(data, result)
    keyword = failed_keyword(result)
    if keyword is None:
        keyword, place = _failed_setup(data, result) or (None, place)
    if keyword is not None:
        engine.recovery.note_message(str(keyword.full_name or keyword.type), keyword.message or message, place)
    text = engine.redactor.text(plain_message(message))
    suggestions = engine.recovery.conclude(result.full_name, True, text, tuple(result.tags), place)
    if not suggestions:
        return
    from AIGCLibrary.recovery.render import suggestions_html

    language = engine.active_language
    logger.info(suggestions_html(suggestions, language, beside=message), html=True)
    line = engine.redactor.text(suggestions[0].line(language, beside=message))
    remedies = [engine.redactor.text(suggestion.remedy(language)) for suggestion in suggestions]
    result.metadata[engine.text(Text("recovery.report.suggestions"))] = robot_text("\n\n".join(remedies))
    # Not as a tag: the statistics by tag would have one row for each cause.
    result.metadata[engine.text(CAUSE)] = suggestions[0].cause_class
    result.tags.add(TAG)
    if message.startswith(HTML):
        result.message = f"{message}{RULE}{escape(line, quote=False)}"
    else:
        result.message = f"{message}\n\n{line}" if message else line


def _failed_setup(data: Any, result: Any) -> tuple[Any, str] | None:
    """Return the keyword that failed in the setup of a suite above a test that did not run, and its `file:line`."""
    data, result = data.parent, result.parent
    while data is not None and result is not None:
        if result.has_setup and result.setup.status == "FAIL" and data.has_setup and data.source:
            keyword = failed_keyword(result)
            source = Path(data.setup.source or data.source)
            shown = os.path.relpath(source) if source.is_relative_to(Path.cwd()) else str(source)
            return (keyword, f"{shown}:{data.setup.lineno}") if keyword is not None else None
        data, result = data.parent, result.parent
    return None
