"""`aigc schemas` writes the JSON Schemas of the YAML formats into a project, for completion in editors."""

import argparse
from pathlib import Path

from AIGCLibrary.cli.project_files import write_schemas
from AIGCLibrary.errors import ConfigError

NAME = "schemas"
HELP = "Write the JSON Schemas of the YAML formats into a project, for completion in editors"
EXITS = {0: "the schemas were written"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("directory", type=Path, nargs="?", default=Path(), help="project (default: this folder)")


def run(args: argparse.Namespace) -> int:
    """Write the schemas, and print the line that a YAML file begins with.

    Raises:
        ConfigError: The folder cannot be written (AIGC018).
    """
    try:
        written = write_schemas(args.directory)
    except OSError as error:
        raise ConfigError(f"'{error.filename}' cannot be written: {error.strerror}.", code="AIGC018") from None
    for path in written:
        print(f"# yaml-language-server: $schema={path.as_posix()}")
    return 0
