"""`aigc record` runs suites against the product and keeps what it answers on a tape."""

import argparse

from AIGCLibrary.cli import tape_run
from AIGCLibrary.cli.terminal import print_json
from AIGCLibrary.tape.folder import load_tape
from AIGCLibrary.tape.thinning import thin

NAME = "record"
HELP = "Run suites and record what the product answers, so that they can be replayed without it"
EXITS = {**tape_run.EXITS, 1: "a test failed, or no tape was written"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    tape_run.add_run_arguments(parser)
    parser.add_argument(
        "--thin", action="store_true", help="make the tape thin: of media files only the first 64 kB stay"
    )


def run(args: argparse.Namespace) -> int:
    """Run the suites, and report what was recorded.

    Returns:
        Robot's exit code; 1 when all passed and there is no tape.
    """
    code, reports = tape_run.run_taped(args, "record", {})
    problems = [report["error"] for report in reports if report.get("error")]
    exchanges = sum(report.get("exchanges", 0) for report in reports)
    lost = [exchange for report in reports for exchange in report.get("lost", ())]
    if args.thin and exchanges:
        thin(load_tape(args.tape))
    if args.json:
        about = {"exchanges": exchanges, "problems": problems, "lost": lost}
        print_json({"tape": str(args.tape), **about, "code": code})
    for problem in problems:
        tape_run.say(args, "tape.problem", problem=problem)
    for what in lost:
        tape_run.say(args, "tape.lost", request=what)
    if exchanges:
        tape_run.say(args, "tape.recorded", tape=args.tape, n=exchanges)
    elif not problems:
        tape_run.say(args, "tape.nothing", tape=args.tape)
    return code or int(not exchanges)
