"""What a finished run tells an assistant: failures, one failure in full, suggestions, SLO status, locator health."""

from collections import Counter, defaultdict
from typing import Any, TypeVar, cast

from sqlalchemy import select

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.monitoring.runs import all_runs, wanted_run
from AIGCLibrary.recovery.journal import Group, groups, recoveries
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import (
    escalation,
    file_report,
    finding,
    suggestion,
    target_hit,
    task,
    test_result,
    transition,
)

T = TypeVar("T")


class RunBundle:
    """Reads a store for an assistant; changes nothing, and masks secrets again on the way out.

    Args:
        store: Of the finished runs.
        language: `en` or `zh`, for causes and fixes.
        redactor: Masks secrets.
    """

    def __init__(self, store: Store, language: str = "en", redactor: Redactor | None = None) -> None:
        self._store = store
        self._language = language
        self._redactor = redactor or Redactor()

    def runs(self, limit: int = 20) -> list[dict[str, Any]]:
        """Return the runs, the latest first: id, name, times, status."""
        names = ("id", "name", "started_at", "finished_at", "status", "environment")
        return self._clean([{name: row[name] for name in names} for row in all_runs(self._store, limit)])

    def failures(self, run: str | None = None) -> dict[str, Any]:
        """Return the failures of a run, grouped by cause: tests, message, cause, best fix."""
        run_id = wanted_run(self._store, run)
        found = [
            {
                "tests": group.tests,
                "message": group.message[:1000],
                "cause_class": group.advice[0].cause_class,
                "cause": group.advice[0].cause(self._language),
                "fix": group.advice[0].fix(self._language),
                "applicability": group.advice[0].applicability.value,
            }
            for group in groups(self._store, run_id)
        ]
        return self._clean({"run": run_id, "groups": found})

    def failure(self, test: str, run: str | None = None) -> dict[str, Any]:
        """Return all that is known of one failed test.

        Raises:
            ConfigError: The run has no failed test of that name.
        """
        run_id = wanted_run(self._store, run)
        group = self._group(test, run_id)
        rows = self._rows(test_result, run_id, test)
        tasks = self._tasks(run_id, test)
        reports = self._rows(file_report, run_id, test)
        bundle = {
            "run": run_id,
            "test": test,
            "result": rows[-1] if rows else None,
            "same_cause": [name for name in group.tests if name != test],
            "suggestions": self._suggestions(group, test),
            "recoveries": recoveries(self._store, run_id).get(test, []),
            "targets": self._rows(target_hit, run_id, test)[-20:],
            "tasks": [
                {**row, "transitions": self._of(transition, transition.c.task, row["handle"])} for row in tasks[-5:]
            ],
            "files": [
                {**report, "findings": self._of(finding, finding.c.report, report["id"])} for report in reports[-5:]
            ],
            "escalations": self._rows(escalation, run_id, test),
        }
        return self._clean(bundle)

    def _tasks(self, run_id: str, test: str) -> list[dict[str, Any]]:
        """Return the tasks that a test ordered, and those that its failure mentions, of any test."""
        own = self._rows(task, run_id, test)
        mentioned = {(row.get("evidence") or {}).get("task") for row in self._rows(suggestion, run_id, test)}
        others = [handle for handle in mentioned if handle and handle not in {row["handle"] for row in own}]
        return [*self._store.query(select(task).where(task.c.handle.in_(others))), *own] if others else own

    def suggestions(self, run: str | None = None) -> dict[str, Any]:
        """Return all suggestions of a run with their edits."""
        run_id = wanted_run(self._store, run)
        found = [
            {"tests": group.tests, "suggestions": self._suggestions(group)} for group in groups(self._store, run_id)
        ]
        return self._clean({"run": run_id, "groups": found})

    def slo_status(self, run: str | None = None) -> dict[str, Any]:
        """Return the verdict on each SLO of a run, as its SLO table shows it."""
        from AIGCLibrary.monitoring.summary import slo_table

        run_id = wanted_run(self._store, run)
        table = slo_table(self._store, run_id, self._language, measured_only=True)
        rows = [
            {**dict(zip(table.columns, row.cells, strict=False)), "verdict": str(row.verdict)} for row in table.rows
        ]
        return self._clean({"run": run_id, "slos": rows})

    def locator_health(self, run: str | None = None) -> dict[str, Any]:
        """Return for each target how often which tier found it, and how often none did."""
        run_id = wanted_run(self._store, run)
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self._store.query(select(target_hit).where(target_hit.c.run_id == run_id)):
            counts[str(row["target"])][str(row["tier"] or row["outcome"])] += 1
        found = [{"target": name, **dict(count), "looked": count.total()} for name, count in sorted(counts.items())]
        return self._clean({"run": run_id, "targets": found})

    def _group(self, test: str, run_id: str) -> Group:
        found = groups(self._store, run_id)
        for group in found:
            if test in group.tests:
                return group
        known = [name for group in found for name in group.tests]
        raise ConfigError(f"Run '{run_id}' has no failed test '{test}'. {near_matches(test, known)}", code="AIGC640")

    def _suggestions(self, group: Group, test: str | None = None) -> list[dict[str, Any]]:
        return [
            {
                "cause_class": advice.cause_class,
                "cause": advice.cause(self._language),
                "fix": advice.fix(self._language),
                "applicability": advice.applicability.value,
                "verified": advice.verified,
                "place": advice.place,
                "edit": advice.row.get("edit"),
                "evidence": advice.row.get("evidence"),
                "source": advice.row.get("source"),
            }
            for advice in group.advice
            if test is None or advice.test == test or test in group.tests
        ]

    def _rows(self, table: Any, run_id: str, test: str) -> list[dict[str, Any]]:
        query = select(table).where(table.c.run_id == run_id, table.c.test == test)
        return [{name: value for name, value in row.items() if value is not None} for row in self._store.query(query)]

    def _of(self, table: Any, column: Any, value: str) -> list[dict[str, Any]]:
        return self._store.query(select(table).where(column == value))

    def _clean(self, value: T) -> T:
        return cast("T", self._redactor.data(value))
