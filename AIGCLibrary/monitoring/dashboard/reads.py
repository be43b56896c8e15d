"""What the dashboard reads: plain data for JSON, kept for a moment, so that many visitors cost as much as one."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Integer, func, select

from AIGCLibrary.monitoring.catalogue import MetricKind
from AIGCLibrary.monitoring.history import ErrorBudget, Trend, budget_left, budgets, series_by_run, trends_in
from AIGCLibrary.monitoring.overview import cause_of
from AIGCLibrary.monitoring.report import charts, facts
from AIGCLibrary.monitoring.runs import LOG, all_runs, latest_run, wanted_run
from AIGCLibrary.monitoring.series import read
from AIGCLibrary.monitoring.slo import by_trouble, evaluate, objectives_of
from AIGCLibrary.monitoring.summary import counted_words, interval_text, line_text
from AIGCLibrary.monitoring.units import shown
from AIGCLibrary.monitoring.verdict import Status
from AIGCLibrary.store import Store
from AIGCLibrary.store.running import abandoned, ended
from AIGCLibrary.store.tables import alert, download, rollup, sample, task, test_result

FRESH = 1.0
"""Seconds an answer is kept; slow ones ten times as long as they took, up to 10 s."""
POINTS = 240
"""Points of a line at most."""


class Reads:
    """Reads from a store on threads, each question once at a time.

    Args:
        store: Where to read.
        fresh: Seconds an answer is kept at least; 0 keeps none.
    """

    def __init__(self, store: Store, fresh: float = FRESH) -> None:
        self.store = store
        self._fresh = fresh
        self._kept: dict[tuple[Any, ...], tuple[float, Any]] = {}
        self._asked: dict[tuple[Any, ...], asyncio.Task[Any]] = {}

    async def get(self, question: Callable[..., Any], *args: Any) -> Any:
        """Answer a question, from memory when it was answered a moment ago."""
        key = (question.__name__, *args)
        until, answer = self._kept.get(key, (0.0, None))
        if time.monotonic() < until:
            return answer
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._ask(key, question, args))
        return await asyncio.shield(self._asked[key])

    def forget(self) -> None:
        """Read again from now on: something changed."""
        self._kept.clear()
        self._asked.clear()

    async def _ask(self, key: tuple[Any, ...], question: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        started = time.monotonic()
        try:
            answer = await asyncio.to_thread(question, self.store, *args)
        finally:
            current = self._asked.get(key) is asyncio.current_task()
            if current:
                del self._asked[key]
        if not current:
            return answer  # forgotten meanwhile: it may be older than what changed
        ended = time.monotonic()
        if len(self._kept) > 500:
            self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > ended}
        if self._fresh:
            self._kept[key] = (ended + min(max(self._fresh, 10 * (ended - started)), 10.0), answer)
        return answer


def resolve(store: Store, run_id: str) -> str:
    """Return the id of a run; `latest` is the one that started last, running or with tests."""
    latest = latest_run(store, going_at=time.time()) if run_id == "latest" else None
    return latest or wanted_run(store, None if run_id == "latest" else run_id)


def runs(store: Store) -> list[dict[str, Any]]:
    """List the runs, the latest first, with their tests."""
    rows = all_runs(store, 50)
    c = test_result.c
    ids = [row["id"] for row in rows]
    counted_tests = store.query(
        select(c.run_id, c.status, func.count().label("n")).where(c.run_id.in_(ids)).group_by(c.run_id, c.status)
    )
    tests: dict[str, dict[str, int]] = {}
    for row in counted_tests:
        tests.setdefault(row["run_id"], {})[row["status"]] = row["n"]
    names = ("id", "name", "status", "started_at", "finished_at", "seen_at", "environment", "version")
    now = time.time()
    over, lost = ended(store, ids, now), abandoned(store, ids, now)
    logs = _logs(rows)
    found = [
        {name: row[name] for name in names}
        | {
            "tests": tests.get(row["id"], {}),
            "ended": row["id"] in over,
            "abandoned": row["id"] in lost,
            "log": row["id"] in logs,
            "previous": next((earlier["id"] for earlier in rows[index + 1 :] if earlier["name"] == row["name"]), None),
        }
        for index, row in enumerate(rows)
    ]
    for run in found:
        if run["status"] == "PASS" and run["tests"].get("FAIL"):
            run["status"] = "FAIL"  # the process that ended last knew of its own tests only
    return found


def slo(store: Store, run_id: str, language: str) -> list[dict[str, Any]]:
    """Judge the objectives of a run, those in trouble first."""
    objectives = objectives_of(store, run_id)
    items = list(objectives.items.values())
    by_run = series_by_run(store, items, run_id)
    here = {metric: series[run_id][1] for metric, series in by_run.items() if run_id in series}
    statuses = by_trouble(evaluate(store, items, run_id=run_id, found=here))
    rows = store.query(select(func.max(rollup.c.minute).label("at")).where(rollup.c.run_id == run_id))
    now = float(rows[0]["at"] or 0.0) + 60
    measured = [status.objective for status in statuses if status.n]
    past = trends_in(by_run, measured, run_id)
    spent = budgets(store, measured, now, objectives.budget_window, like=run_id)
    return [
        _objective(status, past.get(status.objective.name), spent.get(status.objective.name), language)
        for status in statuses
    ]


def _objective(status: Status, past: Trend | None, spent: ErrorBudget | None, language: str) -> dict[str, Any]:
    objective = status.objective
    bar = charts.interval_bar(status)
    card: dict[str, Any] = {
        "name": objective.name,
        "metric": objective.metric,
        "verdict": str(status.verdict),
        "value": status.value,
        "n": status.n,
        "good": status.good,
        "unit": objective.unit,
        "better": str(objective.better),
        "min": objective.least,
        "max": objective.most,
        "target": objective.target,
        "low": _finite(status.interval.low) if status.interval else None,
        "high": _finite(status.interval.high) if status.interval else None,
        "confidence": objective.confidence,
        "reason": status.reason.render(language),
        "text": {
            "value": "–" if status.value is None else shown(status.value, objective.unit),
            "counted": counted_words(status, language) if status.n else "",
            "interval": interval_text(status),
            "line": line_text(status),
            "target": shown(objective.target, objective.unit),
        },
        "bar": {"allowed": bar.allowed, "interval": bar.interval, "value": bar.value, "target": bar.target},
    }
    if past is not None:
        card["trend"] = {"direction": str(past.direction), "runs": len(past.points)}
        card["budget"] = None if spent is None else {
            "left": _finite(spent.left),
            "text": budget_left(spent, language),
            "burns": [
                {"window": burn.window, "rate": _finite(burn.rate), "threshold": burn.threshold, "alarms": burn.alarms}
                for burn in spent.burns
            ],
        }  # fmt: skip
    return card


def metrics(store: Store, run_id: str) -> list[dict[str, Any]]:
    """List what was measured in a run."""
    c = rollup.c
    statement = select(c.name, func.max(c.unit).label("unit"), func.sum(c.n).label("n")).where(c.run_id == run_id)
    kinds = {name: str(series.kind) for name, series in read(store, run_id=run_id).items()}
    rows = store.query(statement.group_by(c.name).order_by(c.name))
    return [{**row, "kind": kinds.get(row["name"], str(MetricKind.MEAN))} for row in rows]


def series(store: Store, run_id: str, name: str, start: float | None, end: float | None) -> dict[str, Any]:
    """Return a metric over time: means by step, from the roll-ups where the time is long, else from the samples."""
    c = rollup.c
    bounds = store.query(
        select(func.min(c.minute).label("first"), func.max(c.minute).label("last"), func.sum(c.n).label("n")).where(
            c.run_id == run_id, c.name == name
        )
    )[0]
    if bounds["first"] is None:
        return {"name": name, "step": 0, "t": [], "mean": [], "n": []}
    first = max(float(bounds["first"]), start or 0.0)
    last = min(float(bounds["last"]) + 60, end or math.inf)
    span = max(last - first, 1.0)
    if span <= 40 * 60 and bounds["n"] <= 50_000:
        step = max(1, math.ceil(span / POINTS))
        s = sample.c
        bucket = _whole(store, (s.at - first) / step)
        statement = (
            select(bucket.label("b"), func.avg(s.value).label("mean"), func.count().label("n"))
            .where(s.run_id == run_id, s.name == name, s.at >= first, s.at < last)
            .group_by(bucket)
            .order_by(bucket)
        )
    else:
        step = max(60, math.ceil(span / POINTS / 60) * 60)
        bucket = _whole(store, (c.minute - int(first)) / step)
        statement = (
            select(bucket.label("b"), (func.sum(c.total) / func.sum(c.weight)).label("mean"), func.sum(c.n).label("n"))
            .where(c.run_id == run_id, c.name == name, c.minute >= int(first), c.minute < int(last))
            .group_by(bucket)
            .order_by(bucket)
        )
    rows = store.query(statement)
    return {
        "name": name,
        "step": step,
        "t": [first + row["b"] * step for row in rows],
        "mean": [row["mean"] for row in rows],
        "n": [int(row["n"]) for row in rows],
    }


def tasks(store: Store, run_id: str) -> list[dict[str, Any]]:
    """List the tasks of a run: those under way first, then the latest."""
    c = task.c
    names = ("handle", "provider", "kind", "state", "outcome", "progress", "queue_position", "submitted_at",
             "started_at", "finished_at", "updated_at", "test", "error_class", "submitted", "tracked")  # fmt: skip
    is_open = c.state.in_(("queued", "processing")) & c.outcome.is_(None)
    statement = select(*(c[name] for name in names)).where(c.run_id == run_id)
    now = time.time()
    over = run_id in ended(store, [run_id], now) | abandoned(store, [run_id], now)
    rows = store.query(statement.order_by(is_open.desc(), c.updated_at.desc()).limit(100))
    return [{**row, "shown": _shown_state(row, over)} for row in rows]


def _shown_state(row: Mapping[str, Any], over: bool) -> str:
    """Return the state that people are to see: what was never ordered, or is left behind, is not in a queue."""
    if row["state"] in ("queued", "processing"):
        if row["outcome"] == "failed" and not row["submitted"] and not row["tracked"]:
            return "not_submitted"
        if over and not row["outcome"]:
            return "abandoned"
    return str(row["state"])


def downloads(store: Store, run_id: str) -> list[dict[str, Any]]:
    """List the downloads of a run, those under way first."""
    c = download.c
    names = ("id", "source", "received", "total", "started_at", "updated_at", "done", "test")
    statement = select(*(c[name] for name in names)).where(c.run_id == run_id)
    return store.query(statement.order_by(c.done, c.updated_at.desc()).limit(50))


def alerts(store: Store, run_id: str | None = None) -> list[dict[str, Any]]:
    """List the alerts of a run, or of all, firing ones first, then the latest."""
    c = alert.c
    names = ("id", "run_id", "name", "state", "since", "updated_at", "message", "labels", "muted", "texts")
    statement = select(*(c[name] for name in names))
    if run_id is not None:
        statement = statement.where(c.run_id == run_id)
    return store.query(statement.order_by((c.state == "firing").desc(), c.updated_at.desc()).limit(100))


def failures(store: Store, run_id: str, language: str) -> list[dict[str, Any]]:
    """List the failed tests of a run with what was suggested."""
    return [
        {
            "suite": failure.suite,
            "test": failure.test,
            "message": facts.own_message(failure),
            "why": cause_of(failure, language).why,
            "place": failure.place,
            "keyword": failure.keyword,
            "suggestions": facts.remedies(failure, language),
        }
        for failure in facts.failures(store, run_id, 50)
    ]


def log_file(store: Store, run_id: str) -> str | None:
    """Return the path of the log of a run, where it is on this machine."""
    return _logs(all_runs(store)).get(run_id)


def _logs(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the logs of runs by run: a file belongs to the last run that wrote it, which is none that still goes on.

    Args:
        rows: Runs, the latest first.
    """
    found: dict[str, str] = {}
    for row in rows:
        path = Path(str((row["labels"] or {}).get(LOG) or ""))
        if path.suffix != ".html" or str(path) in found.values() or not path.is_file():
            continue
        if path.stat().st_mtime >= (row["started_at"] or 0.0):
            found[row["id"]] = str(path)
    return found


def comparison(store: Store, run_id: str, than: str, language: str) -> tuple[str, str]:
    """Return the page that compares a run with an earlier one, and the policy that it needs."""
    from AIGCLibrary.monitoring.compare.choose import earlier_runs
    from AIGCLibrary.monitoring.compare.comparison import compare
    from AIGCLibrary.monitoring.compare.flaky import flaky_tests
    from AIGCLibrary.monitoring.compare.page import render_comparison

    found = compare(store, run_id, earlier_runs(store, run_id, than))
    return render_comparison(store, found, flaky_tests(store, run_id), language)


def _whole(store: Store, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Round a positive number down: SQLite's cast does, PostgreSQL's rounds to the nearest."""
    return (func.floor(value) if store.url.startswith("postgresql") else value).cast(Integer)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
