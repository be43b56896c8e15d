"""The page of the commands: the help of every command and subcommand."""

import argparse
from collections.abc import Iterator

from sitegen.texts import translate

INTRO = "Start commands with `aigc`, or with `python -m AIGCLibrary` where scripts are not on the PATH."


def commands(language: str = "en") -> str:
    """Describe the commands and their subcommands by their own help."""
    from AIGCLibrary.cli.main import build_parser, find_commands

    parser = build_parser(find_commands(), language)
    lines = [f"# {translate('Commands', language)}", "", translate(INTRO, language), "", EXIT_CODES[language], ""]
    for child in parser.children.values():
        for depth, item in parsers(child):
            lines += [f"{'#' * depth} {item.prog}", "", "```text", item.format_help().rstrip(), "```", ""]
    return "\n".join(lines)


EXIT_CODES = {
    "en": "Exit codes: 0 done · 1 the check failed · 2 wrong usage, setting, file or store · 130 interrupted. "
    "`aigc demo` exits with the code of Robot Framework: the number of failed tests. "
    "The help of each command lists its own.",
    "zh": "退出码：0 完成 · 1 检查未通过 · 2 用法、设置、文件或存储有误 · 130 被中断。"
    "`aigc demo` 的退出码与 Robot Framework 相同：失败用例数。各命令的帮助中列有各自的退出码。",
}


def parsers(parser: argparse.ArgumentParser, depth: int = 2) -> Iterator[tuple[int, argparse.ArgumentParser]]:
    """Yield a parser and those of its subcommands, with the depth of their headings."""
    yield depth, parser
    for action in parser._actions:  # noqa: SLF001 - argparse lists its subcommands nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for child in dict.fromkeys(action.choices.values()):
                yield from parsers(child, depth + 1)
