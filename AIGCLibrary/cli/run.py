"""`aigc run` runs suites against the product, which may be made to do something wrong."""

import argparse

from AIGCLibrary.cli import tape_run
from AIGCLibrary.cli.terminal import print_json

NAME = "run"
HELP = "Run suites against the product, with its answers made wrong as a scenario says"
EXITS = tape_run.EXITS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    tape_run.add_suites(parser)
    tape_run.add_outputdir(parser)
    tape_run.add_misbehave(parser)


def run(args: argparse.Namespace) -> int:
    """Run the suites.

    Returns:
        Robot's exit code.

    Raises:
        ConfigError: A suite does not exist, or the scenario cannot be read.
    """
    more = tape_run.misbehaving(args)
    code = tape_run.run_suites(args, more)
    if args.json:
        print_json({"misbehave": "".join(more.values()) or None, "outputdir": str(args.outputdir), "code": code})
    return code
