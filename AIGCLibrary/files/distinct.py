"""Finds files of one batch that show the same: products answer different orders with the same file at times."""

from collections.abc import Iterator, Sequence

from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.report import FileReport, by_weight

RULE = "distinct"
SAME = 0.995
"""Correlation of the lightness from which two pictures are one, encoded or scaled differently."""
NEAR_COLOUR = 3.0
"""Mean difference of their colours, in levels of 255, up to which they are."""


def report_twins(reports: Sequence[FileReport]) -> None:
    """Add a finding to each file that shows the same as an earlier one; the verdict of the report follows.

    Args:
        reports: Those of a batch, in its order.
    """
    for index, report in enumerate(reports):
        findings = list(_judged(report, reports[:index]))
        if findings:
            report.findings = by_weight([*report.findings, *findings])
            report.success = report.success and all(finding.severity is not Severity.ERROR for finding in findings)


def _judged(report: FileReport, earlier: Sequence[FileReport]) -> Iterator[Finding]:
    twin = next((file_report for file_report in earlier if _is_same(file_report, report)), None)
    if twin is not None:
        how = "is" if twin.sha256 == report.sha256 else "shows the same as"
        yield Finding(
            RULE, f"The file {how} that of '{twin.source}'.", FindingKind.QUALITY, expected="another file",
            actual=twin.name,
        )  # fmt: skip
    elif report.look is None and report.sha256:
        message = "Only its bytes were compared with those of the other files."
        yield Finding(RULE, message, FindingKind.QUALITY, Severity.INFO)


def _is_same(file_report: FileReport, other: FileReport) -> bool:
    if file_report.sha256 is None or other.sha256 is None:
        return False
    if file_report.sha256 == other.sha256:
        return True
    a, b = file_report.look, other.look
    if a is None or b is None or a.light.shape != b.light.shape:
        return False
    alike = (a.light * b.light).sum(axis=1)
    apart = abs(a.colour - b.colour).mean(axis=1)
    return bool(alike.min() >= SAME and apart.max() <= NEAR_COLOUR)
