"""Small pieces of Markdown that all generated pages share."""

import re
from collections.abc import Iterable


def cell(text: object) -> str:
    """Make a text fit into a cell of a Markdown table: `|` within code is literal there, elsewhere it is escaped."""
    parts = re.split(r"(`+[^`]+`+)", " ".join(str(text).split()))
    return "".join(part if part.startswith("`") else part.replace("|", "\\|") for part in parts)


def code(text: object) -> str:
    """Format a text as code, also when it contains backticks."""
    return f"`` {text} ``" if "`" in str(text) else f"`{text}`"


def sentence(text: str) -> str:
    """End a description with a full stop; Chinese ends with its own."""
    if not text or text.endswith((".", "…", "。", "：", "）")):
        return text
    return text + ("。" if any(ord(char) > 0x2E80 for char in text) else ".")


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Format rows as a Markdown table, followed by an empty line; nothing when there is no row."""
    lines = [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    if not lines:
        return []
    names = list(headings)
    return [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}", *lines, ""]
