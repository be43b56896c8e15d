"""`aigc order suites`: writes the order in which pabot is to start suites: the longest first, by earlier runs."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from AIGCLibrary.cli.project import add_language

if TYPE_CHECKING:
    from AIGCLibrary.monitoring.suite_times import SuiteTime

NAME = "order"
HELP = "Order suites for pabot by the minutes they will probably take"
EXITS = {0: "the order was written"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `suites`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    suites = actions.add_parser("suites", help="Write a file for `pabot --ordering`, the longest suite first")
    suites.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    suites.add_argument("--run", metavar="ID", help="run whose suites are ordered; the latest one otherwise")
    suites.add_argument("--output", type=Path, metavar="FILE", help="file to write; the terminal otherwise")
    suites.add_argument("--processes", type=int, default=2, metavar="N", help="for the total time (default: 2)")
    suites.add_argument("--json", action="store_true", help="print JSON for a machine")
    add_language(suites)


def run(args: argparse.Namespace) -> int:
    """Predict, order, write."""
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.monitoring.runs import open_store, wanted_run
    from AIGCLibrary.monitoring.suite_times import predicted, total

    store = open_store(args.store)
    try:
        found = predicted(store, wanted_run(store, args.run))
    finally:
        store.close()
    lines = "".join(f"--suite {suite_time.suite}\n" for suite_time in found)
    if args.output:
        args.output.write_text(lines, encoding="utf-8")
    whole = total(found, args.processes)
    if args.json:
        _print_json(found, whole)
    elif args.output:
        _print(found, whole, args, language(args.language))
    else:
        print(lines, end="")
    return 0


def _print(found: "list[SuiteTime]", whole: float, args: argparse.Namespace, lang: str) -> None:
    from AIGCLibrary.cli.terminal import show, table, text
    from AIGCLibrary.units import format_duration

    made = table(*(text(f"order.{name}", lang) for name in ("suite", "time", "runs")))
    for suite_time in found:
        made.add_row(suite_time.suite, format_duration(suite_time.seconds), str(suite_time.runs))
    show(made)
    print(text("order.total", lang, time=format_duration(whole), n=args.processes))
    print(f"pabot --processes {args.processes} --ordering {args.output} …")


def _print_json(found: "list[SuiteTime]", whole: float) -> None:
    from dataclasses import asdict

    from AIGCLibrary.cli.terminal import print_json

    print_json({"suites": [asdict(suite_time) for suite_time in found], "total_seconds": whole})
