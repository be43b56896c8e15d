"""`aigc tape`: shows, checks, merges and shortens recordings."""

import argparse
import time
from pathlib import Path

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.terminal import language, print_json, text
from AIGCLibrary.tape.folder import FILES, Tape, load_tape
from AIGCLibrary.tape.journal import NAME as JOURNAL
from AIGCLibrary.units import format_duration, format_size, parse_size

NAME = "tape"
HELP = "Show, check, merge or thin recordings of what a product answered"
THIN = "keep only the beginnings of media files; a replay that needs more of them reports that it is not on the tape"
EXITS = {0: "done; no problem was found", 1: "check found a problem"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, about in (("info", "show what is on a tape and how old it is"), ("check", "check files and secrets")):
        action = actions.add_parser(name, help=about, description=about)
        action.add_argument("tape", type=Path, help="folder of the tape")
        action.add_argument("--json", action="store_true", help="print JSON for a machine")
        add_language(action)
    thin = actions.add_parser("thin", help="keep only the beginnings of media files", description=THIN)
    thin.add_argument("tape", type=Path, help="folder of the tape")
    thin.add_argument("--keep", default="64kB", metavar="SIZE", help="what stays of each file (default: 64kB)")
    thin.add_argument("--json", action="store_true", help="print JSON for a machine")
    add_language(thin)
    merge = actions.add_parser("merge", help="put tapes into one", description="put tapes into one")
    merge.add_argument("tapes", type=Path, nargs="+", metavar="TAPE", help="folders of the tapes, in order")
    merge.add_argument("--into", type=Path, required=True, metavar="DIR", help="folder of the new tape")
    merge.add_argument("--json", action="store_true", help="print JSON for a machine")
    add_language(merge)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand.

    Raises:
        TapeError: A tape cannot be read, or the new one cannot be written.
    """
    if args.action == "merge":
        from AIGCLibrary.tape.merging import merge

        return _info(merge([load_tape(folder) for folder in args.tapes], args.into), args)
    tape = load_tape(args.tape)
    if args.action == "thin":
        from AIGCLibrary.tape.thinning import thin

        return _info(thin(tape, parse_size(args.keep)), args)
    return _info(tape, args) if args.action == "info" else _check(tape, args)


def _info(tape: Tape, args: argparse.Namespace) -> int:
    orders = [str(story.order.request) for story in tape.stories if story.order is not None]
    files = list((tape.folder / FILES).glob("*")) if (tape.folder / FILES).is_dir() else []
    size = sum(path.stat().st_size for path in tape.folder.rglob("*") if path.is_file())
    facts = {
        "tape": str(tape.folder),
        "recorded": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(tape.started)),
        "ended": tape.end_time(),
        "age_days": round((time.time() - tape.started) / 86400, 1),
        "whole": tape.whole,
        "made_by": tape.made_by,
        "exchanges": tape.exchanges,
        "orders": orders,
        "files": len(files),
        "size": size,
        "ignore": list(tape.ignore),
        "note": tape.note,
    }
    if args.json:
        print_json(facts)
        return 0
    lang = language(args.language)
    shown = {**facts, "orders": len(orders), "size": format_size(size), "ignore": ", ".join(tape.ignore) or "-"}
    shown |= {"age": format_duration(time.time() - tape.started), "length": format_duration(tape.ended)}
    print(text("tape.info", lang, **shown))
    if tape.note:
        print(tape.note)
    if not tape.whole:
        print(text("tape.cut_off", lang, time=tape.end_time()))
    if tape.before:
        print(text("tape.before", lang, journal=tape.folder / JOURNAL))
    return 0


def _check(tape: Tape, args: argparse.Namespace) -> int:
    from AIGCLibrary.redaction.redactor import Redactor
    from AIGCLibrary.tape.checking import problems_of

    problems = problems_of(tape, Redactor())
    if args.json:
        print_json({"tape": str(tape.folder), "problems": problems})
    else:
        lang = language(args.language)
        print("\n".join(text("tape.problem", lang, problem=problem) for problem in problems) or text("tape.good", lang))
    return int(bool(problems))
