"""`aigc studio` starts the demo product; what it does is in `AIGCLibrary.studio.cli`."""

import argparse

NAME = "studio"
HELP = "Start the studio, the demo AIGC product that examples and tests run against"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the studio."""
    from AIGCLibrary.studio import cli

    cli.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from AIGCLibrary.studio import cli

    return cli.run(args)
