"""Finds the subcommands, reads the command line, runs one, and tells errors in one sentence with the remedy."""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, NoReturn

from AIGCLibrary import cli
from AIGCLibrary._version import __version__
from AIGCLibrary.cli.streams import visible_streams
from AIGCLibrary.cli.terminal import language, say_error, write_anything
from AIGCLibrary.errors import AIGCError, ConfigError, near_matches
from AIGCLibrary.i18n import Text

DESCRIPTION = "Tests AIGC products with Robot Framework. Start with: aigc demo"
INTERRUPTED = 130
EXITS: dict[int | str, str] = {
    2: "a wrong argument, setting, file or store",
    INTERRUPTED: "interrupted",
}
"""Exit codes of every command; each has its own `EXITS` beside them."""


def main(argv: list[str] | None = None) -> int:
    """Run `aigc` with these arguments.

    Returns:
        The exit code: that of the subcommand, 2 for wrong input, 130 after Ctrl-C.
    """
    write_anything()
    with visible_streams():
        return _main(sys.argv[1:] if argv is None else argv)


def _main(arguments: list[str]) -> int:
    try:
        return run(arguments)
    except AIGCError as error:
        say_error(error, language(_asked_language(arguments)))
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, for example `head`, has gone; Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _asked_language(arguments: list[str]) -> str | None:
    """Return the value of `--language`, also where the rest of the command line is wrong."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--language":
            return following
        if word.startswith("--language="):
            return word.partition("=")[2]
    return None


def run(arguments: list[str]) -> int:
    """Find the subcommand and run it."""
    commands = find_commands()
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    if wanted is not None and wanted not in commands and arguments[0] == wanted:
        raise ConfigError(
            f"'{wanted}' is not a command of aigc. {near_matches(wanted, commands)}",
            code="AIGC010",
            hint=Text("cli.hint.help"),
        )
    parser = build_parser(commands)
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        parser.error(f"unknown argument {unknown[0]}")
    if args.aigc_command is None:
        parser.print_help()
        return 0
    return int(commands[args.aigc_command].run(args))


def find_commands() -> dict[str, ModuleType]:
    """Import the modules of this package that are subcommands; by name."""
    names = (found.name for found in pkgutil.iter_modules(cli.__path__) if "_" not in found.name)
    modules = (importlib.import_module(f"{cli.__name__}.{name}") for name in names)
    commands = {module.NAME: module for module in modules if hasattr(module, "NAME")}
    return dict(sorted(commands.items()))


def build_parser(commands: dict[str, ModuleType]) -> "CommandParser":
    """Build the parser of the whole command line."""
    parser = CommandParser(prog="aigc", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"aigc {__version__}")
    choices = parser.add_subparsers(
        dest="aigc_command", metavar="COMMAND", title="commands", parser_class=CommandParser
    )
    for name, module in commands.items():
        child = choices.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(child)
        _describe_exits(child, module.EXITS | EXITS)
        parser.children[name] = child
    return parser


def _describe_exits(parser: argparse.ArgumentParser, codes: Mapping[int | str, str]) -> None:
    """Write the exit codes under the help of a command and of its subcommands."""
    rows = (f"  {code!s:>7}  {meaning}" for code, meaning in codes.items())
    parser.epilog = "exit codes:\n" + "\n".join(rows)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    for action in parser._actions:  # noqa: SLF001 - argparse lists its subcommands nowhere else
        for child in action.choices.values() if isinstance(action, argparse._SubParsersAction) else ():  # noqa: SLF001
            _describe_exits(child, codes)


class CommandParser(argparse.ArgumentParser):
    """Says wrong usage as an error of ours, with near matches for mistyped options."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_abbrev": False})
        self.children: dict[str, CommandParser] = {}

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Read the arguments; words after options belong to the list the command takes, wherever they stand.

        argparse fills `FILE...` from the first words it meets, and its own way to mix words and options does not
        work with subcommands.
        """
        found, left = super().parse_known_args(args, namespace)
        if self._subparsers is not None:
            return found, left
        listed = [action for action in self._get_positional_actions() if action.nargs in ("*", "+")]
        words = [word for word in left if not word.startswith("-")] if listed else []
        unknown = [word for word in left if word not in words]
        if unknown:
            self.error(f"unknown argument {unknown[0]}")
        for word in words:
            value = self._get_value(listed[-1], word)
            setattr(found, listed[-1].dest, [*(getattr(found, listed[-1].dest) or ()), value])
        return found, []

    def error(self, message: str) -> NoReturn:
        """Raise wrong usage as a `ConfigError`."""
        unknown = message.rpartition("unknown argument ")[2].split("=")[0]
        options = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        near = f" {near_matches(unknown, options)}" if unknown.startswith("--") and unknown != message else ""
        raise ConfigError(
            f"{self.prog}: {message}.{near}", code="AIGC011", hint=Text("cli.hint.usage", command=self.prog)
        )
