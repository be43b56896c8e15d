"""What was found in a file against what was demanded of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding counts: an error rejects the file, a warning is reported, an info is noted."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class FindingKind(StrEnum):
    """The sort of a finding; it decides the error code and the hint."""

    TOO_LARGE = "too_large"
    UNSAFE = "unsafe"
    TYPE = "type"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    ENCRYPTED = "encrypted"
    HASH = "hash"
    LABEL_MISSING = "label_missing"
    LABEL_INVALID = "label_invalid"
    QUALITY = "quality"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Args:
        rule: Stable id, for example `duration`, `zip.unsafe_name`, `labels.aigc`.
        message: What is wrong, in one sentence.
        kind: The sort of finding.
        severity: How much it counts.
        expected: What was demanded.
        actual: What was found.
        unit: Unit of both: `s`, `bytes`, `px`, `LUFS` …
        place: Where: `offset 40`, `4.20-6.00 s`, `entry frames/1.png`, `line 3`.
        source: The standard and clause that demands it, if one does.
    """

    rule: str
    message: str
    kind: FindingKind = FindingKind.RULE
    severity: Severity = Severity.ERROR
    expected: str | None = None
    actual: str | None = None
    unit: str | None = None
    place: str | None = None
    source: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON data."""
        return {
            "rule": self.rule,
            "kind": str(self.kind),
            "severity": str(self.severity),
            "message": self.message,
            "expected": self.expected,
            "actual": self.actual,
            "unit": self.unit,
            "place": self.place,
            "source": self.source,
        }


def errors(findings: "list[Finding] | tuple[Finding, ...]") -> list[Finding]:
    """Return those findings that reject a file."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
