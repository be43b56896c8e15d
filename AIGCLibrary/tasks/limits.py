"""Limits set by the tester during a run: `Set Task SLA`, for all tasks or one kind, for a test, a suite, or on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.tasks.sla import SLA


class SetScope(StrEnum):
    """How long a setting holds."""

    TEST = "test"
    SUITE = "suite"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class _Change:
    values: dict[str, Any]
    kind: str | None
    scope: SetScope
    place: str | None


class SlaOverrides:
    """Keeps what `Set Task SLA` changed.

    Args:
        place: Returns the names of the running suite and test.
    """

    def __init__(self, place: Callable[[], tuple[str | None, str | None]] = lambda: (None, None)) -> None:
        self._place = place
        self._changes: list[_Change] = []

    @property
    def kinds(self) -> set[str]:
        """The kinds that limits were changed for."""
        return {change.kind for change in self._changes if change.kind is not None}

    def change(self, values: Mapping[str, Any], kind: str | None = None, scope: str = "global") -> dict[str, Any]:
        """Change limits.

        Args:
            values: Names and values; none takes back what was changed for the kind in this scope.
            kind: Only for tasks of this kind.
            scope: `test` and `suite` end with the test or suite that runs now.

        Returns:
            The changes that held before.

        Raises:
            ConfigError: A name is unknown or a value cannot be.
        """
        SLA().changed(values)
        try:
            chosen = SetScope(scope.lower())
        except ValueError:
            raise ConfigError(f"There is no scope '{scope}'. {near_matches(scope, list(SetScope))}") from None
        before = self._valid(kind)
        suite, test = self._place()
        place = {SetScope.TEST: test, SetScope.SUITE: suite}.get(chosen)
        if not values:
            self._changes = [change for change in self._changes if (change.kind, change.scope) != (kind, chosen)]
        else:
            self._changes.append(_Change(dict(values), kind, chosen, place))
        return before

    def of(self, sla: SLA, kind: str) -> SLA:
        """Lay the changes over the limits of a provider; those of the kind win."""
        values = {**self._valid(None), **self._valid(kind)}
        return sla.changed(values, "Set Task SLA") if values else sla

    def _valid(self, kind: str | None) -> dict[str, Any]:
        suite, test = self._place()
        here = {SetScope.TEST: test, SetScope.SUITE: suite}
        self._changes = [
            change
            for change in self._changes
            if change.scope is SetScope.GLOBAL or _inside(here[change.scope], change.place)
        ]
        values: dict[str, Any] = {}
        for change in self._changes:
            if change.kind == kind:
                values |= change.values
        return values


def _inside(now: str | None, then: str | None) -> bool:
    return now == then or (now is not None and then is not None and now.startswith(f"{then}."))
