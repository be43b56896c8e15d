"""`aigc locators`: judge locator files on a page, write a first one, and show which tier finds which target."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from AIGCLibrary.cli.project import add_language

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from AIGCLibrary.driver import BrowserDriver

NAME = "locators"
HELP = "Check locator files on a page, or write a first locator file for a page"
EXITS = {0: "every target was found as it should be", 1: "at least one target was not"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="Which tiers of which targets work on a page today")
    check.add_argument("url", help="address of the page")
    check.add_argument("--locators", type=Path, default=Path("resources/locators"), help="locator file or folder")
    check.add_argument("--target", action="append", default=[], help="only this target, or all of this page")
    suggest = commands.add_parser("suggest", help="Write a first locator file for a page")
    suggest.add_argument("url", help="address of the page")
    suggest.add_argument(
        "--explore",
        action="store_true",
        help="open the tabs, dialogs and menus of the page as well; nothing that submits, deletes or pays is clicked",
    )
    suggest.add_argument("--page", help="name of the page; from the address otherwise")
    tiers = commands.add_parser("tiers", help="Which tier finds which target, over all runs")
    tiers.add_argument("--only", choices=("gold", "silver", "bronze", "lost"), help="for example bronze")
    tiers.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    for command in (check, tiers):
        command.add_argument("--json", action="store_true", help="print JSON for a machine")
        add_language(command)
    suggest.add_argument("-o", "--output", type=Path, help="file to write; the console otherwise")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; `check` gives 1 when a target is not healthy."""
    return {"check": _check, "suggest": _suggest, "tiers": _tiers}[args.command](args)


def _check(args: argparse.Namespace) -> int:
    from AIGCLibrary.cli.masking import command_redactor
    from AIGCLibrary.cli.terminal import language, print_json, show, table
    from AIGCLibrary.engine import Engine
    from AIGCLibrary.locators import health
    from AIGCLibrary.locators.starter import SETTLED
    from AIGCLibrary.yaml import missing_file

    if not args.locators.exists():
        raise missing_file(args.locators)
    lang = language(args.language)
    with browser_page(args.url) as driver:
        engine = Engine(driver=lambda: driver, redactor=command_redactor())
        driver.ask("settle", SETTLED)
        engine.locators.load(args.locators)
        rows = engine.locators.check(*args.target)
    if args.json:
        print_json([asdict(row) | {"healthy": row.healthy} for row in rows])
        return 0 if rows and all(row.healthy for row in rows) else 1
    if rows:
        made = table(*health.heads(lang))
        for row in rows:
            made.add_row(*health.cells(row, lang))
        show(made)
    print(health.summary(rows, lang))
    return 0 if rows and all(row.healthy for row in rows) else 1


def _suggest(args: argparse.Namespace) -> int:
    from AIGCLibrary.locators.starter import draft

    with browser_page(args.url) as driver:
        text = draft(driver, args.page, args.output, exploring=args.explore)
    print(args.output or text, end="\n" if args.output else "")
    return 0


def _tiers(args: argparse.Namespace) -> int:
    from AIGCLibrary.cli.terminal import language, print_json, show, table
    from AIGCLibrary.i18n import Text
    from AIGCLibrary.locators.memory import Memory
    from AIGCLibrary.locators.tiers import LOST, tier_records
    from AIGCLibrary.monitoring.runs import open_store
    from AIGCLibrary.monitoring.units import shown

    lang = language(args.language)
    store = open_store(args.store)
    try:
        found = tier_records(Memory(store).latest())
    finally:
        store.close()
    heads = ("target", "last", "lookups", "gold", "silver", "bronze", "lost", "healed", "conflicts", "cache")
    made = table(*(Text(f"locators.column.{name}").render(lang) for name in heads))
    rows = [tier_record for tier_record in found if args.only in (None, tier_record.tier or LOST)]
    if args.json:
        print_json([asdict(row) for row in rows])
        return 0
    for row in rows:
        counts = (str(row.counts.get(name) or "") for name in ("gold", "silver", "bronze", LOST))
        cache = "" if row.cache_hit_rate is None else shown(row.cache_hit_rate, "1")
        last = Text(f"locators.tier.{row.tier or LOST}").render(lang)
        made.add_row(
            row.target, last, str(row.lookups), *counts, str(row.healed or ""), str(row.conflicts or ""), cache
        )
    if rows:
        show(made)
    print(Text("locators.tiers", shown=len(rows), all=len(found)).render(lang))
    return 0


def browser_page(url: str) -> "AbstractContextManager[BrowserDriver]":
    """Open a page in a browser of its own, until the block ends."""
    from AIGCLibrary.cli.browser import find_browser
    from AIGCLibrary.rf.page_session import open_page

    found = find_browser()
    return open_page(url, str(found.path) if found else None, found.arguments if found else ())
