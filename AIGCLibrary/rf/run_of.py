"""Which run a result belongs to: its id stands among the metadata of the top suite."""

from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import CHINESE, ENGLISH, Text

_BEGINNING = 4096
"""Bytes within which an output file names itself."""

RUN_METADATA = Text("monitoring.title.run")
"""Heading of the run's id among the metadata of its top suite."""


def run_in(output: Path) -> str | None:
    """Return the id of the run an output file belongs to; None where it names none, as when the run was killed.

    Raises:
        ConfigError: It is not an output file of Robot Framework (AIGC001).
    """
    from robot.api import ExecutionResult
    from robot.errors import DataError

    try:
        return run_of(ExecutionResult(output, include_keywords=False).suite)
    except DataError as error:
        with output.open("rb") as file:
            head = file.read(_BEGINNING)
        if not head or b"<robot " in head or b'"generator":"Robot' in head:
            return None  # it is cut, and the id is in what was written last
        raise ConfigError(
            f"'{output}' is not an output file of Robot Framework: {error}.".replace("..", "."),
            hint=Text("cli.hint.report_output"),
        ) from None


def run_of(suite: Any) -> str | None:
    """Return the id of the run a result belongs to: from its top suite, else from the first suite below that has it."""
    return run_named_by(suite) or next((found for child in suite.suites if (found := run_of(child))), None)


def run_named_by(suite: Any) -> str | None:
    """Return the id that a suite itself shows, under the heading of either language."""
    headings = [RUN_METADATA.render(language) for language in (ENGLISH, CHINESE)]
    return next((str(suite.metadata[name]) for name in headings if name in suite.metadata), None)
