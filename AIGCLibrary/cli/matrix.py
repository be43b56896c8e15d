"""`aigc matrix`: runs the same suites in several environments and compares the results in one table."""

import argparse
import importlib.util
import os
import shlex
import subprocess
import sys
from pathlib import Path

from AIGCLibrary.cli.project import add_config, add_language, find_config
from AIGCLibrary.errors import ConfigError, near_matches

NAME = "matrix"
HELP = "Run suites in several environments and compare the results in one table"
EXITS = {0: "every test passed in every environment", 1: "a test failed, or did not run, in at least one"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("suites", nargs="+", type=Path, metavar="SUITE", help="suite files or folders")
    parser.add_argument("--environments", required=True, metavar="A,B", help="names of the environments")
    add_config(parser)
    parser.add_argument("--environments-file", type=Path, metavar="FILE", help="environments file of the settings")
    parser.add_argument(
        "--outputdir", type=Path, default=Path("results/matrix"), metavar="DIR", help="default: %(default)s"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 2, help="runs at once")
    parser.add_argument("--no-pabot", action="store_true", help="one environment after the other, with robot alone")
    parser.add_argument("--robot", default="", metavar="OPTIONS", help="more options of robot, as one text")
    parser.add_argument(
        "--json", action="store_true", help="print JSON for a machine; robot's own output goes to stderr"
    )
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run everything and show the table.

    Returns:
        0 when every test passed everywhere, else 1.
    """
    from AIGCLibrary.cli.matrix_report import collect, show, write
    from AIGCLibrary.cli.terminal import print_json

    names = _environments(args)
    missing = [suite for suite in args.suites if not suite.exists()]
    if missing:
        raise ConfigError(f"Suite '{missing[0]}' does not exist.", code="AIGC012")
    args.outputdir.mkdir(parents=True, exist_ok=True)
    with_pabot = not args.no_pabot and importlib.util.find_spec("pabot") is not None
    outputs = (_with_pabot if with_pabot else _one_by_one)(args, names)
    matrix = collect(outputs)
    write(matrix, args.outputdir, outputs, args.language)
    if args.json:
        print_json(matrix.as_dict())
    else:
        show(matrix, args.outputdir, args.language)
    return int(not matrix.passed)


def _environments(args: argparse.Namespace) -> list[str]:
    """Check the names before anything runs."""
    from AIGCLibrary.config import Settings
    from AIGCLibrary.data.environments import Environments

    wanted = [name.strip() for name in args.environments.split(",") if name.strip()]
    given = (args.environments_file,) if args.environments_file else ()
    known = Environments(*(given or Settings.load(find_config(args.config)).environments))
    for name in wanted:
        if name not in known.names():
            place = ", ".join(map(str, known.files)) or "the usual places"
            raise ConfigError(
                f"There is no environment '{name}' in {place}. {near_matches(name, known.names())}", code="AIGC402"
            )
        known.get(name)  # a variable it needs and that is not set is reported now, not in each test
    if len(set(wanted)) != len(wanted):
        raise ConfigError(f"--environments lists an environment twice: {args.environments}.", code="AIGC012")
    return wanted


def _with_pabot(args: argparse.Namespace, names: list[str]) -> dict[str, Path]:
    """Let pabot spread environments and suites over processes; it writes one output for each argument file."""
    command = [sys.executable, "-m", "pabot.pabot", "--processes", str(args.processes), "--pabotlibport", "0"]
    command += ["--command", sys.executable, "-m", "robot", "--end-command"]
    for number, name in enumerate(names, start=1):
        arguments = args.outputdir / f"{name}.args"
        arguments.write_text("\n".join(_variables(name)) + "\n", encoding="utf-8")
        command += [f"--argumentfile{number}", str(arguments)]
    folder = args.outputdir / "pabot"
    command += [*shlex.split(args.robot), "--outputdir", str(folder), *map(str, args.suites)]
    _call(command, args)
    results = folder / "pabot_results"
    return {name: results / f"output{number}.xml" for number, name in enumerate(names, start=1)}


def _one_by_one(args: argparse.Namespace, names: list[str]) -> dict[str, Path]:
    outputs = {}
    for name in names:
        folder = args.outputdir / name
        command = [sys.executable, "-m", "robot", *_variables(name), *shlex.split(args.robot)]
        _call([*command, "--outputdir", str(folder), *map(str, args.suites)], args)
        outputs[name] = folder / "output.xml"
    return outputs


def _variables(name: str) -> list[str]:
    return ["--variable", f"AIGC_ENVIRONMENT:{name}", "--metadata", f"Environment:{name}"]


def _call(command: list[str], args: argparse.Namespace) -> None:
    # What robot says of failed tests is in its outputs; only a broken command line leaves none.
    subprocess.run(command, check=False, stdout=sys.stderr if args.json else None)  # noqa: S603 - the user's own suites
