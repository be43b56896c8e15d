"""Runs robot with a tape, for `aigc record` and `aigc replay`, and reads what its processes report about it."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from AIGCLibrary.cli.project import add_config, add_language, find_config
from AIGCLibrary.cli.robot_run import ROBOT_EXITS, run_robot, shown_command
from AIGCLibrary.cli.terminal import language, text
from AIGCLibrary.errors import ConfigError

EXITS = ROBOT_EXITS
REPORT = "tape.jsonl"


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what both commands take."""
    add_suites(parser)
    parser.add_argument("--tape", type=Path, default=Path("tape"), metavar="DIR", help="the tape (default: tape)")
    add_outputdir(parser)


def add_outputdir(parser: argparse.ArgumentParser) -> None:
    """Declare where robot's files go."""
    parser.add_argument("--outputdir", type=Path, default=Path("results"), metavar="DIR", help="default: results")


def add_suites(parser: argparse.ArgumentParser) -> None:
    """Declare what every command takes that runs suites."""
    parser.add_argument("suites", nargs="+", type=Path, metavar="SUITE", help="suite files or folders")
    parser.add_argument("--robot", default="", metavar="OPTIONS", help="more options of robot, as one text")
    parser.add_argument(
        "--json", action="store_true", help="print JSON for a machine; robot's own output goes to stderr"
    )
    add_config(parser)
    add_language(parser)


def add_misbehave(parser: argparse.ArgumentParser) -> None:
    """Declare the option of what goes wrong."""
    parser.add_argument(
        "--misbehave",
        metavar="SCENARIO",
        help="let the product do something wrong: 'drop_body=30%% times=2 for=video; stall', or a file of such lines",
    )


def misbehaving(args: argparse.Namespace) -> dict[str, str]:
    """Return the environment variable of a scenario.

    Raises:
        ConfigError: It cannot be read.
    """
    if not args.misbehave:
        return {}
    from AIGCLibrary.misbehave.scenario import read_scenario
    from AIGCLibrary.misbehave.transport import VARIABLE

    return {VARIABLE: "; ".join(dict.fromkeys(disturbance.text for disturbance in read_scenario(args.misbehave)))}


def run_taped(args: argparse.Namespace, mode: str, more: Mapping[str, str]) -> tuple[int, list[dict[str, Any]]]:
    """Run the suites with a tape.

    Args:
        args: The command line.
        mode: `record` or `replay`.
        more: More environment variables for robot.

    Returns:
        Robot's exit code, and what each process reported.

    Raises:
        ConfigError: A suite does not exist.
    """
    report = args.outputdir.resolve() / REPORT
    report.unlink(missing_ok=True)
    code = run_suites(args, {**more, "AIGC_TAPE": f"{mode}:{args.tape.resolve()}", "AIGC_TAPE_REPORT": str(report)})
    lines = report.read_text(encoding="utf-8").splitlines() if report.is_file() else []
    return code, [json.loads(line) for line in lines]


def run_suites(args: argparse.Namespace, more: Mapping[str, str]) -> int:
    """Run the suites; return robot's exit code.

    Args:
        args: The command line.
        more: More environment variables for robot.

    Raises:
        ConfigError: A suite does not exist.
    """
    import shlex

    missing = [suite for suite in args.suites if not suite.exists()]
    if missing:
        raise ConfigError(f"Suite '{missing[0]}' does not exist.", code="AIGC012")
    args.outputdir.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONUTF8": "1", **more}
    config = find_config(args.config)
    if config is not None:
        environment["AIGC_CONFIG"] = str(config.resolve())
    lang = language(args.language)
    command = [sys.executable, "-m", "robot", "--outputdir", str(args.outputdir), *shlex.split(args.robot)]
    command += map(str, args.suites)
    print(text("demo.command", lang, command=shown_command(command)), flush=True, file=_out(args))
    return run_robot(command, environment, quiet=args.json)


def say(args: argparse.Namespace, name: str, **values: Any) -> None:
    """Print a text of the catalogue."""
    print(text(name, language(args.language), **values), file=_out(args))


def _out(args: argparse.Namespace) -> Any:
    return sys.stderr if args.json else sys.stdout
