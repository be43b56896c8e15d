"""Keyword documentation: as Markdown renders it, and as libdoc reads it from the library."""

from collections.abc import Iterator
from functools import cache
from typing import Any

FENCE = "```"


def with_code_blocks(text: str) -> str:
    """Move indented code fences to the margin, where Markdown takes them for blocks.

    Docstrings indent their examples under `Example:`, as Google style has it; Markdown shows such a fence as one line
    of inline code.

    Args:
        text: Documentation in Markdown.
    """
    return "\n".join(_lines(text.splitlines()))


def _lines(lines: list[str]) -> Iterator[str]:
    indent: int | None = None
    for line in lines:
        is_fence = line.lstrip().startswith(FENCE)
        if indent is None and is_fence and line.startswith(" "):
            indent = len(line) - len(line.lstrip())
            yield ""
            yield line[indent:]
        elif indent is not None:
            yield line[indent:] if not line[:indent].strip() else line
            if is_fence:
                indent = None
        else:
            yield line


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
