"""What all subcommands share at the terminal: language, console, and how an error is told."""

import logging
import os
import sys
from typing import TYPE_CHECKING

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.i18n import Text, local_language, render, short_language

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 120  # characters; a log file can be wider than the 80 that is assumed otherwise


def language(asked: str | None = None) -> str:
    """Give `en` or `zh`: as asked for, else as `AIGC_LANGUAGE` says, else as the locale."""
    named = asked or os.environ.get("AIGC_LANGUAGE")
    return short_language(named) if named and named != "auto" else local_language()


def text(key: str, language_: str, **values: object) -> str:
    """Give a message of this area's catalogue."""
    return Text(f"cli.{key}", **values).render(language_)


def console() -> "Console":
    """Make the console tables are printed on; wide enough for tables when the output is not a terminal."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)


def table(*headers: str, title: str | None = None) -> "Table":
    """Make a plain table in the style of all our tables."""
    from rich import box
    from rich.table import Table

    made = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for header in headers:
        made.add_column(header, overflow="fold")
    return made


def say_warnings(language_: str) -> logging.Handler:
    """Tell the library's warnings on standard error from now on; gives the handler, for `removeHandler`."""

    class Spoken(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return str(render(record.msg, language_)) if isinstance(record.msg, Text) else super().format(record)

    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(Spoken())
    logging.getLogger("aigc").addHandler(handler)
    return handler


def say_error(error: AIGCError, language_: str) -> None:
    """Tell an error and its remedy on standard error."""
    told = error.told(language_)
    # Wrong usage already begins with the command it is about: `aigc slo: …`.
    print(told if told.startswith(("aigc: ", "aigc ")) else f"aigc: {told}", file=sys.stderr)
    if error.hint is not None:
        print(f"      {render(error.hint, language_)}", file=sys.stderr)
