"""Which run a result belongs to: its id stands among the metadata of the top suite."""

from pathlib import Path
from typing import Any

from AIGCLibrary.i18n import CHINESE, ENGLISH, Text

RUN_METADATA = Text("monitoring.title.run")
"""Heading of the run's id among the metadata of its top suite."""


def run_in(output: Path) -> str | None:
    """Return the id of the run an output file belongs to; None where it names none."""
    from robot.api import ExecutionResult

    return run_of(ExecutionResult(output, include_keywords=False).suite)


def run_of(suite: Any) -> str | None:
    """Return the id of the run a result belongs to: from its top suite, else from the first suite below that has it."""
    return run_named_by(suite) or next((found for child in suite.suites if (found := run_of(child))), None)


def run_named_by(suite: Any) -> str | None:
    """Return the id that a suite itself shows, under the heading of either language."""
    headings = [RUN_METADATA.render(language) for language in (ENGLISH, CHINESE)]
    return next((str(suite.metadata[name]) for name in headings if name in suite.metadata), None)
