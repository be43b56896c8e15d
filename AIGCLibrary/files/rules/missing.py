"""Decides what it means that a fact which a rule demands is not there: the one place for all rules.

What was not measured is never taken as fine, nor as a property of the file: it is a finding of its own, with the
reason. It is an error, unless the file is known to be broken: then that is the error, and this only a note.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.rules.vocabulary import ARCHIVE_WORDS, QUALITY_WORDS, WORDS
from AIGCLibrary.wording import NOT_MEASURED

_SOUND = frozenset(
    ("audio_codec", "channels", "sample_rate", "audio_duration", "silent", "clipped", "loudness", "loudness_range",
     "peak", "true_peak", "dead_channels", "phase")
)  # fmt: skip
_PICTURE = frozenset(
    ("width", "height", "resolution", "aspect", "fps", "frames", "rotation", "video_codec", "pixel_format", "bit_depth",
     "black", "frozen", "cuts", "colour_shift", "blank_first_frame")
)  # fmt: skip
_SUBTITLES = ("application/x-subrip", "text/vtt", "text/x-ass", "application/ttml+xml")
_CONTENT: dict[str, tuple[tuple[str, ...], str]] = {
    "json": (("application/json", "application/x-ndjson"), "JSON"),
    "subtitles": (_SUBTITLES, "subtitles"),
    "archive": (("application/zip",), "an archive"),
}
"""Sections whose rules are judged by the reader of a format: its media types, and what it is called."""
_PARAMETERS = {
    "archive": {"depth", "encrypted", "symlinks"},
    "json": set[str](),
    "subtitles": {"tolerance"},
}
"""Keys that change how something is judged, and demand nothing themselves."""


def missing_facts(
    rules: RuleSet, facts: Mapping[str, Any], unmeasured: Mapping[str, str], media_type: str | None, *, broken: bool
) -> Iterator[Finding]:
    """Report every demand for which nothing was measured.

    Args:
        rules: The demands.
        facts: What is known of the file, in sections.
        unmeasured: Why a fact or a section of facts could not be measured, by its name.
        media_type: Type by content.
        broken: The file is known to be broken, so that much of it was not looked at.
    """
    severity = Severity.INFO if broken else Severity.ERROR
    for section, words in (("", WORDS), ("archive", ARCHIVE_WORDS), ("quality", QUALITY_WORDS)):
        for name, word in words.items():
            demand = rules.demand(*filter(None, (section, name)))
            if demand is None or _known(facts, word.fact):
                continue
            actual, why = _reason(word.fact, facts, unmeasured, media_type, broken=broken)
            shown = str(demand).removesuffix(f" {word.unit}") if word.unit else str(demand)
            message = f"The {word.title} should be {demand}, but {why}."
            rule = f"{section}.{name}" if section else name
            yield Finding(rule, message, word.kind, severity, expected=shown, actual=actual, unit=word.unit)


def missing_sections(
    rules: RuleSet, judged: set[str], unmeasured: Mapping[str, str], media_type: str | None, *, broken: bool
) -> Iterator[Finding]:
    """Report the rules on contents that nothing in a file of its type answers, JSON Schema on a film for example.

    Args:
        rules: The demands.
        judged: Rules that were judged, by their id.
        unmeasured: Why a section of facts could not be measured, by its name.
        media_type: Type by content.
        broken: The file is known to be broken.
    """
    severity = Severity.INFO if broken else Severity.ERROR
    what = media_type or "an unknown type"
    for section, (types, content) in _CONTENT.items():
        known = set(ARCHIVE_WORDS) if section == "archive" else set()
        for name, demand in rules.section(section).data.items():
            if name in _PARAMETERS[section] or name in known or demand in (None, True):
                continue
            if media_type not in types:
                message = f"The rule '{section}.{name}' was not checked: the file is {what}, not {content}."
                yield Finding(f"{section}.{name}", message, FindingKind.RULE, severity, actual=NOT_MEASURED)
    for name in ("blank", "blank_first_frame"):
        if rules.get("quality", name) is False and f"quality.{name}" not in judged:
            why = unmeasured.get("quality") or f"no picture of a file of type {what} was looked at"
            message = f"The rule 'quality.{name}' was not checked: {why}."
            yield Finding(f"quality.{name}", message, FindingKind.QUALITY, severity, actual=NOT_MEASURED)


def _known(facts: Mapping[str, Any], path: str) -> bool:
    node: Any = facts
    for key in path.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node is not None


def _reason(
    fact: str, facts: Mapping[str, Any], unmeasured: Mapping[str, str], media_type: str | None, *, broken: bool
) -> tuple[str, str]:
    """Return why a fact is not known: as a value, and as the end of a sentence."""
    section, _, name = fact.rpartition(".")
    media = facts.get("media") or {}
    if why := unmeasured.get(fact) or unmeasured.get(section):
        return NOT_MEASURED, f"it was not measured: {why}"
    if broken:
        return NOT_MEASURED, "it was not measured, since the file is broken"
    if name in _SOUND and media.get("audio_streams") == 0:
        return "no sound", "there is no sound in the file"
    if name in _PICTURE and media.get("video_streams") == 0:
        return "no picture", "there is no picture in the file"
    if name in ("length_gap", "start_gap") and 0 in (media.get("audio_streams"), media.get("video_streams")):
        return NOT_MEASURED, "the file does not have both sound and picture"
    return NOT_MEASURED, f"it was not measured: nothing here measures it in a file of type {media_type or 'unknown'}"
