"""What a run showed beside its objectives: targets, tasks, files, failures; for the page and the dashboard."""

import math
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from AIGCLibrary.i18n import CHINESE, ENGLISH, Text, short_language
from AIGCLibrary.monitoring.series import percentile
from AIGCLibrary.repetition import without_repetition
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import last_results, within
from AIGCLibrary.store.running import abandoned
from AIGCLibrary.store.tables import file_report, run, sample, suggestion, test_result

_ORDER = ("gold", "silver", "bronze", "missing")
NEWEST = 20_000
"""Samples read at most for distributions: the newest ones."""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """How one target was found. Times in seconds; `steadiness` is the share of its most common tier.

    `remembered` counts the lookups on pages where a winner was remembered, `held` those in which it won again.
    """

    target: str
    n: int
    tiers: dict[str, int]
    mean: float
    slowest: float
    steadiness: float
    place: str | None
    test: str | None
    conflicts: int = 0
    healed: int = 0
    remembered: int = 0
    held: int = 0

    @property
    def on_bronze(self) -> bool:
        """True when nothing better than bronze ever found it, so that the next change of structure loses it."""
        return bool(self.tiers.get("bronze")) and not {"gold", "silver"} & self.tiers.keys()


@dataclass(frozen=True, slots=True)
class KindFacts:
    """How the tasks of one kind went. Times in seconds."""

    kind: str
    n: int
    completed: int
    median: float
    p95: float
    times: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """How the files of one media type went. Times in seconds, sizes in bytes."""

    media_type: str
    n: int
    passed: int
    size: int
    mean: float


@dataclass(frozen=True, slots=True)
class FailureFacts:
    """A failed test with what was suggested."""

    suite: str
    test: str
    message: str
    place: str | None
    keyword: str | None
    suggestions: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run. Times in seconds since 1970."""

    run_id: str
    name: str
    status: str
    started_at: float | None
    finished_at: float | None
    environment: str | None
    tests: dict[str, int]
    processes: int
    seen_at: float | None = None
    abandoned: bool = False


def run_facts(store: Store, run_id: str) -> RunFacts:
    """Return what is known of a run; one that was killed has no end and keeps the status RUNNING, see `abandoned`."""
    rows = store.query(select(run).where(run.c.id == run_id))
    row = rows[0] if rows else {}
    c = test_result.c
    last = last_results(store, run_id)
    counted = store.query(select(c.status, func.count().label("n")).where(last).group_by(c.status))
    processes = store.query(select(func.count(func.distinct(c.process)).label("n")).where(c.run_id == run_id))
    tests = {row["status"]: row["n"] for row in counted}
    status = row.get("status") or "UNKNOWN"
    return RunFacts(
        run_id=run_id,
        name=row.get("name") or run_id,
        status="FAIL" if tests.get("FAIL") and status != "RUNNING" else status,
        started_at=row.get("started_at"),
        finished_at=row.get("finished_at"),
        environment=row.get("environment"),
        tests=tests,
        processes=processes[0]["n"],
        seen_at=row.get("seen_at"),
        abandoned=run_id in abandoned(store, [run_id], time.time()),
    )


def targets(store: Store, run_id: str) -> list[TargetFacts]:
    """Return how each target was found, by name."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _samples(store, run_id, "locator.locate_time"):
        found[str((row["labels"] or {}).get("target", "?"))].append(row)
    return [_target(name, rows) for name, rows in sorted(found.items())]


def _target(name: str, rows: list[dict[str, Any]]) -> TargetFacts:
    tiers = Counter(str(row["labels"].get("tier") or "missing") for row in rows)
    slowest = max(rows, key=lambda row: row["value"])
    outcomes = Counter(row["labels"].get("outcome") for row in rows)
    remembered = Counter(row["labels"].get("remembered") for row in rows)
    return TargetFacts(
        target=name,
        n=len(rows),
        tiers=dict(sorted(tiers.items(), key=lambda item: _ORDER.index(item[0]) if item[0] in _ORDER else 9)),
        mean=math.fsum(row["value"] for row in rows) / len(rows),
        slowest=slowest["value"],
        steadiness=tiers.most_common(1)[0][1] / len(rows),
        place=slowest["place"],
        test=slowest["test"],
        conflicts=outcomes["conflict"],
        healed=outcomes["healed"],
        remembered=remembered["held"] + remembered["changed"],
        held=remembered["held"],
    )


def slowest(facts: list[TargetFacts], limit: int = 8) -> list[TargetFacts]:
    """Return the targets with the longest single search."""
    return sorted(facts, key=lambda target_facts: -target_facts.slowest)[:limit]


def flakiest(facts: list[TargetFacts], limit: int = 8) -> list[TargetFacts]:
    """Return the targets that are found now by this tier, now by another, or not at all; the worst first."""
    return sorted(
        (fact for fact in facts if fact.steadiness < 1),
        key=lambda target_facts: (target_facts.steadiness, -target_facts.n),
    )[:limit]


