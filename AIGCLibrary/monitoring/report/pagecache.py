"""Jinja environments for our pages, which remember compiled templates: compiling takes longer than filling them."""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from AIGCLibrary.jinja import page_environment

if TYPE_CHECKING:
    import jinja2


def environment(source: "Callable[[str], str]") -> "jinja2.Environment":
    """Return an environment that escapes everything and refuses undefined names.

    Compiled templates are kept in the user's own directory under the system's one for temporary files, where Jinja
    puts them when nobody else can write there; without it they are compiled each time.

    Args:
        source: Returns the text of a template by its name.
    """
    import jinja2

    cache: jinja2.BytecodeCache | None = None
    with contextlib.suppress(RuntimeError, OSError):
        cache = jinja2.FileSystemBytecodeCache()
    return page_environment(jinja2.FunctionLoader(source), cache)
