"""The report of one file: everything that was found, as plain data."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from AIGCLibrary.files.errors import CODES, FileRejected, leading_kind
from AIGCLibrary.files.finding import Finding, FindingKind, Severity, errors
from AIGCLibrary.i18n import Text, listed
from AIGCLibrary.wording import sentence

if TYPE_CHECKING:
    from AIGCLibrary.files.look import Look


@dataclass(slots=True)
class FileReport:
    """What happened to one file, and what it is.

    Args:
        source: Where it came from, secrets masked.
        path: Where it lies; None when it was rejected early or cleaned up.
        facts: What was measured, by section.
        files: Files that are left: the file itself when kept, and what was unpacked.
        timings: Seconds of each stage, and `total`.
        traffic: What the download cost; empty for local files.
        disk: `peak` and `delivered` bytes, and `efficiency` (delivered / peak).
        pictures: JPEG images for the log: `sheet`, `waveform`.
        look: What it looks like, for comparison with other files of a batch; None where that was not asked for.
    """

    source: str
    name: str = ""
    rules: str = "any"
    path: str | None = None
    media_type: str | None = None
    size: int = 0
    success: bool = False
    early: bool = False
    hashes: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    traffic: dict[str, Any] = field(default_factory=dict)
    disk: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    look: "Look | None" = field(default=None, repr=False)
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def sha256(self) -> str | None:
        """SHA-256 of the whole file; None when it was not fetched to its end."""
        return self.hashes.get("sha256")

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON data (schema `file_report`)."""
        return {
            "version": 1,
            "id": self.id,
            "source": self.source,
            "name": self.name,
            "path": self.path,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "hashes": self.hashes,
            "success": self.success,
            "early": self.early,
            "rules": self.rules,
            "findings": [finding.as_dict() for finding in self.findings],
            "media": {k: v for k, v in self.facts.get("media", {}).items() if k != "tags"},
            "sources": self.facts.get("sources", {}),
            "sound": self.facts.get("sound", {}),
            "quality": self.facts.get("quality", {}),
            "judges": self.facts.get("judges", {}),
            "reference": self.facts.get("reference", {}),
            "labels": self.facts.get("labels", {}),
            "archive": self.facts.get("archive", {}),
            "json": self.facts.get("json", {}),
            "text": self.facts.get("text", {}),
            "good": self.facts.get("good", {}),
            "files": self.files,
            "timings": self.timings,
            "traffic": self.traffic,
            "disk": self.disk,
        }

    def raise_for_errors(self) -> None:
        """Fail with all errors in one message.

        Raises:
            FileRejected: There is at least one.
        """
        wrong = errors(self.findings)
        if not wrong:
            return
        kind = leading_kind(wrong)
        lines = "\n".join(f"- {finding.message}{_where(finding)}" for finding in wrong)
        what = f"{len(wrong)} findings" if len(wrong) > 1 else "1 finding"
        more = f", {self.media_type}" if self.media_type else ""
        original = (
            f"File '{self.name or self.source}' ({self.size} bytes{more}) is rejected by rules '{self.rules}', "
            f"{what}:\n{lines}"
        )
        raise FileRejected(
            Text(
                "files.rejected",
                original=original,
                name=self.name or self.source,
                size=self.size,
                type=self.media_type or "",
                rules=self.rules,
                n=len(wrong),
                lines=listed([_line(finding) for finding in wrong], "core.lines"),
            ),
            findings=self.findings,
            code=CODES[kind],
            hint=hint_of(kind, self.rules),
            facts={
                "source": self.source,
                "name": self.name,
                "media_type": self.media_type,
                "size": self.size,
                "sha256": self.sha256,
                "kind": str(kind),
                "rules": self.rules,
                "early": self.early,
                "report": self.id,
                "good": self.facts.get("good"),
                "findings": [
                    {k: v for k, v in finding.as_dict().items() if k in _SUGGESTED} for finding in self.findings
                ],
            },
        )


_SUGGESTED = ("rule", "kind", "severity", "message", "expected", "actual", "unit", "place")
_HINTS = {
    FindingKind.TOO_LARGE: "max_size",
    FindingKind.UNSAFE: "unsafe",
    FindingKind.TYPE: "type",
    FindingKind.TRUNCATED: "truncated",
    FindingKind.CORRUPT: "corrupt",
    FindingKind.ENCRYPTED: "encrypted",
    FindingKind.HASH: "hash",
    FindingKind.LABEL_MISSING: "label_missing",
    FindingKind.LABEL_INVALID: "label_invalid",
    FindingKind.QUALITY: "quality",
    FindingKind.RULE: "rule",
}


def hint_of(kind: FindingKind, rules: str) -> Text:
    """Return what to do about findings of a kind."""
    return Text(f"files.hint.{_HINTS[kind]}", rules=rules)


def _line(finding: Finding) -> Text:
    """Describe one finding, as a line of the message."""
    original = f"- {finding.message}{_where(finding)}"
    return Text("files.rejected_line", original=original, said=sentence(finding.as_dict()), rule=finding.rule)


def _where(finding: Finding) -> str:
    return f" [{finding.rule}{', at ' + finding.place if finding.place else ''}]"


def by_weight(findings: list[Finding]) -> list[Finding]:
    """Order findings: errors first, otherwise as they were found."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return sorted(findings, key=lambda finding: order[finding.severity])
