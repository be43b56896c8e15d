"""Whether the labels of a file are still there after it was remuxed, transcoded, published."""

from pathlib import Path

from AIGCLibrary.files.finding import Finding, FindingKind
from AIGCLibrary.files.labels.carriers import read_marks


def lost_marks(earlier: Path, earlier_type: str | None, later: Path, later_type: str | None) -> list[Finding]:
    """Return the labels of an earlier version that are missing from, or changed in, a later one."""
    before, after = read_marks(earlier, earlier_type), read_marks(later, later_type)
    findings = []
    kept = [dict(label.fields) for label in after.labels]
    for label in before.labels:
        if dict(label.fields) in kept:
            continue
        what = "was changed" if kept else "is lost"
        findings.append(
            Finding(
                "labels.survival",
                f"The AIGC label of '{earlier.name}' ({label.carrier}) {what} in '{later.name}'.",
                FindingKind.LABEL_INVALID if kept else FindingKind.LABEL_MISSING,
                expected=str(label.fields.get("ProduceID")),
                actual=str(kept[0].get("ProduceID")) if kept else "none",
                place=label.carrier,
                source="GB 45438-2025, 6",
            )
        )
    sources = [source.value for source in after.source_types]
    findings += [
        Finding(
            "labels.survival",
            f"The digital source type '{source.code}' is lost in '{later.name}'.",
            FindingKind.LABEL_MISSING,
            expected=source.value,
            actual=", ".join(sources) or "none",
        )
        for source in before.source_types
        if source.value not in sources
    ]
    return findings
