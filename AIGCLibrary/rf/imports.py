"""The options of the library import that is in use: of the keyword that runs, else of the suite that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.config import ImportOptions
from AIGCLibrary.rf.robot_settings import file_language

_RUNNING: ContextVar[ImportOptions | None] = ContextVar("aigc_running_import", default=None)


@contextmanager
def running(options: ImportOptions) -> Iterator[None]:
    """Make an import the one in use while one of its keywords runs; a suite may import the library twice."""
    token = _RUNNING.set(_in_the_language_of_the_file(options))
    try:
        yield
    finally:
        _RUNNING.reset(token)


def current_options() -> ImportOptions | None:
    """Return the options of the import in use; None where neither a keyword nor the suite has one."""
    return _RUNNING.get() or suite_options()


def suite_options() -> ImportOptions | None:
    """Return the options of the running suite's own import; None where the suite does not import the library."""
    context = EXECUTION_CONTEXTS.current
    if context is None:
        return None
    for library in context.namespace.libraries:
        options = getattr(library.instance, "import_options", None) if library.real_name == "AIGCLibrary" else None
        if isinstance(options, ImportOptions):
            return _in_the_language_of_the_file(options)
    return None


def _in_the_language_of_the_file(options: ImportOptions) -> ImportOptions:
    """Return the options of an import with the language of the running suite's file, where the import names none."""
    if options.language and options.language != "auto":
        return options
    language = file_language()
    return replace(options, language=language) if language else options
