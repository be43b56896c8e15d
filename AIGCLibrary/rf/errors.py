"""From an error of the core to what Robot shows, and what the suggestions work with."""

from robot.api import logger

from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.i18n import in_language
from AIGCLibrary.rf.recover import running_place
from AIGCLibrary.rf.secrets import note_secrets


def with_hint(error: AIGCError, language: str) -> AIGCError:
    """Return an error that carries its hint in its message: Robot shows no hint of an import that fails."""
    hint = f" {in_language(error.hint, language)}" if error.hint else ""
    message = f"{in_language(error.said, language)}{hint}"
    return type(error)(message, code=error.code, hint=error.hint, facts=error.facts)


def note_failure(engine: Engine, keyword: str, error: AIGCError) -> None:
    """Show the hint of an error under the failing keyword, and keep the error as evidence; secrets are masked."""
    note_secrets(engine)
    error.message = engine.redactor.text(error.message)
    error.args = (engine.redactor.text(error.text_in(engine.active_language)),)
    if error.hint:
        logger.info(engine.redactor.text(engine.text(error.hint)))
    engine.recovery.note(keyword, error, running_place())
    if engine.recovery.wants_page:
        from AIGCLibrary.recovery.page import page_text

        engine.recovery.note_page(page_text(engine.driver))
