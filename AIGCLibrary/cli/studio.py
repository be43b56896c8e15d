"""`aigc studio` starts the demo product; what it does is in `AIGCLibrary.studio.cli`."""

import argparse
import errno
import socket

NAME = "studio"
HELP = "Start the studio, the demo AIGC product that examples and tests run against"
EXITS = {0: "ended with Ctrl-C"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the studio."""
    from AIGCLibrary.studio import cli

    cli.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted.

    Raises:
        ConfigError: Something listens on the port already (AIGC015), or the faults are not valid.
    """
    from AIGCLibrary.studio import cli

    _require_faults(args.misbehave)
    _require_free(args.host, args.port)
    return cli.run(args)


def _require_faults(given: str | None) -> None:
    """Read the faults before the studio starts, which reports mistakes in English only."""
    from AIGCLibrary.errors import ConfigError
    from AIGCLibrary.studio.cli import read_json
    from AIGCLibrary.studio.misbehaviour import parse_misbehaviour

    try:
        parse_misbehaviour(read_json(given) if given else {})
    except ValueError as error:
        raise ConfigError(f"The value of --misbehave is not valid: {error}.", code="AIGC011") from None


def _require_free(host: str, port: int) -> None:
    """Look before the studio starts, whose event loop would report a taken port in the words of the system."""
    from AIGCLibrary.errors import ConfigError
    from AIGCLibrary.i18n import Text

    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return  # the studio says what is wrong
        raise ConfigError(
            f"Port {port} of {host} is taken by another program, possibly by a studio that is still running.",
            code="AIGC015",
            hint=Text("cli.hint.studio_taken"),
            facts={"port": port},
        ) from None