def kinds(store: Store, run_id: str) -> list[KindFacts]:
    """Return how the tasks of each kind went."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _samples(store, run_id, "async_task.wait_time"):
        found[str((row["labels"] or {}).get("kind", "?"))].append(row)
    facts = []
    for kind, rows in sorted(found.items()):
        times = sorted(row["value"] for row in rows)
        completed = sum((row["labels"] or {}).get("outcome") == "completed" for row in rows)
        facts.append(
            KindFacts(kind, len(rows), completed, percentile(times, 0.5), percentile(times, 0.95), tuple(times))
        )
    return facts


def files(store: Store, run_id: str) -> list[FileFacts]:
    """Return how the files of each media type went."""
    c = file_report.c
    statement = (
        select(
            c.media_type,
            func.count().label("n"),
            func.sum(case((c.success, 1), else_=0)).label("passed"),
            func.sum(c.size).label("size"),
            func.avg(c.elapsed).label("mean"),
        )
        .where(within(store, c.run_id, run_id))
        .group_by(c.media_type)
        .order_by(c.media_type)
    )
    return [
        FileFacts(
            media_type=row["media_type"] or "?",
            n=row["n"],
            passed=int(row["passed"] or 0),
            size=int(row["size"] or 0),
            mean=row["mean"] or 0.0,
        )
        for row in store.query(statement)
    ]


def failures(store: Store, run_id: str, limit: int = 200, *, latest_first: bool = True) -> list[FailureFacts]:
    """Return the failed tests, in either order, each with its suggestions."""
    c = test_result.c
    order = (c.at.desc(), c.id.desc()) if latest_first else (c.at, c.id)
    last = last_results(store, run_id)
    rows = store.query(select(test_result).where(last, c.status == "FAIL").order_by(*order).limit(limit))
    given: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    if rows:
        s = suggestion.c
        for row in store.query(select(suggestion).where(within(store, s.run_id, run_id)).order_by(s.id)):
            given[row["run_id"], str(row["test"])].append(row)
    return [
        FailureFacts(
            suite=row["suite"] or "",
            test=row["test"] or "",
            message=row["message"] or "",
            place=row["failed_at"] or row["place"],
            keyword=row["failed_keyword"],
            suggestions=tuple(given.get((row["run_id"], str(row["test"])), [])[:5]),
        )
        for row in rows
    ]


def _samples(store: Store, run_id: str, metric: str) -> list[dict[str, Any]]:
    c = sample.c
    statement = (
        select(c.value, c.labels, c.place, c.test)
        .where(within(store, c.run_id, run_id), c.name == metric)
        .order_by(c.at.desc())
        .limit(NEWEST)
    )
    return store.query(statement)


def in_language(row: dict[str, Any], language: str) -> dict[str, str]:
    """Return cause and fix of a stored suggestion in a language; as they were shown where it has no other."""
    texts = (row.get("texts") or {}).get(language) or {}
    return {name: str(texts.get(name) or row.get(name) or "") for name in ("cause", "fix")}


def remedies(failure: FailureFacts, language: str) -> list[dict[str, str]]:
    """Return what is suggested for a failed test, to be shown beside its message.

    Returns:
        Cause, fix, `trust` in words, `applicability` and `place` of each. A
        cause that the message or the suggestion before has named is empty.
    """
    message, found, before = own_message(failure), [], ""
    for advice in failure.suggestions:
        texts = in_language(advice, language)
        cause = without_repetition(texts["cause"], message)
        trust = trust_text(advice.get("applicability"), language)
        texts |= {
            "cause": "" if cause == before else cause,
            "trust": trust,
            "applicability": str(advice.get("applicability") or ""),
            "place": str(advice.get("place") or ""),
        }
        found.append(texts)
        before = cause
    return found


def trust_text(trust: str | None, language: str) -> str:
    """Return how sure a suggestion is; empty where that is not known."""
    known = trust in ("certain", "likely", "needs_values")
    return Text(f"recovery.applicability.{trust}").render(language) if known else ""


def with_trust(remedy: str, trust: str | None, language: str) -> str:
    """Return what to do with how sure it is in brackets; empty where nothing is suggested."""
    sure = trust_text(trust, language)
    if not remedy or not sure:
        return remedy
    return f"{remedy}（{sure}）" if short_language(language) == CHINESE else f"{remedy} ({sure})"


def own_message(failure: FailureFacts) -> str:
    """Return the message of a failed test without the line that repeats a suggestion."""
    known = [
        in_language(advice, language)["cause"] for advice in failure.suggestions for language in (ENGLISH, CHINESE)
    ]
    first, *rest = failure.message.split("\n\n")
    kept = [first]
    for part in rest:
        causes = (without_repetition(" ".join(cause.split()), "\n\n".join(kept)) for cause in known)
        said = " ".join(part.split())
        if not (" → " in said and any(cause and said.startswith(cause) for cause in causes)):
            kept.append(part)
    return "\n\n".join(kept)
