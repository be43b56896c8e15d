"""What all keyword classes share: the engine, assertions on getters, HTML in the log, dotted results."""

import contextlib
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from assertionengine import AssertionOperator, verify_assertion
from robot.api import SkipExecution, logger
from robot.api.types import Secret
from robot.utils import DotDict

from AIGCLibrary.config import ImportOptions
from AIGCLibrary.engine import Engine

T = TypeVar("T")

_SIGNS = {AssertionOperator[sign]: sign for sign in ("==", "<", ">", "<=", ">=")}
_COMPARISONS = [AssertionOperator[sign] for sign in ("==", "!=", "<", ">", "<=", ">=")]


class Component:
    """Base of the keyword classes.

    Args:
        engine: The services.
        options: What the import sets that these keywords belong to.
    """

    def __init__(self, engine: Engine, options: ImportOptions) -> None:
        self.engine = engine
        self.options = options

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for a coroutine of a service; Robot's timeouts stop it."""
        return self.engine.loop.run(coroutine)

    def skip_if_stopped(self) -> None:
        """Skip the test where an objective with `stop: proven` is in breach: nothing more is submitted then."""
        if self.engine.begun and (why := self.engine.monitoring.stopped()) is not None:
            raise SkipExecution(self.engine.text(why))

    def log_html(self, html: str) -> None:
        """Put HTML beside the running keyword in log.html; the caller escapes what came from outside."""
        logger.info(self.engine.redactor.text(html), html=True)

    def verify(
        self,
        value: T,
        operator: AssertionOperator | None,
        expected: Any,
        message: str | None,
        label: str,
    ) -> T:
        """Return a getter's value after its optional assertion."""
        if isinstance(expected, timedelta):
            expected = expected.total_seconds()
        elif isinstance(value, int | float) and isinstance(expected, str) and operator in _COMPARISONS:
            with contextlib.suppress(ValueError):
                expected = float(expected)  # what a tester writes is text; numbers are compared as numbers
        sign = _SIGNS.get(operator) if operator else None
        if value is None and sign is not None and expected not in (None, "", "None"):
            unknown = f"{label} is not known: the product has not reported it. Expected: {sign} {expected}."
            raise AssertionError(message or unknown)
        return verify_assertion(value, operator, expected, label, message)

    def reveal(self, value: Any) -> Any:
        """Take secrets out of their wrapper, also inside dicts and lists, and have them masked from now on."""
        if isinstance(value, Secret):
            self.engine.redactor.add(str(value.value))
            return value.value
        if isinstance(value, Mapping):
            return {key: self.reveal(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.reveal(item) for item in value]
        return value


def seconds(value: timedelta | None) -> float | None:
    """Turn a Robot time into seconds."""
    return None if value is None else value.total_seconds()


def dotted(value: Any) -> Any:
    """Turn dicts into DotDicts, deeply, so that `${result.state}` works."""
    if isinstance(value, Mapping):
        return DotDict({str(key): dotted(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return [dotted(item) for item in value]
    return value
