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
    sleeps, slept = _sleeps(args.outputdir / "output.xml")
    lists = {
        name: [one for report in reports for one in report.get(name, ())] for name in ("missing", "beyond", "unplayed")
    }
    skipped = sum(report.get("skipped", 0.0) for report in reports)
    orders = sum(report.get("orders", 0) for report in reports)
    questions = sum(report.get("questions", 0) for report in reports)
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


def _sleeps(output: Path) -> tuple[int, float]:
    """Return how often Robot's own `Sleep` ran, and for how many seconds: it knows no virtual time."""
    from robot.api import ExecutionResult, ResultVisitor

    class Sleeps(ResultVisitor):  # type: ignore[misc]  # robot has no types here
        """Counts them."""

        count, seconds = 0, 0.0

        def start_keyword(self, keyword: object) -> None:
            """Count one."""
            if getattr(keyword, "name", "") == "Sleep" and getattr(keyword, "owner", "") == "BuiltIn":
                self.count += 1
                self.seconds += keyword.elapsed_time.total_seconds()  # type: ignore[attr-defined]

    if not output.is_file():
        return 0, 0.0
    found = Sleeps()
    ExecutionResult(output).visit(found)
    return found.count, found.seconds
