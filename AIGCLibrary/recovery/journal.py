"""Reads what a finished run left in the store: its failures with their suggestions, grouped by cause."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from AIGCLibrary.recovery.model import Applicability, Edit
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import last_results, within
from AIGCLibrary.store.tables import recovery, suggestion, test_result


@dataclass(frozen=True, slots=True)
class Advice:
    """A suggestion as it was stored.

    Args:
        test: Long name of the test.
        cause_class: What sort of cause.
        texts: Cause and fix by language.
        applicability: How far it may be trusted.
        verified: It was tried where the failure happened.
        edit: The change, where it can be written down.
        place: `file:line` of the failing step.
        row: The row itself.
    """

    test: str
    cause_class: str
    texts: Mapping[str, Mapping[str, str]]
    applicability: Applicability
    verified: bool
    edit: Edit | None
    place: str | None
    row: Mapping[str, Any] = field(repr=False, default_factory=dict)

    def cause(self, language: str) -> str:
        """Why it failed."""
        return self._text("cause", language)

    def fix(self, language: str) -> str:
        """What to do."""
        return self._text("fix", language)

    def _text(self, name: str, language: str) -> str:
        return self.texts.get(language, {}).get(name) or str(self.row.get(name) or "")


@dataclass(slots=True)
class Group:
    """Failures that have one cause.

    Args:
        key: What they have in common.
        advice: Suggestions, best first, each one once.
        tests: Long names of the tests, in the order they failed.
        message: The message of the first.
    """

    key: str
    advice: list[Advice] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    message: str = ""


def groups(store: Store, run_id: str) -> list[Group]:
    """Return the failures of a run, those with most tests first."""
    query = select(suggestion).where(within(store, suggestion.c.run_id, run_id)).order_by(suggestion.c.id)
    c = test_result.c
    last = {
        row["test"]: row["run_id"] for row in store.query(select(c.test, c.run_id).where(last_results(store, run_id)))
    }
    keys: dict[str, str] = {}
    found: dict[str, Group] = {}
    for row in store.query(query):
        test = str(row["test"])
        if last.get(test, row["run_id"]) != row["run_id"]:
            continue  # it was repeated since, and what counts is the last result
        # A test is counted once, under the group of its first suggestion.
        key = keys.setdefault(test, str(row["group_key"] or test))
        group = found.setdefault(key, Group(key, message=str(row["message"] or "")))
        if test not in group.tests:
            group.tests.append(test)
        advice = _advice(row)
        if not any(other.fix("en") == advice.fix("en") and other.edit == advice.edit for other in group.advice):
            group.advice.append(advice)
    return sorted(found.values(), key=lambda group: -len(group.tests))


def recoveries(store: Store, run_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return what was recovered in a run, by test."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in store.query(select(recovery).where(recovery.c.run_id == run_id).order_by(recovery.c.id)):
        found[str(row["test"])].append(row)
    return dict(found)


def _advice(row: Mapping[str, Any]) -> Advice:
    edit = row["edit"]
    return Advice(
        str(row["test"]),
        str(row["cause_class"]),
        row["texts"] or {},
        Applicability(row["applicability"]),
        bool(row["verified"]),
        Edit(**edit) if edit else None,
        row["place"],
        row,
    )
