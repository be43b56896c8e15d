"""Judges the section `sound` of the rules: how speech ends, and whether captions are in step with it."""

from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.hearing.captions import step_of
from AIGCLibrary.files.hearing.ending import Ending, ending_of
from AIGCLibrary.files.hearing.speech import Heard, hear
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.files.rules.missing import NOT_MEASURED
from AIGCLibrary.files.text import read_cues

INSTALL = "pip install 'robotframework-aigclibrary[speech]' brings a finder of speech, with its model"
OFFSET = "-0.3..0.3 s"
"""Demand on the offset of captions where the rules have none: later or earlier is noticed."""


def judge_sound(examination: Examination, path: Path) -> None:
    """Judge what the rules demand of speech.

    Args:
        examination: Takes facts and findings.
        path: The file.
    """
    rules = examination.rules.section("sound")
    heard, why = _heard(examination, path)
    if rules.get("ends") == "natural":
        _judge_ending(examination, heard, why)
    if rules.get("captions"):
        _judge_captions(examination, rules, heard, why)


def _heard(examination: Examination, path: Path) -> tuple[Heard | None, str]:
    if not (examination.media_type or "").startswith(("audio/", "video/")):
        return None, f"a file of type {examination.media_type or 'unknown'} has no sound"
    try:
        heard = hear(path)
    except ConfigError as error:
        return None, f"{error.message.rstrip('.')}. {INSTALL}"
    except (OSError, ValueError) as error:  # FFmpeg's errors are of these
        return None, str(error)
    examination.section("sound")["speech"] = [list(span) for span in heard.spans]
    return heard, ""


def _judge_ending(examination: Examination, heard: Heard | None, why: str) -> None:
    ending = ending_of(heard) if heard else None
    if ending is Ending.NATURAL:
        return
    if ending is Ending.CUT and heard:
        _report(
            examination, "ends", "Speech is cut off at the end: it stops while it is loud.", "natural", "cut",
            place=f"{max(0.0, heard.duration - 0.1):.2f}-{heard.duration:.2f} s", kind=FindingKind.QUALITY,
        )  # fmt: skip
    elif ending is Ending.UNKNOWN:
        _report(
            examination, "ends", "Whether speech is cut off at the end cannot be determined: it ends abruptly, but not "
            "while it is loud.", "natural", "cannot be determined", severity=Severity.WARNING,
        )  # fmt: skip
    else:
        why = why or "no speech is heard"
        _report(examination, "ends", f"Whether speech is cut off was not measured: {why}.", "natural", NOT_MEASURED)


def _judge_captions(examination: Examination, rules: RuleSet, heard: Heard | None, why: str) -> None:
    file = rules.directory / str(rules.get("captions"))
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why, cues = f"the captions '{file}' cannot be read ({error})", []
    else:
        cues = sorted((cue.start, cue.end) for cue in read_cues(text, webvtt=file.suffix.lower() == ".vtt")[0])
    demand = rules.demand("offset") or Constraint(OFFSET, "sound.offset", "s")
    step = step_of(cues, heard.spans) if heard else None
    if step is None:
        why = why or "they fit the speech nowhere clearly better than elsewhere"
        _report(
            examination, "captions", f"Whether the captions are in step with speech cannot be determined: {why}.",
            str(demand), NOT_MEASURED,
        )  # fmt: skip
        return
    facts: dict[str, Any] = {"offset": step.offset, "drift": step.drift, "fit": step.fit}
    examination.section("sound")["captions"] = facts
    for at, late in (("start", step.offset), ("end", step.offset + step.drift)):
        if not demand.holds(late):
            drifts = f"; they drift by {step.drift:+.2f} s" if abs(step.drift) > 0.1 else ""
            how = "late" if late > 0 else "early"
            _report(
                examination, "captions", f"The captions are {abs(late):.2f} s {how} at the {at}{drifts}.", str(demand),
                f"{late:.2f}", unit="s", kind=FindingKind.QUALITY,
            )  # fmt: skip
            return


def _report(
    examination: Examination,
    rule: str,
    message: str,
    expected: str,
    actual: str,
    *,
    kind: FindingKind = FindingKind.RULE,
    severity: Severity = Severity.ERROR,
    place: str | None = None,
    unit: str | None = None,
) -> None:
    examination.report(
        f"sound.{rule}", message, kind, severity=severity, expected=expected, actual=actual, place=place, unit=unit
    )
