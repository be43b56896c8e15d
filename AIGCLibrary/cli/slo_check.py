"""`aigc slo check`: judges a run, prints the verdicts, and returns what CI is to do."""

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from AIGCLibrary.i18n import Text

if TYPE_CHECKING:
    from AIGCLibrary.monitoring.objectives import Objectives
    from AIGCLibrary.monitoring.verdict import Status

_STYLES = {"healthy": "green", "at_risk": "yellow", "unproven": "dim", "breach": "red"}


@dataclass(frozen=True, slots=True)
class _Judged:
    """A run with its verdicts; `untested` is a later run that ended before it tested anything.

    `unfinished` says whether the run has no recorded end: it goes on, or was killed.
    """

    run_id: str
    title: str
    objectives: "Objectives"
    statuses: "list[Status]"
    untested: str | None
    unfinished: bool


def check(args: argparse.Namespace) -> int:
    """Judge a run.

    Returns:
        0 when the gate is open; 1 when an objective fails it, or when there is nothing to judge by.
    """
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.monitoring import ci_reports
    from AIGCLibrary.monitoring.summary import table_of

    judged = _judge(args)
    lang = language(args.language)
    problem = None if args.allow_empty else _nothing_to_judge(judged)
    if args.json:
        _print_json(judged, lang, problem)
    else:
        _print_table(judged, lang)
    if problem is not None:
        print(f"aigc: {problem.render(lang)}", file=sys.stderr)
    if args.junit:
        args.junit.write_text(
            ci_reports.junit(judged.statuses, judged.run_id, problem.render(lang) if problem else None),
            encoding="utf-8",
        )
    if args.summary:
        with args.summary.open("a", encoding="utf-8") as file:
            file.write(ci_reports.markdown(table_of(judged.statuses, lang), judged.run_id))
    return int(problem is not None or any(status.fails_gate for status in judged.statuses))


def _judge(args: argparse.Namespace) -> _Judged:
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.monitoring import ci_reports
    from AIGCLibrary.monitoring.objectives import load_objectives
    from AIGCLibrary.monitoring.runs import is_unfinished, open_store, run_title, untested_since, wanted_run
    from AIGCLibrary.monitoring.slo import evaluate, objectives_of

    store = open_store(args.store)
    try:
        run_id = wanted_run(store, args.run)
        objectives = load_objectives(args.slo) if args.slo else objectives_of(store, run_id)
        items = ci_reports.with_gate(objectives.items.values(), args.gate)
        statuses = evaluate(store, items, run_id=run_id)
        untested = None if args.run else untested_since(store, run_id)
        title = run_title(store, run_id, language(args.language))
        return _Judged(run_id, title, objectives, statuses, untested, is_unfinished(store, run_id))
    finally:
        store.close()


def _nothing_to_judge(judged: _Judged) -> Text | None:
    """Describe why the verdicts do not speak for the build; None where they do."""
    from AIGCLibrary.monitoring import ci_reports

    if judged.objectives.source.get("no_samples") == "pass":
        return None
    if judged.untested:
        return Text("monitoring.gate.untested", run=judged.untested, judged=judged.run_id)
    if judged.unfinished:
        return Text("monitoring.gate.unfinished", run=judged.run_id)
    if ci_reports.measures_nothing(judged.statuses):
        return Text("monitoring.gate.no_samples", run=judged.run_id)
    return None


def _print_table(judged: _Judged, lang: str) -> None:
    from AIGCLibrary.cli.terminal import paragraph, show, table
    from AIGCLibrary.monitoring.overview import headline
    from AIGCLibrary.monitoring.summary import table_of

    made = table_of(judged.statuses, lang)
    print(paragraph(Text("monitoring.title.of_run", title=made.title, run=judged.title).render(lang)))
    if any(status.n for status in judged.statuses):
        print(paragraph(headline(judged.statuses, lang)))
    shown: Any = table(*made.columns)
    for row in made.rows:
        shown.add_row(*row.cells, style=_STYLES[row.verdict])
    show(shown)


def _print_json(judged: _Judged, lang: str, problem: Text | None) -> None:
    from AIGCLibrary.cli.terminal import print_json

    objectives = [
        {
            "name": status.objective.name,
            "verdict": str(status.verdict),
            "value": status.value,
            "unit": status.objective.unit,
            "samples": status.n,
            "good": status.good,
            "low": status.interval.low if status.interval else None,
            "high": status.interval.high if status.interval else None,
            "min": status.objective.least,
            "max": status.objective.most,
            "target": status.objective.target,
            "fails_gate": status.fails_gate,
            "reason": status.reason.render(lang),
        }
        for status in judged.statuses
    ]
    failed = problem is not None or any(status.fails_gate for status in judged.statuses)
    print_json(
        {
            "run": judged.run_id,
            "gate": "fail" if failed else "pass",
            "problem": problem.render(lang) if problem else None,
            "objectives": objectives,
        }
    )
