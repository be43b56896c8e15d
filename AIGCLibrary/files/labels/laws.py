"""What laws on marking generated content demand of a file, as far as a file shows it.

The articles are known from publications about them: the measures of China and GB 45438-2025, article 50 of the EU's
AI Act (Regulation 2024/1689), section 22757.3 of California's Business and Professions Code as SB 942 of 2024 wrote it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.labels.marks import Marks
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.wording import NOT_MEASURED

GENERATED = frozenset(
    ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic", "algorithmicMedia")
)
"""IPTC digital source types that say that content was generated or altered by a machine."""
_EU = "Regulation (EU) 2024/1689 (AI Act), art. 50"
_CA = "Cal. Bus. & Prof. Code § 22757.3(b)(1)"


@dataclass(frozen=True, slots=True)
class Law:
    """A profile of law.

    Args:
        name: `cn`, `eu` or `ca`.
        title: What it is called.
        labels: Rules of the section `labels` that it implies.
    """

    name: str
    title: str
    labels: Mapping[str, str]


LAWS = {
    law.name: law
    for law in (
        Law("cn", "GB 45438-2025", {"aigc": "required", "explicit": "required"}),
        Law("eu", "AI Act, article 50", {}),
        Law("ca", "California AI Transparency Act", {}),
    )
}


def law_named(name: str) -> Law:
    """Return a profile of law.

    Raises:
        ConfigError: There is none of that name.
    """
    if name not in LAWS:
        raise ConfigError(f"There is no profile of law '{name}'. {near_matches(name, LAWS)}")
    return LAWS[name]


def label_rules(rules: RuleSet) -> RuleSet:
    """Return the section `labels` of a rule set, with what its law implies; its own rules win."""
    section = rules.section("labels")
    law = section.get("law")
    return replace(section, data={**law_named(law).labels, **section.data}) if law else section


def judge_law(examination: Examination, path: Path, marks: Marks, law: str) -> None:
    """Judge what a law demands beyond the rules on single labels.

    Args:
        examination: Takes facts and findings.
        path: The file.
        marks: The labels that were read.
        law: Name of the profile.
    """
    if law == "cn":
        return
    manifest, unread = _manifest(examination, path)
    if law == "eu":
        _judge_eu(examination, marks, manifest, unread)
    else:
        _judge_ca(examination, marks, manifest, unread)


def _manifest(examination: Examination, path: Path) -> tuple[dict[str, Any], str]:
    """Return the C2PA manifest of a file, empty without one, and why it could not be read."""
    from AIGCLibrary.files.labels.c2pa import read_c2pa

    try:
        found = read_c2pa(path, examination.media_type) or {}
    except ConfigError as error:
        return {}, error.message.rstrip(".")
    if found:
        examination.section("labels")["c2pa"] = found
    if found.get("remote"):
        return {}, f"the C2PA manifest is elsewhere ({found['remote']}) and was not fetched"
    if found.get("integrity"):
        return {}, f"the C2PA manifest does not fit the content ({found['integrity'][0]})"
    return found, ""


def _judge_eu(examination: Examination, marks: Marks, manifest: Mapping[str, Any], unread: str) -> None:
    signed = [
        source_type
        for source_type in manifest.get("source_types") or []
        if source_type.rstrip("/").rsplit("/", 1)[-1] in GENERATED
    ]
    stated = [source.code for source in marks.source_types if source.code in GENERATED]
    labels = [label for label in marks.labels if label.problem is None]
    if not (signed or stated or labels):
        others = [source.code for source in marks.source_types] + list(manifest.get("source_types") or [])
        examination.report(
            "labels.law.eu.50-2",
            "The file carries no machine-readable mark that it was generated"
            + (f" (its source type is {others[0]})" if others else " (C2PA, IPTC digital source type)")
            + (f"; {unread}." if unread else "."),
            FindingKind.LABEL_MISSING, expected="a machine-readable mark", actual=NOT_MEASURED if unread else "none",
            source=f"{_EU}(2)",
        )  # fmt: skip
    elif not (signed or stated):
        examination.report(
            "labels.law.eu.50-2", "The only mark is the AIGC label of GB 45438-2025, which few tools elsewhere read; "
            "marks have to be interoperable.", FindingKind.LABEL_INVALID, severity=Severity.WARNING,
            expected="C2PA or IPTC digital source type", actual=labels[0].carrier, source=f"{_EU}(2)",
        )  # fmt: skip
    examination.report(
        "labels.law.eu.50-4",
        "Whether the content is a deep fake, which has to be disclosed to viewers, cannot be determined from a file.",
        FindingKind.LABEL_MISSING, severity=Severity.INFO, actual=NOT_MEASURED, source=f"{_EU}(4)",
    )  # fmt: skip


def _judge_ca(examination: Examination, marks: Marks, manifest: Mapping[str, Any], unread: str) -> None:
    fields = marks.labels[0].fields if marks.labels else {}
    if not manifest and not fields and not marks.source_types:
        examination.report(
            "labels.law.ca.22757-3-b",
            "The file carries no latent disclosure" + (f"; {unread}." if unread else "."),
            FindingKind.LABEL_MISSING, expected="a latent disclosure", actual=NOT_MEASURED if unread else "none",
            source=_CA,
        )  # fmt: skip
        return
    for letter, what, value in _disclosed(manifest, fields):
        if not value:
            examination.report(
                f"labels.law.ca.22757-3-b-1-{letter}",
                f"The latent disclosure does not name {what} itself; whether a link in it does was not checked"
                + (f"; {unread}." if unread else "."),
                FindingKind.LABEL_INVALID, severity=Severity.WARNING, expected=what, actual=NOT_MEASURED,
                source=f"{_CA}({letter.upper()})",
            )  # fmt: skip


def _disclosed(manifest: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Return what has to be conveyed: the letter of the clause, what it is, and what was read of it."""
    yield "a", "the provider", manifest.get("issuer") or fields.get("ContentProducer")
    yield "b", "name and version of the system", manifest.get("system")
    yield "c", "time and date", manifest.get("time")
    yield "d", "a unique identifier", manifest.get("instance") or fields.get("ProduceID")
