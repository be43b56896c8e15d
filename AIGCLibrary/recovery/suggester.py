"""AutoFixSuggester: from a failure to ranked suggestions, by the strategies its cause names."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from AIGCLibrary.plugins.registry import Registry
from AIGCLibrary.recovery.explain import explain
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Suggestion
from AIGCLibrary.recovery.present import stands_already
from AIGCLibrary.recovery.strategy import RecoveryStrategy
from AIGCLibrary.recovery.table import Table
from AIGCLibrary.recovery.triage import Triage

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.recovery")

MOST = 5
"""Suggestions shown for one failure."""
SPECIFIC = 0.5
"""With a suggestion of this score, the general explanation of the cause has nothing to add."""


class AutoFixSuggester:
    """Makes suggestions; knows no test and changes nothing.

    Args:
        table: Strategies by cause.
        registry: Strategies by name.
        engine: For strategies that look into history; None: they do without.

    Example:
        ```python
        suggester = AutoFixSuggester(table, registry)
        for suggestion in suggester.suggest(Failure.of_error(error, "Wait For Task")):
            print(suggestion.line("zh"))
        ```
    """

    def __init__(
        self, table: Table, registry: Registry[type[RecoveryStrategy]], engine: "Runtime | None" = None
    ) -> None:
        self._table = table
        self._registry = registry
        self._engine = engine
        self._triage = Triage(table)

    def judge(self, failure: Failure) -> Failure:
        """Find the cause of a failure."""
        return self._triage.judge(failure)

    def suggest(self, failure: Failure) -> list[Suggestion]:
        """Return at least one suggestion, best first."""
        return self.of_cause(self.judge(failure))

    def of_cause(self, judged: Failure) -> list[Suggestion]:
        """Do the same for a failure whose cause is known."""
        found: list[Suggestion] = []
        for name in self._table.row(judged.cause).auto_fix:
            try:
                found += list(self._registry.get(name)(self._engine).suggest(judged))
            except Exception:
                log.warning("Recovery strategy '%s' failed to suggest.", name, exc_info=True)
        if not any(suggestion.score >= SPECIFIC for suggestion in found):
            found.append(explain(judged))
        news = [suggestion for suggestion in found if not stands_already(suggestion.edit)]
        if not news:
            news = [explain(judged)]
        return [replace(suggestion, place=suggestion.place or judged.place) for suggestion in ranked(news)][:MOST]


def ranked(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Order by applicability, then verified ones first, then score; repeated ones are left out."""
    order = list(Applicability)
    seen: set[tuple[str, str]] = set()
    kept = []
    for suggestion in sorted(suggestions, key=lambda s: (order.index(s.applicability), not s.verified, -s.score)):
        key = (str(suggestion.cause), str(suggestion.fix))
        if key not in seen:
            seen.add(key)
            kept.append(suggestion)
    return kept
