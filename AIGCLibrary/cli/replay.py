"""`aigc replay` runs suites against a tape, without the product and without waiting."""

import argparse
from pathlib import Path

from AIGCLibrary.cli import tape_run
from AIGCLibrary.cli.terminal import print_json
from AIGCLibrary.tape.folder import load_tape

NAME = "replay"
HELP = "Run suites against a recording: without the product, without cost and without waiting"
EXITS = tape_run.EXITS
STORE = "replay.db"
LISTS = ("missing", "beyond", "unplayed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    tape_run.add_run_arguments(parser)
    tape_run.add_misbehave(parser)
    parser.add_argument(
        "--speed",
        default="max",
        metavar="SPEED",
        help="max (default): waits take no time; real; or a factor such as 60",
    )


def run(args: argparse.Namespace) -> int:
    """Run the suites, and report what was played and what was not.

    Returns:
        Robot's exit code.

    Raises:
        TapeError: There is no tape, or it cannot be read.
        ConfigError: The scenario cannot be read.
    """
    load_tape(args.tape)
    args.outputdir.mkdir(parents=True, exist_ok=True)
    store = args.outputdir.resolve() / STORE
    for path in (store, Path(f"{store}-wal"), Path(f"{store}-shm")):
        path.unlink(missing_ok=True)
    more = {"AIGC_STORE": f"sqlite:///{store.as_posix()}", "AIGC_TAPE_SPEED": args.speed}
    more |= tape_run.misbehaving(args)
    code, reports = tape_run.run_taped(args, "replay", more)
    lists = {
        name: [line for report in reports for line in report.get(name, ())]
        for name in ("missing", "beyond", "unplayed")
    }
    skipped = sum(report.get("skipped", 0.0) for report in reports)
    orders, questions, sleeps = (
        sum(report.get(name, 0) for report in reports) for name in ("orders", "questions", "sleeps")
    )
    slept = sum(report.get("slept", 0.0) for report in reports)
    if args.json:
        counts = {"orders": orders, "questions": questions, "skipped": skipped, "sleeps": sleeps, "slept": slept}
        print_json({"tape": str(args.tape), **counts, **lists, "code": code})
    tape_run.say(args, "tape.replayed", tape=args.tape, orders=orders, questions=questions, skipped=f"{skipped:.0f}")
    for name, requests in lists.items():
        for request in requests:
            tape_run.say(args, f"tape.{name}", request=request)
    if sleeps:
        tape_run.say(args, "tape.sleeps", n=sleeps, seconds=f"{slept:.1f}")
    return code
