"""What all subcommands share at the terminal: language, console, and how an error is reported."""

import codecs
import io
import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.masking import command_redactor, data_masked, known_masked
from AIGCLibrary.cli.streams import terminal_of
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.harmless import visible
from AIGCLibrary.i18n import Text, in_language, local_language, short_language

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 120  # characters; a log file can be wider than the 80 that is assumed otherwise


_ASKED: ContextVar[str | None] = ContextVar("asked_language", default=None)


@contextmanager
def asked_language(name: str | None) -> Iterator[None]:
    """Let `language` answer with the `--language` of a command line, wherever it is asked."""
    token = _ASKED.set(name)
    try:
        yield
    finally:
        _ASKED.reset(token)


def language(asked: str | None = None) -> str:
    """Return `en` or `zh`: as asked for, else as `AIGC_LANGUAGE` says, else as the locale."""
    named = asked or _ASKED.get() or os.environ.get("AIGC_LANGUAGE")
    return short_language(named) if named and named != "auto" else local_language()


def text(key: str, language_: str, **values: object) -> str:
    """Return a message of this area's catalogue."""
    return Text(f"cli.{key}", **values).render(language_)


def console() -> "Console":
    """Make the console tables are printed on; wide enough for tables when the output is not a terminal."""
    from rich.console import Console
    from rich.segment import Segment

    class VisibleConsole(Console):
        def render(self, *given: Any, **named: Any) -> Iterator[Segment]:
            for segment in super().render(*given, **named):
                yield segment if segment.control else Segment(visible(known_masked(segment.text)), segment.style)

    terminal = terminal_of(sys.stdout)
    return VisibleConsole(
        highlight=False,
        file=terminal,
        width=None if terminal.isatty() else WIDTH_WITHOUT_TERMINAL,
        color_system=None if os.environ.get("NO_COLOR") else "auto",  # rich alone would still write bold and dim
    )


def table(*headers: str, title: str | None = None) -> "Table":
    """Make a plain table in the style of all our tables.

    Cells that are texts are shown as they are, without markup and with control characters visible; a cell with
    colours of its own is a `rich.text.Text`.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text as Plain

    class PlainTable(Table):
        def add_row(self, *cells: Any, **options: Any) -> None:
            shown = (Plain(visible(data_masked(cell))) if isinstance(cell, str) else cell for cell in cells)
            super().add_row(*shown, **options)

    shown = Plain(visible(title)) if title is not None else None
    made = PlainTable(title=shown, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for header in headers:
        made.add_column(Plain(visible(header)), overflow="fold")
    return made


def marked(cell: str) -> Any:
    """Return a cell with the colours that its markup says."""
    from rich.text import Text as Plain

    return Plain.from_markup(cell)


def say_warnings(language_: str) -> logging.Handler:
    """Print the library's warnings on standard error from now on; returns the handler, for `removeHandler`."""

    class Translated(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            record.msg = in_language(record.msg if isinstance(record.msg, Text) else record.getMessage(), language_)
            record.args = ()
            return command_redactor().text(super().format(record))

    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(Translated())
    logging.getLogger("aigc").addHandler(handler)
    return handler


def say_error(error: AIGCError, language_: str) -> None:
    """Print an error and its remedy on standard error."""
    reported = command_redactor().text(error.text_in(language_))
    # Wrong usage already begins with the command it is about: `aigc slo: …`.
    print(reported if reported.startswith(("aigc ", "aigc: ", "aigc：")) else f"aigc: {reported}", file=sys.stderr)
    if error.hint is not None:
        print(f"      {command_redactor().text(in_language(error.hint, language_))}", file=sys.stderr)


def show(shown: "Table") -> None:
    """Print a table in which names, paths and commands stay whole, so that they can be copied.

    Cells wrap between words only. Where a terminal is too narrow for that, each row becomes a block of lines; without
    a terminal the lines become longer.
    """
    out = console()
    least, wanted = [], []
    for column in shown.columns:
        cells = [_plain(cell) for cell in (column.header, *column.cells)]
        least.append(max(_longest(cell, whole_lines=column.no_wrap) for cell in cells))
        wanted.append(max(_longest(cell, whole_lines=True) for cell in cells))
    if shown.title:
        out.print(shown.title, style="bold", soft_wrap=True)
        shown.title = None
    padding = _PADDING * len(least)
    if out.is_terminal and sum(least) + padding > out.width:
        _show_blocks(shown, out)
        return
    out.width = max(out.width, sum(least) + padding)
    for column, width in zip(shown.columns, _widths(least, wanted, out.width - padding), strict=True):
        column.width = width
    out.print(shown, crop=False, overflow="ignore")


def _widths(least: list[int], wanted: list[int], room: int) -> list[int]:
    """Return the widths of columns that share a room: the widest ones are made narrower, none below its least."""
    for widest in range(max(wanted, default=0), 0, -1):
        widths = [max(few, min(many, widest)) for few, many in zip(least, wanted, strict=True)]
        if sum(widths) <= room:
            return widths
    return least


def _show_blocks(shown: "Table", out: "Console") -> None:
    """Print each row as its first cells, and below them the others with their headers."""
    headers = [_plain(column.header) for column in shown.columns]
    named = next((index for index, header in enumerate(headers) if header.strip()), 0) + 1
    for row, cells in zip(shown.rows, zip(*(column.cells for column in shown.columns), strict=True), strict=True):
        texts = [_plain(cell) for cell in cells]
        head = " ".join(filter(None, texts[:named]))
        out.print(paragraph(head, following="  "), style=row.style, soft_wrap=True, markup=False)
        whole, parts = [], []
        for column, header, text in zip(shown.columns[named:], headers[named:], texts[named:], strict=True):
            if column.no_wrap:
                whole += [f"    {line}" for line in text.splitlines()]
            elif text:
                parts.append(f"{header} {' '.join(text.split())}")
        for line in ([paragraph(" · ".join(parts), "    ")] if parts else []) + whole:
            out.print(line, soft_wrap=True, markup=False)


def paragraph(text: str, indent: str = "", following: str | None = None) -> str:
    """Wrap a text to the width of the terminal; words, paths and names stay whole, Chinese breaks anywhere."""
    width = shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 0)).columns if sys.stdout.isatty() else None
    later = indent if following is None else following
    return "\n".join(_wrapped(line, width or WIDTH_WITHOUT_TERMINAL, indent, later) for line in text.splitlines())


