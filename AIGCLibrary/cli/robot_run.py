"""Runs robot in the foreground, as one would by hand."""

import shlex
import subprocess
import sys
from collections.abc import Mapping

COUNTED, WRONG, INTERRUPTED = "1-250", 252, 253
ROBOT_EXITS: dict[int | str, str] = {
    0: "all tests passed",
    COUNTED: "number of failed tests, as robot counts",
    251: "robot printed its help or version",
    WRONG: "a wrong argument, setting, file or store",
    INTERRUPTED: "interrupted",
    255: "robot ended unexpectedly",
}
"""Exit codes of commands that exit as robot does."""


def run_robot(command: list[str], environment: Mapping[str, str], *, quiet: bool = False) -> int:
    """Run robot in the foreground; on Ctrl-C it ends the running test and still writes its reports.

    Args:
        command: What to run.
        environment: Its environment variables.
        quiet: Write its output to standard error, since standard output is for a machine.
    """
    with subprocess.Popen(command, env=dict(environment), stdout=sys.stderr if quiet else None) as process:  # noqa: S603
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def shown_command(command: list[str]) -> str:
    """Write the command as one would type it."""
    return shlex.join(["robot", *command[3:]])
