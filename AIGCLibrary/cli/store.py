"""`aigc store`: what the store holds, all of it as JSON lines, and removing what is old."""

import argparse
import sys
import time
from pathlib import Path

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.i18n import series

NAME = "store"
HELP = "Look into the store, export it, remove what is old"
EXITS = {0: "done"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `info`, `export` and `prune`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    info = actions.add_parser("info", help="Show what the store holds")
    export = actions.add_parser("export", help="Write the rows as JSON lines")
    prune = actions.add_parser("prune", help="Remove old rows; per-minute aggregates are kept")
    for command in (info, export, prune):
        command.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    for command in (info, prune):
        command.add_argument("--json", action="store_true", help="print JSON for a machine")
    export.add_argument("--run", metavar="ID", help="only this run")
    export.add_argument("--output", type=Path, metavar="FILE", help="file to write; the terminal otherwise")
    prune.add_argument("--older-than", default="30 d", metavar="AGE", help="with its unit: 30 d, 12 h, 90 min (30 d)")
    prune.add_argument("--dry-run", action="store_true", help="only show what would be removed")
    prune.add_argument("--yes", action="store_true", help="do not ask at a terminal")
    add_language(prune)


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    from AIGCLibrary.monitoring.runs import open_store

    store = open_store(args.store)
    try:
        return {"info": _info, "export": _export, "prune": _prune}[args.action](args, store)
    finally:
        store.close()


def _info(args: argparse.Namespace, store: "object") -> int:
    from datetime import datetime

    from AIGCLibrary.cli.terminal import language, print_json, show, table, text
    from AIGCLibrary.monitoring.units import shown
    from AIGCLibrary.store import Store, housekeeping

    assert isinstance(store, Store)  # noqa: S101 - named so, because the import is heavy
    found = housekeeping.info(store)
    if args.json:
        print_json(found)
        return 0
    # Not the table's title, which is folded to the width of the table: a path is to be copied.
    print(f"{found['url']}  {shown(found['bytes'] or 0, 'bytes')}")
    lang = language()
    made = table(text("store.table", lang), text("store.rows", lang), text("store.holds", lang))
    for name, rows in found["rows"].items():
        made.add_row(name, f"{rows:,}", text(f"store.tables.{name}", lang))
    show(made)
    for name in ("oldest", "newest"):
        if found[name] is not None:
            print(
                text(
                    f"store.{name}", lang, at=f"{datetime.fromtimestamp(found[name]).astimezone():%Y-%m-%d %H:%M:%S %z}"
                )
            )
    return 0


def _export(args: argparse.Namespace, store: "object") -> int:
    from AIGCLibrary.cli.masking import command_redactor
    from AIGCLibrary.monitoring.runs import wanted_run
    from AIGCLibrary.store import Store, housekeeping

    assert isinstance(store, Store)  # noqa: S101 - named so, because the import is heavy
    # The store keeps the signed links of results, by which a later process downloads them.
    lines = housekeeping.export(store, wanted_run(store, args.run) if args.run else None, command_redactor().text)
    if args.output is None:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return 0
    with args.output.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return 0


def _prune(args: argparse.Namespace, store: "object") -> int:
    from datetime import datetime

    from AIGCLibrary.cli.terminal import language, show, table, text
    from AIGCLibrary.monitoring.units import age
    from AIGCLibrary.store import Store, housekeeping
    from AIGCLibrary.store.running import in_progress

    assert isinstance(store, Store)  # noqa: S101 - named so, because the import is heavy
    lang = language(args.language)
    now = time.time()
    before = now - age(args.older_than)
    if args.json:
        return _prune_json(args, store, before, now)
    print(text("store.before", lang, at=f"{datetime.fromtimestamp(before).astimezone():%Y-%m-%d %H:%M:%S %z}"))
    if going := in_progress(store, now):
        print(text("store.going", lang, n=len(going), runs=series(going[:5])))
    old = housekeeping.prunable(store, before, now)
    if not old:
        print(text("store.nothing", lang))
        return 0
    made = table(text("store.table", lang), text("store.rows", lang), title=text("store.old", lang))
    for name, rows in old.items():
        made.add_row(name, f"{rows:,}")
    show(made)
    if args.dry_run:
        return 0
    if sys.stdin.isatty() and not args.yes and input(text("store.ask", lang)).strip().lower() not in ("y", "yes"):
        print(text("store.kept", lang))
        return 0
    print(text("store.removed", lang, n=sum(housekeeping.prune(store, before, now).values())))
    return 0


def _prune_json(args: argparse.Namespace, store: "object", before: float, now: float) -> int:
    from AIGCLibrary.cli.terminal import print_json
    from AIGCLibrary.store import Store, housekeeping

    assert isinstance(store, Store)  # noqa: S101 - named so, because the import is heavy
    old = housekeeping.prunable(store, before, now)
    removed = {} if args.dry_run or not old else housekeeping.prune(store, before, now)
    print_json({"before": before, "prunable": old, "removed": removed})
    return 0
