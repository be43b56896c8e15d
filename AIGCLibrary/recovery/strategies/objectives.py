"""Objectives that are not met: which target, kind of task or rule makes the difference, and since which run."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from AIGCLibrary.i18n import Text, series
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Suggestion
from AIGCLibrary.recovery.strategy import RecoveryStrategy
from AIGCLibrary.units import format_duration
from AIGCLibrary.wording import sentence

TOP = 3
"""Things named for one objective."""


class WorstSamples(RecoveryStrategy):
    """Names what counts most against an objective, with its numbers and its change against earlier runs."""

    name = "worst_samples"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Look into the store for each objective of the failure."""
        if self.engine is None:
            return
        self.engine.store.flush()
        for slo in failure.fact("slos") or ([failure.fact("slo")] if failure.fact("slo") else []):
            finder = {"locator": self._targets, "async_task": self._tasks, "file_processing": self._files}.get(
                str(slo).partition(".")[0]
            )
            said = finder(str(slo)) if finder else None
            if said is not None:
                kind, values, evidence = said
                yield Suggestion(
                    code=failure.code,
                    cause_class=failure.cause,
                    cause=Text(f"recovery.strategy.slo.{kind}.cause", slo=slo, **values),
                    fix=Text(f"recovery.strategy.slo.{kind}.fix", slo=slo, **values),
                    evidence=evidence,
                    applicability=Applicability.NEEDS_VALUES,
                    source=self.name,
                    score=0.7,
                )

    def _targets(self, slo: str) -> tuple[str, dict[str, object], dict[str, object]] | None:
        hits = self._rows("target_hit")
        against = [row for row in hits if _counts_against(slo, row)]
        if not against:
            return None
        counts = Counter(str(row["target"]) for row in against)
        worst = counts.most_common(1)[0][0]
        last = next((row for row in self._rows("target_hit", "earlier", target=worst) if row["tier"] == "gold"), None)
        values: dict[str, object] = {
            "n": len(against),
            "all": len(hits),
            "names": _listed(counts),
            "worst": worst,
            "last": _when(last) if last else "?",
        }
        evidence = {
            "targets": dict(counts.most_common(10)),
            "last_gold": f"{last['run_id']} {last['selector']}" if last else None,
        }
        kind = "slow_target" if "time" in slo else "target_since" if last else "target"
        return kind, values, {name: value for name, value in evidence.items() if value}

    def _tasks(self, slo: str) -> tuple[str, dict[str, object], dict[str, object]] | None:
        now, before = self._rows("task"), self._rows("task", "earlier")
        if not now:
            return None
        if "time" in slo and "timeout" not in slo:
            slowest = max(now, key=lambda row: float(row["duration"] or 0))
            kind = _kind(slowest)
            took = [float(row["duration"]) for row in now if _kind(row) == kind and row["duration"]]
            past = [float(row["duration"]) for row in before if _kind(row) == kind and row["duration"]]
            if not took:
                return None
            values: dict[str, object] = {
                "kind": kind, "n": len(took),
                "mean": format_duration(sum(took) / len(took)), "longest": format_duration(max(took)),
                "before": format_duration(sum(past) / len(past)) if past else "?",
            }  # fmt: skip
            evidence: dict[str, object] = {"slowest": slowest["handle"], "earlier_tasks": len(past)}
            return ("slow_task_since" if past else "slow_task"), values, evidence
        bad = [row for row in now if row["outcome"] not in ("completed", None)]
        if not bad:
            return None
        counts = Counter(_kind(row) for row in bad)
        worst = counts.most_common(1)[0][0]
        reasons = Counter(str(row["error_class"] or row["outcome"]) for row in bad if _kind(row) == worst)
        past_bad = [row for row in before if _kind(row) == worst and row["outcome"] not in ("completed", None)]
        past_all = sum(_kind(row) == worst for row in before)
        values = {
            "n": len(bad), "all": len(now), "names": _listed(counts), "worst": worst, "reasons": _listed(reasons),
            "before": f"{len(past_bad)}/{past_all}",
        }  # fmt: skip
        evidence = {"tasks": [row["handle"] for row in bad[:5]], "reasons": dict(reasons)}
        return ("task_since" if past_all else "task"), values, evidence

    def _files(self, _slo: str) -> tuple[str, dict[str, object], dict[str, object]] | None:
        reports = {row["id"]: row for row in self._rows("file_report")}
        if not reports:
            return None
        found = [row for row in self._findings(list(reports)) if row["severity"] == "error"]
        if not found:
            return None
        rules = Counter(str(row["rule"]) for row in found)
        values: dict[str, object] = {
            "n": len({row["report"] for row in found}), "all": len(reports), "rules": _listed(rules),
            "worst": rules.most_common(1)[0][0], "message": sentence(found[0], 200),
        }  # fmt: skip
        return "file", values, {"rules": dict(rules)}

    def _rows(self, table: str, which: str = "now", **equal: object) -> list[dict[str, Any]]:
        from sqlalchemy import select

        from AIGCLibrary.store import tables

        engine = self.engine
        if engine is None:
            return []
        source = getattr(tables, table)
        same = source.c.run_id == engine.run_id if which == "now" else source.c.run_id != engine.run_id
        query = select(source).where(same, *(source.c[name] == value for name, value in equal.items()))
        order = (
            source.c.at if "at" in source.c else source.c.submitted_at if "submitted_at" in source.c else source.c.id
        )
        return engine.store.query(query.order_by(order.desc()).limit(5000))

    def _findings(self, reports: list[str]) -> list[dict[str, Any]]:
        from sqlalchemy import select

        from AIGCLibrary.store.tables import finding

        return (
            self.engine.store.query(select(finding).where(finding.c.report.in_(reports[:500]))) if self.engine else []
        )


def _counts_against(slo: str, row: Mapping[str, Any]) -> bool:
    if "time" in slo:
        return bool(row["elapsed"] and row["elapsed"] > SLOW)
    tier = "bronze" if "bronze" in slo else "silver" if "silver" in slo else None
    return bool(row["tier"] == tier if tier else row["tier"] != "gold")


SLOW = 1.0
"""Seconds from which one search counts as slow."""


def _kind(row: Mapping[str, Any]) -> str:
    return f"{row['provider'] or '?'}/{row['kind'] or '?'}"


def _listed(counts: Counter[str]) -> Text | str:
    return series(f"{name} ({count})" for name, count in counts.most_common(TOP))


def _when(row: Mapping[str, Any]) -> str:
    return f"{row['run_id']} ({time.strftime('%Y-%m-%d %H:%M', time.localtime(row['at'] or 0))})"
