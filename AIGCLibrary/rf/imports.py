"""The options of the library import that is in use: of the keyword that runs, else of the suite that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.config import ImportOptions

_RUNNING: ContextVar[ImportOptions | None] = ContextVar("aigc_running_import", default=None)


@contextmanager
def running(options: ImportOptions) -> Iterator[None]:
    """Make an import the one in use while one of its keywords runs; a suite may import the library twice."""
    token = _RUNNING.set(options)
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
            return options
    return None
