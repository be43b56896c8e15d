"""Finds the subcommands, reads the command line, runs one, and reports errors in one sentence with the remedy."""

import argparse
import importlib
import pkgutil
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from AIGCLibrary import cli
from AIGCLibrary._version import __version__
from AIGCLibrary.cli import robot_run
from AIGCLibrary.cli.helptext import ChineseHelp, HelpLines, exit_codes, translate
from AIGCLibrary.cli.masking import one_redactor
from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.streams import visible_streams
from AIGCLibrary.cli.terminal import asked_language, language, say_error, write_anything
from AIGCLibrary.errors import AIGCError, ConfigError, near_matches
from AIGCLibrary.i18n import CHINESE, ENGLISH, Text

DESCRIPTION = "Tests AIGC products with Robot Framework. Start with: aigc demo"
WRONG, INTERRUPTED = 2, 130
EXITS: dict[int | str, str] = {WRONG: "a wrong argument, setting, file or store", INTERRUPTED: "interrupted"}
"""Exit codes of every command but those that exit as robot does; each has its own `EXITS` beside them."""


def main(argv: list[str] | None = None) -> int:
    """Run `aigc` with these arguments.

    Returns:
        The exit code: that of the subcommand; for wrong input 2 and after Ctrl-C 130, of commands that exit with the
        number of failed tests 252 and 253.
    """
    write_anything()
    with visible_streams():
        return _main(sys.argv[1:] if argv is None else argv)


def _main(arguments: list[str]) -> int:
    with asked_language(_asked_language(arguments)), one_redactor():
        return _outcome(arguments)


def _outcome(arguments: list[str]) -> int:
    try:
        return run(arguments)
    except AIGCError as error:
        say_error(error, language())
        return robot_run.WRONG if _exits_as_robot(arguments) else WRONG
    except KeyboardInterrupt:
        return robot_run.INTERRUPTED if _exits_as_robot(arguments) else INTERRUPTED


def _exits_as_robot(arguments: list[str]) -> bool:
    """Return whether a command exits with the number of failed tests, so that small numbers mean nothing else."""
    commands = find_commands()
    command = next((commands[word] for word in arguments if word in commands), None)
    return robot_run.COUNTED in getattr(command, "EXITS", ())


def _asked_language(arguments: list[str]) -> str | None:
    """Return the value of `--language`, also where the rest of the command line is wrong."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
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
    parser = build_parser(commands, language())
    args, unknown = parser.parse_known_args(arguments)
    if unknown:
        parser.error(f"unknown argument {unknown[0]}")
    if args.aigc_command is None:
        parser.print_help()
        return 0
    if getattr(args, "language", "") is None:  # it may also stand before the command
        args.language = _asked_language(arguments)
    return int(commands[args.aigc_command].run(args))


def find_commands() -> dict[str, ModuleType]:
    """Import the modules of this package that are subcommands; by name."""
    names = (found.name for found in pkgutil.iter_modules(cli.__path__) if "_" not in found.name)
    modules = (importlib.import_module(f"{cli.__name__}.{name}") for name in names)
    commands = {module.NAME: module for module in modules if hasattr(module, "NAME")}
    return dict(sorted(commands.items()))


def build_parser(commands: dict[str, ModuleType], lang: str = ENGLISH) -> "CommandParser":
    """Build the parser of the whole command line, with its help in a language."""
    parser = CommandParser(prog="aigc", description=DESCRIPTION)
    parser.formatter_class = ChineseHelp if lang == CHINESE else HelpLines
    add_language(parser)
    parser.add_argument("--version", action="version", version=f"aigc {__version__}")
    choices = parser.add_subparsers(
        dest="aigc_command", metavar="COMMAND", title="commands", parser_class=CommandParser
    )
    for name, module in commands.items():
        child = choices.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(child)
        _complete(child, module.EXITS if robot_run.COUNTED in module.EXITS else module.EXITS | EXITS, lang)
        parser.children[name] = child
    translate(parser, lang)
    return parser


def _complete(parser: argparse.ArgumentParser, codes: dict[int | str, str], lang: str) -> None:
    """Add to a command and its subcommands what all have: `--language`, and the exit codes in the help."""
    parser.epilog = exit_codes(codes, lang)
    parser.formatter_class = ChineseHelp if lang == CHINESE else HelpLines
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    if not inner and "--language" not in parser._option_string_actions:  # noqa: SLF001
        add_language(parser)
    for action in inner:
        for child in action.choices.values():
            _complete(child, codes, lang)


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
        raise ConfigError(f"{self.prog}: {message}.{near}", code="AIGC011", hint=self._usage_hint(message))

    def _usage_hint(self, message: str) -> Text:
        """Return what to write: a path where an action is expected has its action missing."""
        refused = re.search(r"invalid choice: '(.+?)' \(", message)
        if refused and self._subparsers is not None and Path(refused[1]).exists():
            actions = "|".join(next(action.choices for action in self._subparsers._group_actions if action.choices))  # noqa: SLF001
            return Text("cli.hint.action_first", command=self.prog, actions=actions, path=refused[1])
        return Text("cli.hint.usage", command=self.prog)
