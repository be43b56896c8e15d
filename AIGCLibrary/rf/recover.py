"""Passes a failed keyword to the recovery manager, and marks the test that needed it."""

import html
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.harmless import robot_text, visible
from AIGCLibrary.i18n import Text
from AIGCLibrary.rf.expectation import failure_expected

if TYPE_CHECKING:
    from AIGCLibrary.recovery.manager import Recovered

TAG = "aigc-recovered"
METADATA = "Recovered"


def recover(
    engine: Engine,
    keyword: str,
    error: AIGCError,
    again: Callable[[Mapping[str, Any]], Any],
    arguments: Mapping[str, Any],
) -> Any:
    """Try to recover a keyword; return its result, or raise its error.

    Nothing is tried where the test expects or handles the failure; see `failure_expected`.
    """
    if failure_expected():
        raise error
    result, done = engine.recovery.manager.attempt(keyword, error, again, arguments)
    _mark(engine, done)
    return result


def running_place() -> str | None:
    """Return `file:line` of the running keyword; relative to the current directory where it lies below it."""
    return next((place for data in _steps() if (place := place_of(data))), None)


def place_of(data: Any) -> str | None:
    """Return `file:line` of a step; relative to the current directory where it lies below it."""
    if not getattr(data, "lineno", None) or not getattr(data, "source", None):
        return None
    source = Path(data.source)
    shown = source.relative_to(Path.cwd()) if source.is_relative_to(Path.cwd()) else source
    return f"{shown}:{data.lineno}"


def _steps() -> list[Any]:
    """Return the data of the running steps, the innermost first."""
    context = EXECUTION_CONTEXTS.current
    return [step[0] for step in reversed(getattr(context, "steps", None) or [])]


def _mark(engine: Engine, done: "Recovered") -> None:
    """Show a recovery: a warning and HTML at the keyword, a tag and metadata on the test."""
    text = engine.text(
        Text(
            "recovery.recovered",
            keyword=done.keyword.replace("_", " ").title(),
            cause=done.cause.text,
            strategy=done.strategy,
            attempt=done.attempt,
            seconds=f"{done.elapsed:.1f}",
        )
    )
    logger.warn(visible(text))
    logger.info(
        f"<div><b>{html.escape(text)}</b><br>{html.escape(engine.redactor.text(done.message))}</div>", html=True
    )
    built_in = BuiltIn()
    try:
        built_in.set_tags(TAG, f"recovered:{done.strategy}")
        built_in.set_test_metadata(METADATA, robot_text(text), append=True, separator="\n\n")
    except (RobotNotRunningError, RuntimeError) as error:
        logger.debug(f"The test could not be marked as recovered: {error}")  # in a suite setup there is no test
