"""Holds the labels of a file against the rules of the section `labels`."""

from pathlib import Path

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.labels.carriers import read_marks
from AIGCLibrary.files.labels.laws import judge_law, label_rules
from AIGCLibrary.files.labels.marks import Marks
from AIGCLibrary.files.labels.value import SOURCE, Label, check
from AIGCLibrary.files.reading.shots import is_viewable
from AIGCLibrary.files.rules.constraint import Constraint


def judge_labels(examination: Examination, path: Path) -> None:
    """Read the labels of a file and report what is wrong with them."""
    rules = label_rules(examination.rules)
    marks = read_marks(path, examination.media_type)
    facts = examination.section("labels")
    facts["aigc"] = [label.as_dict() for label in marks.labels]
    facts["iptc"] = [source.value for source in marks.source_types]
    judge_aigc(examination, marks.labels, rules.get("aigc"))
    for name, field in (("producer", "ContentProducer"), ("produce_id", "ProduceID")):
        demand = rules.demand(name)
        value = str(marks.labels[0].fields.get(field)) if marks.labels else None
        if demand is not None and (value is None or not demand.holds(value)):
            examination.report(
                f"labels.{name}",
                f"{field} of the AIGC label is {value!r}; expected {demand}.",
                FindingKind.LABEL_INVALID,
                expected=str(demand),
                actual=value,
            )
    _judge_iptc(examination, marks, rules.get("iptc"), rules.get("source_type"))
    if rules.get("c2pa"):
        from AIGCLibrary.files.labels.c2pa import judge_c2pa

        judge_c2pa(examination, path, rules.get("c2pa"), trusted=bool(rules.get("c2pa_trust")))
    if rules.get("law"):
        judge_law(examination, path, marks, rules.get("law"))
    if rules.get("explicit") and not is_viewable(examination.media_type):
        from AIGCLibrary.files.labels.explicit import judge_explicit

        judge_explicit(examination, path, rules.get("explicit"))


def judge_aigc(examination: Examination, labels: list[Label], wanted: str | None) -> None:
    """Judge the implicit labels: whether one is there, only one, and a right one."""
    if wanted == "required" and not labels:
        examination.report(
            "labels.aigc",
            "The file carries no AIGC label.",
            FindingKind.LABEL_MISSING,
            expected="one label",
            actual="none",
            source="GB 45438-2025, 6.1",
        )
    if wanted == "forbidden" and labels:
        examination.report(
            "labels.aigc",
            f"The file carries an AIGC label ({labels[0].carrier}), and must not.",
            FindingKind.LABEL_INVALID,
            expected="no label",
            actual=labels[0].carrier,
        )
        return
    if len(labels) > 1:
        same = len({tuple(sorted((k, str(v)) for k, v in label.fields.items())) for label in labels}) == 1
        examination.report(
            "labels.aigc.single",
            f"The file carries {len(labels)} AIGC labels: {', '.join(x.carrier for x in labels)}.",
            FindingKind.LABEL_INVALID,
            severity=Severity.WARNING if same else Severity.ERROR,
            expected="1",
            actual=str(len(labels)),
            source="GB 45438-2025, 6.1 c)",
        )
    for label in labels:
        examination.extend(list(check(label)))


def _judge_iptc(examination: Examination, marks: Marks, wanted: str | None, source_type: str | None) -> None:
    found = marks.source_types
    if wanted == "required" and not found:
        examination.report(
            "labels.iptc",
            "The file states no IPTC digital source type.",
            FindingKind.LABEL_MISSING,
            expected="Iptc4xmpExt:DigitalSourceType",
            source="IPTC Photo Metadata 2023.1",
        )
    if wanted == "forbidden" and found:
        examination.report(
            "labels.iptc", f"The file states the source type {found[0].code}.", FindingKind.LABEL_INVALID
        )
    for source in found if wanted else []:
        if not source.is_full:
            examination.report(
                "labels.iptc.address",
                f"DigitalSourceType is '{source.value}'; it must be a full address.",
                FindingKind.LABEL_INVALID,
                severity=Severity.WARNING,
                expected="http://cv.iptc.org/newscodes/digitalsourcetype/…",
                actual=source.value,
            )
    if source_type is not None and not any(Constraint(source_type).holds(source.code) for source in found):
        shown = ", ".join(source.code for source in found) or "none"
        examination.report(
            "labels.source_type",
            f"The digital source type is {shown}; expected {source_type}.",
            FindingKind.LABEL_INVALID,
            expected=str(source_type),
            actual=shown,
        )


__all__ = ["SOURCE", "judge_aigc", "judge_labels"]
