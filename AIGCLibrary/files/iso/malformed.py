"""A broken structure of an ISO file as a finding: the same for every kind of file that is made of boxes."""

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.iso.boxes import Malformed


def report_malformed(examination: Examination, rule: str, error: Malformed, source: str) -> None:
    """Report where the structure is broken.

    Args:
        examination: Takes the finding.
        rule: Name of the rule.
        error: What is wrong, and where.
        source: The standard that says so.
    """
    text = str(error)
    examination.report(
        rule,
        f"{text[0].upper()}{text[1:]}.",
        FindingKind.TRUNCATED if error.truncated else FindingKind.CORRUPT,
        expected=None if error.claimed is None else str(error.claimed),
        actual=None if error.left is None else str(error.left),
        unit=None if error.claimed is None else "bytes",
        place=f"offset {error.offset}",
        source=source,
    )
