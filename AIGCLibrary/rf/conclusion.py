"""Puts fix suggestions beside a failed test: HTML in the log, metadata, a tag, one plain line in the message."""

from html import escape
from typing import Any

from robot.api import logger

from AIGCLibrary.engine import Engine

METADATA = "Fix suggestions"
TAG = "aigc-suggestion"


def conclude(engine: Engine, result: Any) -> None:
    """Ask for suggestions at the end of a test and show what comes.

    Recovery keeps the evidence of one test, so it is asked after passed tests too.
    """
    ask = getattr(engine.recovery, "conclude", None)
    if ask is None:
        return
    message = str(result.message or "")
    suggestions = list(ask(result.full_name, result.failed, message, tuple(result.tags)) or ())
    if not suggestions or not result.failed:
        return
    from AIGCLibrary.recovery.render import suggestions_html

    language = engine.language
    logger.info(suggestions_html(suggestions, language), html=True)
    lines = [engine.redactor.text(suggestion.line(language)) for suggestion in suggestions]
    result.metadata[METADATA] = "\n\n".join(lines)
    result.tags.add([TAG, f"cause:{suggestions[0].cause_class}"])
    if message.startswith("*HTML*"):
        result.message = f"{message}<hr>{escape(lines[0])}"
    else:
        result.message = f"{message}\n\n{lines[0]}" if message else lines[0]
