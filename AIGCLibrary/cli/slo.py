"""`aigc slo`: judges a run from the store, as a gate for CI."""

import argparse
from pathlib import Path
from typing import Any

NAME = "slo"
HELP = "Judge the objectives of a run, as a gate for CI"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `aigc slo check`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="Judge a run: exit code 1 when the gate of an objective says no")
    add_store_arguments(check)
    check.add_argument("--slo", type=Path, metavar="FILE", help="objectives; those the run was held to otherwise")
    check.add_argument("--gate", choices=("breach", "unproven"), help="overrides the gate of every objective")
    check.add_argument("--junit", type=Path, metavar="FILE", help="also write the verdicts as JUnit XML")
    check.add_argument(
        "--summary", type=Path, metavar="FILE", help="also append them as Markdown: for GITHUB_STEP_SUMMARY"
    )


def add_store_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which store and run is meant."""
    parser.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    parser.add_argument("--run", metavar="ID", help="run; the latest one otherwise")
    parser.add_argument("--language", metavar="CODE", help="en or zh")


def run(args: argparse.Namespace) -> int:
    """Judge, print, and give the exit code."""
    return _check(args)


def _check(args: argparse.Namespace) -> int:
    from AIGCLibrary.cli.terminal import console, language, table
    from AIGCLibrary.monitoring import gate
    from AIGCLibrary.monitoring.objectives import load_objectives
    from AIGCLibrary.monitoring.runs import open_store, wanted_run
    from AIGCLibrary.monitoring.slo import evaluate, objectives_of
    from AIGCLibrary.monitoring.summary import table_of

    store = open_store(args.store)
    try:
        run_id = wanted_run(store, args.run)
        objectives = load_objectives(args.slo) if args.slo else objectives_of(store, run_id)
        items = gate.with_gate(objectives.items.values(), args.gate)
        statuses = evaluate(store, items, run_id=run_id)
    finally:
        store.close()
    made = table_of(statuses, language(args.language))
    shown: Any = table(*made.columns, title=f"{made.title}: {run_id}")
    for row in made.rows:
        shown.add_row(*row.cells, style=_STYLES[row.verdict])
    console().print(shown)
    if args.junit:
        args.junit.write_text(gate.junit(statuses, run_id), encoding="utf-8")
    if args.summary:
        with args.summary.open("a", encoding="utf-8") as file:
            file.write(gate.markdown(made, run_id))
    return int(any(status.fails_gate for status in statuses))


_STYLES = {"healthy": "green", "at_risk": "yellow", "unproven": "dim", "breach": "red"}
