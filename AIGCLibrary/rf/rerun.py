"""Which run the tests of this launch repeat: `--rerunfailed` and `--rerunfailedsuites` name its output file."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from AIGCLibrary.rf.run_of import run_in

log = logging.getLogger("aigc.listener")


def repeated_run(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the id of the run whose failed tests this launch repeats; None where it repeats none.

    Args:
        arguments: Command line of robot without the program; that of this process otherwise.
        environ: Environment, of which robot reads `ROBOT_OPTIONS`.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = [*given, *environ.get("ROBOT_OPTIONS", "").split()]
    if not any(word.lower().startswith(("--rerun", "--argumentfile", "-r", "-s", "-a")) for word in words):
        return None
    from robot.run import RobotFramework

    try:
        options, _ = RobotFramework().parse_arguments(given)
    except Exception as error:  # noqa: BLE001 - not a command line of robot: a wrapper, or a program that calls its API
        log.debug("The command line was not read: %s", error)
        return None
    named = options.get("rerunfailed") or options.get("rerunfailedsuites")
    if not named or not Path(named).is_file():
        return None
    return run_in(Path(named))
