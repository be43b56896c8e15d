"""What became of several files: reports, and errors of those that have none."""

from collections.abc import Sequence

from AIGCLibrary.errors import FileError
from AIGCLibrary.files.report import FileReport

Outcome = FileReport | FileError


def raise_for_all(outcomes: Sequence[Outcome]) -> None:
    """Report all that failed of several files in one error.

    Raises:
        FileError: At least one was rejected or could not be fetched.
    """
    failures: list[FileError] = []
    for outcome in outcomes:
        if isinstance(outcome, FileError):
            failures.append(outcome)
            continue
        try:
            outcome.raise_for_errors()
        except FileError as error:
            failures.append(error)
    if not failures:
        return
    if len(failures) == 1:
        raise failures[0]
    lines = "\n".join(failure.message for failure in failures)
    first = failures[0]
    raise FileError(
        f"{len(failures)} of {len(outcomes)} files failed:\n{lines}",
        code=first.code,
        hint=first.hint,
        facts={**first.facts, "files": [failure.facts for failure in failures]},
    )
