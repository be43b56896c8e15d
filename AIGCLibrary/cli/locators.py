"""`aigc locators check URL` judges locator files on a page; `aigc locators suggest URL` writes a first one."""

import argparse
from pathlib import Path

NAME = "locators"
HELP = "Check locator files on a page, or write a first locator file for a page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the two commands."""
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="Which tiers of which targets work on a page today")
    check.add_argument("url", help="address of the page")
    check.add_argument("--locators", type=Path, default=Path("resources/locators"), help="locator file or folder")
    check.add_argument("--target", action="append", default=[], help="only this target, or all of this page")
    suggest = commands.add_parser("suggest", help="Write a first locator file for a page")
    suggest.add_argument("url", help="address of the page")
    suggest.add_argument("--page", help="name of the page; from the address otherwise")
    suggest.add_argument("-o", "--output", type=Path, help="file to write; the console otherwise")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; `check` gives 1 when a target is not healthy."""
    return _check(args) if args.command == "check" else _suggest(args)


def _check(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from AIGCLibrary.engine import Engine
    from AIGCLibrary.locators.model import Tier

    with _page(args.url) as driver:
        engine = Engine(driver=lambda: driver)
        engine.locators.load(args.locators)
        rows = engine.locators.check(*args.target)
    table = Table(*("target", *(tier.value for tier in Tier), "found by"))
    for row in rows:
        table.add_row(row.target, *(row.tiers[tier] for tier in Tier), row.winner.value if row.winner else "nothing")
    console = Console()
    if rows:
        console.print(table)
    healthy = sum(row.healthy for row in rows)
    console.print(f"{healthy} of {len(rows)} targets are found by their best tier.")
    return 0 if rows and healthy == len(rows) else 1


def _suggest(args: argparse.Namespace) -> int:
    from urllib.parse import urlsplit

    from AIGCLibrary.locators.starter import starter_file

    with _page(args.url) as driver:
        found = driver.ask("inventory", {})
    last = urlsplit(args.url).path.strip("/").split("/")[-1].split(".")[0]
    text = starter_file(found, args.page or last or "home", args.url)
    if args.output:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(text, encoding="utf-8")
        print(args.output)
    else:
        print(text, end="")
    return 0


def _page(url: str):  # type: ignore[no-untyped-def]
    from AIGCLibrary.cli.browser import find_browser
    from AIGCLibrary.rf.page_session import open_page

    found = find_browser()
    return open_page(url, str(found.path) if found else None, found.arguments if found else ())
