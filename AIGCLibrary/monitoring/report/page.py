"""Writes results/slo.html: one file, no network, light and dark, English or Chinese, good on paper."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from AIGCLibrary._version import __version__
from AIGCLibrary.i18n import Text, short_language
from AIGCLibrary.monitoring.history import ErrorBudget, Trend, budget_left, budgets, trends
from AIGCLibrary.monitoring.overview import first_line, headline
from AIGCLibrary.monitoring.report import charts, facts
from AIGCLibrary.monitoring.report.costs import TestCosts, added, cost_totals, costs, costs_by_test
from AIGCLibrary.monitoring.slo import by_trouble, evaluate, objectives_of
from AIGCLibrary.monitoring.summary import counted_words, interval_text, line_text, lookups_note
from AIGCLibrary.monitoring.units import amount, amounts, shown
from AIGCLibrary.monitoring.verdict import Status, Verdict
from AIGCLibrary.store import Store
from AIGCLibrary.units import format_duration, format_share

DEAREST = 20
"""Tests listed by what they cost; the others are one row."""


def write_page(
    store: Store,
    run_id: str,
    target: Path,
    *,
    language: str = "en",
    log_name: str | None = None,
    places: Mapping[str, str] | None = None,
    pages: Sequence[str] = (),
) -> Path:
    """Write the page of a run.

    Args:
        store: Where the run is.
        run_id: The run.
        target: The file to write.
        language: `en` or `zh`.
        log_name: File name of log.html beside it; None leaves the links out.
        places: Ids in log.html by full test name. Given for results that were merged: their ids are new ones.
        pages: File names of other pages beside it, to be linked.
    """
    page = render_page(store, run_id, language=language, log_name=log_name, places=places, pages=pages)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target


def render_page(
    store: Store,
    run_id: str,
    *,
    language: str = "en",
    log_name: str | None = None,
    places: Mapping[str, str] | None = None,
    pages: Sequence[str] = (),
) -> str:
    """Return the page of a run as HTML."""
    from markupsafe import Markup

    from AIGCLibrary.monitoring.report.pagecache import environment

    language = short_language(language)
    folder = resources.files("AIGCLibrary.monitoring.report") / "templates"
    style = (folder / "slo.css").read_text(encoding="utf-8")
    made = environment(lambda name: (folder / name).read_text(encoding="utf-8"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return made.get_template("slo.html").render(
        **_content(store, run_id, language),
        t=_texts(language),
        lang="zh-CN" if language == "zh" else "en",
        style=Markup(style),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        link=_links(log_name, places),
        when=_when,
        zone=_zone,
        pages=[name for name in (log_name, *pages) if name],
        shown=shown,
        duration=format_duration,
        amount=amount,
        breakable=_breakable,
        version=__version__,
    )


def _content(store: Store, run_id: str, language: str) -> dict[str, Any]:
    objectives = objectives_of(store, run_id)
    run = facts.run_facts(store, run_id)
    statuses = by_trouble(evaluate(store, objectives.items.values(), run_id=run_id))
    now = run.finished_at or _latest(store, run_id) or 0.0
    measured = [status for status in statuses if status.n]
    past = trends(store, [status.objective for status in measured], run_id)
    demanded = [status.objective for status in measured]
    spent = budgets(store, demanded, now + 60, objectives.budget_window, like=run_id)
    found = facts.targets(store, run_id)
    spent_on = costs(store, run_id)
    dearest = costs_by_test(store, run_id) if spent_on else []
    failures = facts.failures(store, run_id, latest_first=False)
    return {
        "run": run,
        "failed": run.tests.get("FAIL", 0),
        "headline": headline(statuses, language) if measured else "",
        "fixable": any(
            suggestion.get("applicability") == "certain" for each in failures for suggestion in each.suggestions
        ),
        "verdicts": [(verdict, sum(status.verdict is verdict for status in measured)) for verdict in Verdict],
        "cards": [
            _card(status, past[status.objective.name], spent[status.objective.name], language) for status in measured
        ],
        "unmeasured": [status.objective.name for status in statuses if not status.n],
        "tiers": _tiers(found),
        "slowest": facts.slowest(found),
        "flakiest": facts.flakiest(found),
        "bronze": [target_facts for target_facts in found if target_facts.on_bronze],
        "lookups_note": lookups_note(found, language) if found else "",
        "kinds": [(kind, charts.histogram(kind.times)) for kind in facts.kinds(store, run_id)],
        "costs": spent_on,
        "cost_totals": [amount(total, unit) for unit, total in cost_totals(spent_on).items()],
        "cost_tests": [_test_costs([test_costs]) | {"one": test_costs} for test_costs in dearest[:DEAREST]],
        "cost_rest": _test_costs(dearest[DEAREST:]),
        "files": facts.files(store, run_id),
        "failures": [_failure(failure, language) for failure in failures],
        "more_failures": max(run.tests.get("FAIL", 0) - len(failures), 0),
    }


def _card(status: Status, past: Trend, spent: ErrorBudget | None, language: str) -> dict[str, Any]:
    objective = status.objective
    return {
        "name": objective.name,
        "description": objective.description,
        "verdict": status.verdict,
        "value": shown(status.value or 0.0, objective.unit),
        "counted": counted_words(status, language),
        "interval": interval_text(status),
        "confidence": format_share(objective.confidence),
        "line": line_text(status),
        "target": shown(objective.target, objective.unit),
        "reason": status.reason.render(language),
        "bar": charts.interval_bar(status),
        "low": shown(charts.interval_bar(status).low, objective.unit),
        "high": shown(charts.interval_bar(status).high, objective.unit),
        "trend": past.direction,
        "runs": len(past.points),
        "spark": charts.sparkline(past.points),
        "budget": None if spent is None else budget_left(spent, language),
        "budget_bad": spent is not None and spent.left < 0,
        "burning": spent is not None and any(burn.alarms for burn in spent.burns),
    }


def _tiers(found: list[facts.TargetFacts]) -> list[tuple[str, int, float, float]]:
    """Return name, count, start and width in percent of each tier."""
    names = ("gold", "silver", "bronze", "missing")
    counts = {name: sum(target_facts.tiers.get(name, 0) for target_facts in found) for name in names}
    total = sum(counts.values())
    rows, start = [], 0.0
    for name in names:
        width = 100 * counts[name] / total if total else 0.0
        rows.append((name, counts[name], round(start, 2), round(width, 2)))
        start += width
    return rows if total else []


def _failure(failure: facts.FailureFacts, language: str) -> dict[str, Any]:
    why = facts.in_language(failure.suggestions[0], language)["cause"] if failure.suggestions else failure.message
    return {
        "suite": failure.suite,
        "test": failure.test,
        "name": failure.test.removeprefix(f"{failure.suite}."),
        "why": first_line(why),
        "message": facts.own_message(failure),
        "place": failure.place,
        "keyword": failure.keyword,
        "suggestions": facts.remedies(failure, language),
    }


def _test_costs(found: Sequence[TestCosts]) -> dict[str, Any]:
    """Add tests up for a row of the table: how many tests, their tasks, what these cost."""
    return {
        "n": len(found),
        "tasks": sum(test_costs.n + test_costs.unknown for test_costs in found),
        "cost": amounts(added(test_costs.totals for test_costs in found)) or "–",
        "unknown": sum(test_costs.unknown for test_costs in found),
    }


def _links(log_name: str | None, places: Mapping[str, str] | None) -> Callable[[str | None, str | None], str | None]:
    def link(place: str | None, test: str | None) -> str | None:
        """Return the link into the log: to the keyword, or to the test where the ids of the store no longer hold."""
        if log_name is None:
            return None
        found = places.get(test or "") if places is not None else place
        return f"{log_name}#{found}" if found else None

    return link


def _breakable(name: str) -> Any:
    """Let a long name of a target break after its dots and underscores, rather than in the middle of a word."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([._])(?=.)", r"\1<wbr>", str(escape(name))))  # noqa: S704 - escaped before


def _texts(language: str) -> Callable[..., str]:
    return lambda key, **values: Text(f"monitoring.{key}", **values).render(language)


def _when(at: float | None) -> str:
    return "–" if at is None else datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _zone(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at).astimezone().strftime("UTC%z")


def _latest(store: Store, run_id: str) -> float | None:
    from sqlalchemy import func, select

    from AIGCLibrary.store.tables import rollup

    rows = store.query(select(func.max(rollup.c.minute).label("at")).where(rollup.c.run_id == run_id))
    at = rows[0]["at"]
    return None if at is None else float(at)
