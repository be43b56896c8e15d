"""`aigc compare`: says whether a run is worse than earlier ones, not worse, or whether that is not known yet."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.project import add_language

if TYPE_CHECKING:
    from AIGCLibrary.monitoring.compare.comparison import Comparison
    from AIGCLibrary.monitoring.compare.flaky import FlakyTest

NAME = "compare"
HELP = "Compare a run with earlier ones: worse, not worse, or not yet known"
EXITS = {0: "not worse, or not yet known", 1: "the run is worse"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "earlier", nargs="?", default="previous", help="run to compare with: id, ids with commas, previous, 'last 5'"
    )
    parser.add_argument("later", nargs="?", metavar="RUN", help="run that is judged; the latest one otherwise")
    parser.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a page, with pictures side by side")
    parser.add_argument("--json", action="store_true", help="print JSON for a machine")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Compare, print, write the page.

    Returns:
        0; 1 when the run is worse.
    """
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.monitoring.compare.choose import earlier_runs
    from AIGCLibrary.monitoring.compare.comparison import compare
    from AIGCLibrary.monitoring.compare.evidence import Judgement
    from AIGCLibrary.monitoring.compare.flaky import flaky_tests
    from AIGCLibrary.monitoring.runs import open_store, run_title, wanted_run

    lang = language(args.language)
    store = open_store(args.store)
    try:
        run_id = wanted_run(store, args.later)
        found = compare(store, run_id, earlier_runs(store, run_id, args.earlier))
        flaky = flaky_tests(store, run_id)
        if args.html:
            from AIGCLibrary.monitoring.compare.page import write_comparison

            write_comparison(store, found, flaky, args.html, lang)
        titles = [run_title(store, run, lang) for run in (run_id, *found.than)]
    finally:
        store.close()
    if args.json:
        _print_json(found, flaky)
    else:
        _print(found, flaky, titles, lang)
        if args.html:
            print(args.html)
    return int(found.judgement is Judgement.WORSE)


def _print(found: "Comparison", flaky: "list[FlakyTest]", titles: list[str], lang: str) -> None:
    from AIGCLibrary.cli.terminal import show, table
    from AIGCLibrary.i18n import Text
    from AIGCLibrary.monitoring.compare.texts import COLUMNS, cells
    from AIGCLibrary.monitoring.units import shown

    def text(name: str) -> str:
        return Text(f"compare.{name}").render(lang)

    print(text(f"overall.{found.judgement}"))
    print("\n".join(f"  {text('than' if index else 'run')}  {title}" for index, title in enumerate(titles)))
    made = table(*(text(f"column.{name}") for name in COLUMNS))
    for measure in found.measures:
        if measure.n:
            made.add_row(*cells(measure, lang), style={"worse": "red", "not_worse": "green"}.get(measure.judgement))
    show(made)
    if found.changed:
        changed = table(*(text(f"column.{name}") for name in ("test", "earlier", "latest")), title=text("changed"))
        for name, before, now in found.changed:
            changed.add_row(name, *(text("passed" if passed else "failed") for passed in (before, now)))
        show(changed)
    if flaky:
        shaky = table(*(text(f"column.{name}") for name in ("test", "history", "certainty")), title=text("flaky"))
        for each in flaky:
            shaky.add_row(
                each.test, "".join("✓" if result else "✗" for result in each.results), shown(each.certainty, "1")
            )
        show(shaky)


def _print_json(found: "Comparison", flaky: "list[FlakyTest]") -> None:
    from AIGCLibrary.cli.terminal import print_json

    data: dict[str, Any] = {
        "run": found.run_id,
        "than": found.than,
        "judgement": str(found.judgement),
        "measures": [asdict(measure) for measure in found.measures if measure.n],
        "changed": [{"test": name, "before": before, "now": now} for name, before, now in found.changed],
        "only_now": found.only_now,
        "only_before": found.only_before,
        "flaky": [asdict(flaky_test) for flaky_test in flaky],
    }
    print_json(data)
