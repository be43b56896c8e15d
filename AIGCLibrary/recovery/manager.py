"""ErrorRecoveryManager: retry what is safe, within bounds, visibly; escalate and explain what is not.

keyword fails ─► triage ─► row of the cause
├─ retry:    strategies that may act ─► the keyword again ─► recovered (marked, counted)
├─ escalate: MCP server or webhook, at the end of the test, when one is configured
└─ auto_fix: suggestions
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from AIGCLibrary.errors import AIGCError, ConfigError, near_matches
from AIGCLibrary.events import MetricRecorded
from AIGCLibrary.plugins.registry import Registry
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Cause, Suggestion
from AIGCLibrary.recovery.strategy import Attempt, Lend, Level, RecoveryStrategy
from AIGCLibrary.recovery.suggester import AutoFixSuggester
from AIGCLibrary.recovery.table import Table

if TYPE_CHECKING:
    from AIGCLibrary.plugins.base import ScenarioContext
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.recovery")
T = TypeVar("T")

BUDGET = 30.0
"""Seconds recovering may take for one failure, the second run of the keyword not counted."""
GIVE_UP = 3
"""Failed recoveries of one keyword and cause after which it is not tried any more in this run."""
PER_RUN = 50
"""Recoveries in one run; more than this is no accident but a broken product."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A keyword that failed and was recovered.

    Args:
        keyword: Its name.
        cause: Why it failed.
        strategy: What helped.
        attempt: Which try it was, from 1.
        elapsed: Seconds it took.
        message: What the failure said.
    """

    keyword: str
    cause: Cause
    strategy: str
    attempt: int
    elapsed: float
    message: str


class ErrorRecoveryManager:
    """Recovers keywords by the strategy table.

    Args:
        table: What is done about each cause.
        strategies: The strategies by name.
        suggester: For triage and for what cannot be recovered.
        runtime: The services.
        lend: Adds a temporary selector to a target.
    """

    def __init__(
        self,
        table: Table,
        strategies: Registry[type[RecoveryStrategy]],
        suggester: AutoFixSuggester,
        runtime: "Runtime",
        lend: Lend | None = None,
    ) -> None:
        self._table = table
        self._strategies = strategies
        self._suggester = suggester
        self._runtime = runtime
        self._lend = lend
        self._failed: Counter[tuple[str, Cause]] = Counter()
        self._count = 0
        self._active = False
        self.recovered: list[Recovered] = []
        """What was recovered in the running test."""

    @property
    def level(self) -> Level:
        """How much may be done: option `recovery.act`, `safe` when it says nothing.

        Raises:
            ConfigError: The option has a value it cannot have.
        """
        options = self._runtime.settings.options.get("recovery") or {}
        asked = options.get("act", Level.SAFE)
        asked = "off" if asked is False else str(asked).lower()
        try:
            return Level(asked)
        except ValueError:
            raise ConfigError(
                f"options.recovery.act='{asked}' is not known. {near_matches(asked, list(Level))}"
            ) from None

    def attempt(
        self,
        keyword: str,
        error: AIGCError,
        again: Callable[[Mapping[str, Any]], T],
        arguments: Mapping[str, Any] | None = None,
    ) -> tuple[T, Recovered]:
        """Try to recover a keyword that failed; return its result and how.

        Args:
            keyword: Name of the keyword.
            error: What it failed with.
            again: Runs it again with these named arguments replaced.
            arguments: Its named arguments.

        Raises:
            AIGCError: The error itself where nothing may be done or nothing helped; the error of the last try
                when that says something else.
        """
        failure = self._suggester.judge(Failure.of_error(error, keyword))
        if self._active or not self._may_try(keyword, failure.cause):
            raise error
        self._active = True
        try:
            return self._try(failure, error, again, arguments or {})
        finally:
            self._active = False

    def run(self, keyword: str, operation: Callable[[Mapping[str, Any]], T], arguments: Mapping[str, Any]) -> T:
        """Do an operation, and recover it where it fails and may be repeated; for use from plain Python.

        Example:
            ```python
            engine.recovery.manager.run("Wait For Task", lambda more: wait(task, **more), {"timeout": 90})
            ```
        """
        try:
            return operation({})
        except AIGCError as error:
            return self.attempt(keyword, error, operation, arguments)[0]

    async def handle_error(self, error_type: str, context: "ScenarioContext") -> dict[str, Any]:
        """Return what would be done about a type of error: its row, and suggestions for the last such failure.

        Args:
            error_type: A cause, for example `async_task.timeout`.
            context: Its `test_data["error"]` may hold the error.

        Returns:
            `{"status": "escalated" | "explained", "retry": …, "suggestions": [lines]}`.
        """
        row = self._table.row(error_type)
        error = context.test_data.get("error")
        failure = (
            Failure.of_error(error) if isinstance(error, AIGCError) else Failure.of_message(str(error or error_type))
        )
        known = next((cause for cause in Cause if cause.value == error_type), None)
        found = self._suggester.of_cause(replace(failure, cause=known)) if known else self._suggester.suggest(failure)
        language = self._runtime.language
        return {
            "status": "escalated" if row.escalate else "explained",
            "retry": row.retry,
            "suggestions": [suggestion.line(language) for suggestion in found],
        }

    def suggest(self, failure: Failure) -> list[Suggestion]:
        """Return the suggestions for a failure."""
        return self._suggester.suggest(failure)

    def _may_try(self, keyword: str, cause: Cause) -> bool:
        row = self._table.row(cause)
        return (
            row.retry
            and self.level is not Level.OFF
            and self._table.may_repeat(keyword, cause)
            and self._failed[keyword, cause] < GIVE_UP
            and self._count < PER_RUN
        )

    def _try(
        self, failure: Failure, error: AIGCError, again: Callable[[Mapping[str, Any]], T], arguments: Mapping[str, Any]
    ) -> tuple[T, Recovered]:
        clock = self._runtime.clock
        started, last, number = clock.monotonic(), error, 0
        for name, strategy in self._acting(failure):
            for _ in range(self._table.row(failure.cause).attempts):
                remaining = BUDGET - (clock.monotonic() - started)
                if remaining <= 0:
                    break
                attempt = Attempt(failure, self._runtime, again, number + 1, arguments, remaining, self._lend)
                changes = self._prepared(name, strategy, attempt)
                if changes is None:
                    break
                number += 1
                self._count += 1
                try:
                    result = again(changes)
                except AIGCError as next_error:
                    last = next_error
                    self._record(failure, name, number, "failed", clock.monotonic() - started)
                    continue
                done = Recovered(
                    failure.keyword, failure.cause, name, number, clock.monotonic() - started, failure.first_line
                )
                self._record(failure, name, number, "recovered", done.elapsed)
                self.recovered.append(done)
                return result, done
        if number and last is not error:
            self._failed[failure.keyword, failure.cause] += 1
        raise last

    def _acting(self, failure: Failure) -> list[tuple[str, RecoveryStrategy]]:
        level = self.level
        made = [(name, self._strategies.get(name)(self._runtime)) for name in self._table.row(failure.cause).auto_fix]
        return [(name, strategy) for name, strategy in made if level.allows(strategy.level)]

    @staticmethod
    def _prepared(name: str, strategy: RecoveryStrategy, attempt: Attempt) -> Mapping[str, Any] | None:
        try:
            return strategy.prepare(attempt)
        except Exception:
            log.warning("Recovery strategy '%s' failed.", name, exc_info=True)
            return None

    def _record(self, failure: Failure, strategy: str, number: int, outcome: str, elapsed: float) -> None:
        from AIGCLibrary.store.tables import recovery

        now = self._runtime.clock.now()
        self._runtime.store.insert(
            recovery,
            at=now,
            error_type=failure.cause.value,
            keyword=failure.keyword,
            strategy=strategy,
            attempt=number,
            outcome=outcome,
            elapsed=elapsed,
            detail=self._runtime.redactor.text(failure.first_line),
        )
        labels = {"cause": failure.cause.value, "strategy": strategy}
        self._runtime.bus.emit(
            MetricRecorded(at=now, name="recovery.recovered", value=float(outcome == "recovered"), labels=labels)
        )
