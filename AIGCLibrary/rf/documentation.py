"""Keyword documentation as Markdown renders it."""

from collections.abc import Iterator

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