def _wrapped(line: str, width: int, indent: str, later: str) -> str:
    from rich.cells import cell_len

    lines = [indent]
    for space, part in _PARTS.findall(line.rstrip()):
        begun = lines[-1] not in (indent, later)
        if begun and cell_len(lines[-1] + space + part) > width:
            lines.append(later + part)
        else:
            lines[-1] += (space if begun else "") + part
    return "\n".join(lines)


def _plain(cell: object) -> str:
    """Return the text of a cell, which is rich's own text or none."""
    return cell if isinstance(cell, str) else str(getattr(cell, "plain", ""))


def _longest(text: str, *, whole_lines: bool) -> int:
    """Return the cells that the longest part of a text takes which must not be broken; Chinese breaks anywhere."""
    from rich.cells import cell_len

    if whole_lines or cell_len(text) <= _SHORT:
        return max(map(cell_len, text.splitlines()), default=0)
    return max(map(cell_len, _UNBROKEN.findall(text)), default=0)


_PADDING = 3
"""Cells that rich puts beside a column at most."""
_SHORT = 12
"""Cells of a text that a column never breaks."""
_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]+")
_WORD = r"(?:[^\s\u2e80-\u9fff\uff00-\uffef]+|[\u2e80-\u9fff\uff00-\uffef])[，。、；：？！）》」”]*"
_NAME = r"(?:[A-Z]\w*(?: [A-Z]\w*)+|[\u4e00-\u9fff]+)(?= {2,}\S)"
_VALUE = r" {2,}(?:[^\s\u2e80-\u9fff\uff00-\uffef]+|[\u4e00-\u9fff]+)[，。、；：？！）》」”]*"
_PARTS = re.compile(rf"(\s*)((?:{_NAME}|{_WORD})(?:{_VALUE})*)")
"""Blanks, and what follows them up to where a line may end: never before a closing mark, nor within a keyword call."""


def print_json(data: Any) -> None:
    """Print data for a machine: UTF-8 as it is, in any other encoding with escapes, so that nothing is lost."""
    plain = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") != "utf8"
    print(json.dumps(data_masked(data), ensure_ascii=plain, indent=1, default=str))


def write_anything() -> None:
    """Let standard output and error write every character: what their encoding lacks is replaced by a look-alike."""
    codecs.register_error("aigc", _look_alike)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="aigc")


def _look_alike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_LOOK_ALIKES.get(character, "?") for character in lost), error.end


_LOOK_ALIKES = {
    "✓": "+", "✗": "x", "…": "...", "–": "-", "—": "-", "→": "->", "≥": ">=", "≤": "<=", "≈": "~", "×": "x",
    "·": "-", "•": "*", "●": "*", "±": "+-", "\N{NO-BREAK SPACE}": " ", "“": '"', "”": '"', "‘": "'", "’": "'",
    "├": "|", "└": "`", "│": "|", "─": "-", "━": "-", "¦": "|",
    "（": "(", "）": ")", "：": ":", "，": ", ", "。": ".", "、": ", ", "；": ";",
}  # fmt: skip
"""What is written for characters of our own texts that an encoding lacks."""
