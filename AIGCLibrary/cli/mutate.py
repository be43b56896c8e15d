"""`aigc mutate` plays lies of the product from a tape, and reports which of them the suites notice."""

import argparse
from pathlib import Path
from typing import Any

from AIGCLibrary.cli.project import find_config
from AIGCLibrary.cli.tape_run import add_suites
from AIGCLibrary.cli.terminal import language, print_json
from AIGCLibrary.errors import ConfigError

NAME = "mutate"
HELP = "Play lies of the product from a tape, and report which of them the suites notice"
EXITS = {0: "done; the score is --min-score or more", 1: "the score is below --min-score"}
PAGE = "mutants.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_suites(parser)
    parser.add_argument("--tape", type=Path, required=True, metavar="DIR", help="the tape")
    parser.add_argument("--min-score", type=float, default=0.0, metavar="PERCENT", help="lowest score that is accepted")
    parser.add_argument("--report", type=Path, default=Path("results"), metavar="DIR", help="default: results")
    parser.add_argument("--only", default="", metavar="NAMES", help="only mutants of these names, apart by comma")


def run(args: argparse.Namespace) -> int:
    """Run the suites once as they are and once for each lie.

    Raises:
        ConfigError: A suite does not exist, a test fails without any lie, or the score is no percentage.
        TapeError: There is no tape, or it cannot be read.
    """
    from AIGCLibrary.cli.mutate_report import as_dict, show, write_page
    from AIGCLibrary.cli.mutate_score import mutation_run
    from AIGCLibrary.tape.folder import load_tape

    _check(args)
    load_tape(args.tape)
    lang = language(args.language)
    found = mutation_run(_runner(args), tuple(name.strip() for name in args.only.split(",") if name.strip()))
    args.report.mkdir(parents=True, exist_ok=True)
    page = args.report / PAGE
    page.write_text(write_page(found, lang, args.min_score), encoding="utf-8")
    if args.json:
        print_json({**as_dict(found), "min_score": args.min_score, "page": str(page)})
    else:
        show(found, lang, page)
    return int(found.score < args.min_score)


def _check(args: argparse.Namespace) -> None:
    missing = [suite for suite in args.suites if not suite.exists()]
    if missing:
        raise ConfigError(f"Suite '{missing[0]}' does not exist.", code="AIGC012")
    if not 0 <= args.min_score <= 100:
        raise ConfigError(f"--min-score is {args.min_score:g}; expected a percentage from 0 to 100.", code="AIGC011")


def _runner(args: argparse.Namespace) -> Any:
    from AIGCLibrary.cli.mutate_runs import SuiteRunner

    config = find_config(args.config)
    more = {} if config is None else {"AIGC_CONFIG": str(config.resolve())}
    return SuiteRunner(args.suites, args.tape, args.robot, more)
