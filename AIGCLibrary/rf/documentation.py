"""Keyword documentation: as Markdown renders it, and as libdoc reads it from the library."""

from collections.abc import Iterator
from functools import cache
from textwrap import dedent
from typing import Any

FENCE = "```"


def with_code_blocks(text: str, name: str = "Example") -> str:
    """Move indented code fences to the margin, where Markdown takes them for blocks.

    Docstrings indent their examples under `Example:`, as Google style has it; Markdown shows such a fence as one line
    of inline code. Steps without a section become a test, as in Robot's own documentation: outside of a section they
    are comments, to Robot and to whatever colours them.

    Args:
        text: Documentation in Markdown.
        name: Name of such a test.
    """
    return "\n".join(_lines(text.splitlines(), name))


def _lines(lines: list[str], name: str) -> Iterator[str]:
    block: list[str] | None = None
    for line in lines:
        is_fence = line.lstrip().startswith(FENCE)
        if block is None and is_fence and line.startswith(" "):
            block = [line]
        elif block is None:
            yield line
        else:
            block.append(line)
            if is_fence:
                yield from _block(block, name)
                block = None
    yield from block or ()


def _block(lines: list[str], name: str) -> Iterator[str]:
    opening, *body, closing = dedent("\n".join(lines)).splitlines()
    if opening == f"{FENCE}robotframework" and not any(line.startswith("***") for line in body):
        body = ["*** Test Cases ***", name, *(f"    {line}" if line else line for line in body)]
    yield from ("", opening, *body, closing)


@cache
def documented_library(language: str = "en") -> Any:
    """Document the library with libdoc.

    Args:
        language: `en`, or `zh-CN` for Chinese texts and names, without the English aliases.

    Returns:
        libdoc's model of the library.
    """
    from robot.libdocpkg import LibraryDocumentation

    from AIGCLibrary.rf.translation import chinese_file, load_table

    library = LibraryDocumentation(f"AIGCLibrary::language={language}")
    if language != "en":
        names = {entry.get("name", "").replace(" ", "") for entry in load_table(chinese_file()).values()}
        library.keywords = [keyword for keyword in library.keywords if keyword.name.replace(" ", "") in names]
    return library
