"""Judges the section `sound` of the rules: how speech ends, its pace and pauses, and captions against it."""

from pathlib import Path
from typing import Any

from AIGCLibrary.content.encodings import encoding_of
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.captions import read_captions
from AIGCLibrary.files.context import ENCRYPTED, Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.hearing.captions import step_of
from AIGCLibrary.files.hearing.ending import Ending, ending_of
from AIGCLibrary.files.hearing.pace import longest_pause, pace_of
from AIGCLibrary.files.hearing.speech import Heard, hear
from AIGCLibrary.files.hearing.speech_rules import judge_speech
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.files.text import Cue
from AIGCLibrary.wording import NOT_MEASURED

INSTALL = "pip install 'robotframework-aigclibrary[speech]' brings a finder of speech, with its model"
_LISTENED = ("ends", "dead_air", "pace", "captions")
"""Rules for which speech is looked for in the sound."""
OFFSET = "-0.3..0.3 s"
"""Demand on the offset of captions where the rules have none: later or earlier is noticed."""


def judge_sound(examination: Examination, path: Path) -> None:
    """Judge what the rules demand of speech.

    Args:
        examination: Takes facts and findings.
        path: The file.
    """
    rules = examination.rules.section("sound")
    judge_speech(examination, rules, path, lambda: examination.readers.speech)
    if rules.demand("offset") and not rules.get("captions"):
        message = "The offset of captions was not measured: `captions` names no file."
        _report(examination, "offset", message, str(rules.get("offset")), NOT_MEASURED)
    if not any(rules.get(name) for name in _LISTENED):
        return
    heard, why = _heard(examination, path)
    if rules.get("ends") == "natural":
        _judge_ending(examination, heard, why)
    if rules.demand("dead_air"):
        _judge_pauses(examination, rules, heard, why)
    if rules.demand("pace"):
        _judge_pace(examination, rules, heard, why)
    if rules.get("captions"):
        _judge_captions(examination, rules, heard, why)


def _heard(examination: Examination, path: Path) -> tuple[Heard | None, str]:
    if not (examination.media_type or "").startswith(("audio/", "video/")):
        return None, f"a file of type {examination.media_type or 'unknown'} has no sound"
    if examination.encrypted:
        return None, ENCRYPTED
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


def _judge_pauses(examination: Examination, rules: RuleSet, heard: Heard | None, why: str) -> None:
    demand = rules.demand("dead_air")
    if not heard or not heard.spans:
        why = why or "no speech is heard"
        _report(
            examination, "dead_air", f"How long nothing is said was not measured: {why}.", str(demand), NOT_MEASURED
        )
        return
    start, end = longest_pause(heard.spans, heard.duration)
    longest = examination.section("sound")["dead_air"] = round(end - start, 2)
    if demand and not demand.holds(longest):
        _report(
            examination, "dead_air", f"For {longest:.2f} s nothing is said.", str(demand), f"{longest:.2f}", unit="s",
            place=f"{start:.2f}-{end:.2f} s", kind=FindingKind.QUALITY,
        )  # fmt: skip


def _judge_pace(examination: Examination, rules: RuleSet, heard: Heard | None, why: str) -> None:
    demand = rules.demand("pace")
    texts, unreadable = _script(rules)
    pace = pace_of(texts, heard.spans) if heard else None
    if pace is None:
        why = why or unreadable or ("no speech is heard" if heard and not heard.spans else "the text has no words")
        _report(examination, "pace", f"The pace of the speech was not measured: {why}.", str(demand), NOT_MEASURED)
        return
    speed, unit = pace
    examination.section("sound").update(pace=speed, pace_unit=f"{unit} a second")
    if demand and not demand.holds(speed):
        message = f"The speech has {speed:.2f} {unit} a second, pauses not counted."
        _report(examination, "pace", message, str(demand), f"{speed:.2f}", kind=FindingKind.QUALITY)


def _script(rules: RuleSet) -> tuple[list[str], str]:
    """Return what is said, from the script or else the captions, and why it is not known."""
    if script := rules.get("script"):
        file = rules.directory / str(script)
        try:
            data = file.read_bytes()
        except OSError as error:
            return [], f"the script '{file}' cannot be read ({error.strerror or error})"
        encoding = encoding_of(data)
        return ([data.decode(encoding, errors="replace")], "") if encoding else ([], f"the script '{file}' is no text")
    if not rules.get("captions"):
        return [], "neither `script` nor `captions` says what is said"
    cues, unreadable = _cues(rules)
    return [cue.text for cue in cues], unreadable


def _cues(rules: RuleSet) -> tuple[list[Cue], str]:
    file = rules.directory / str(rules.get("captions"))
    try:
        return read_captions(file), ""
    except OSError as error:
        return [], f"the captions '{file}' cannot be read ({error.strerror or error})"
    except ValueError as error:
        return [], f"the captions '{file}' cannot be read ({error})"


def _judge_captions(examination: Examination, rules: RuleSet, heard: Heard | None, why: str) -> None:
    cues, unreadable = _cues(rules)
    why = why or unreadable
    demand = rules.demand("offset") or Constraint(OFFSET, "sound.offset", "s")
    step = step_of([(cue.start, cue.end) for cue in cues], heard.spans) if heard else None
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
