"""The help of the commands in Chinese, and lines that are no wider than the terminal in either language."""

import argparse
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from AIGCLibrary.i18n import CHINESE


@cache
def chinese() -> dict[str, str]:
    """Return the Chinese of all texts of the help, by their English."""
    import yaml

    source = resources.files("AIGCLibrary") / "locales" / "commands.yaml"
    return dict(yaml.safe_load(source.read_text(encoding="utf-8")))


def translated(text: str, language: str) -> str:
    """Return a text of `commands.yaml` in a language; as it is where it has no Chinese."""
    return chinese().get(text, text) if language == CHINESE else text


def translate(parser: argparse.ArgumentParser, language: str) -> None:
    """Put the help of a parser and of its subcommands into a language; names and placeholders stay as they are."""
    if language != CHINESE:
        return
    for owner, attribute, text in texts(parser):
        setattr(owner, attribute, translated(text, language))


def texts(parser: argparse.ArgumentParser) -> Iterator[tuple[object, str, str]]:
    """Yield what a parser and its subcommands say: the object, its attribute, and the English text."""
    owners: list[tuple[object, str]] = [(parser, "description")]
    owners += [(group, "title") for group in parser._action_groups]  # noqa: SLF001 - argparse lists them nowhere else
    for action in parser._actions:  # noqa: SLF001
        owners.append((action, "help"))
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            owners += [(choice, "help") for choice in action._choices_actions]  # noqa: SLF001
            for child in action.choices.values():
                yield from texts(child)
    for owner, attribute in owners:
        text = getattr(owner, attribute, None)
        if text and text != argparse.SUPPRESS:
            yield owner, attribute, text


def exit_codes(codes: "dict[int | str, str]", language: str) -> str:
    """Return the paragraph on the exit codes of a command."""
    rows = (f"  {code!s:>7}  {translated(meaning, language)}" for code, meaning in codes.items())
    return "\n".join([translated("exit codes:", language), *rows])


class HelpLines(argparse.RawDescriptionHelpFormatter):
    """Wraps by what a terminal shows: a Chinese character takes two columns, and a line may end after it."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        lines, line = [], ""
        for part in _PARTS.findall(" ".join(text.split())):
            if line and columns(line + part.rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += part
        return [*lines, line.rstrip()]

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(self._filled(indent + line, width) for line in text.splitlines())

    def _filled(self, line: str, width: int) -> str:
        """Wrap a line below what follows its first word, where that is indented as the exit codes are."""
        begin = _INDENTED.match(line)
        first = begin[0] if begin else ""
        rest = self._split_lines(line[len(first) :], max(width - columns(first), 1))
        return first + ("\n" + " " * columns(first)).join(rest)


class ChineseHelp(HelpLines):
    """The same with `usage` in Chinese."""

    def add_usage(self, usage: str | None, actions: object, groups: object, prefix: str | None = None) -> None:
        """Write the line on the usage."""
        said = chinese()["usage: "] if prefix is None else prefix  # '' where names of subcommands are made
        super().add_usage(usage, actions, groups, said)  # type: ignore[arg-type]

    def _format_usage(self, *given: Any) -> str:
        self._width -= 3  # the prefix takes three columns more than it has characters
        try:
            return super()._format_usage(*given)
        finally:
            self._width += 3

    def format_help(self) -> str:
        """Return the text, with the headings' colon that Chinese has."""
        return _HEADING.sub("\\1：", super().format_help())


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


_WIDE = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f"
_PARTS = re.compile(f"[{_WIDE}][，。；：、）》]?|[^\\s{_WIDE}]+\\s*|\\s+")
"""What may stand at the end of a line: a word with the space after it, or a Chinese character with its comma."""
_INDENTED = re.compile(r"\s+\S+  ")
_HEADING = re.compile(f"^([{_WIDE}]+):$", re.MULTILINE)
