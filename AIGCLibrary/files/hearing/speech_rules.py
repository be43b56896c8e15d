"""Judges what is said, by a reader of speech that the project enables."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.files.context import ENCRYPTED, Examination
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.hearing.reader import SpeechReader, SpokenLine
from AIGCLibrary.files.reading.text_rules import plain_text, texts_of
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.wording import NOT_MEASURED

ENABLE = "name an installed one in `options.files.readers.speech`"
MOST_KEPT = 200
"""Lines kept in the facts."""


def judge_speech(
    examination: Examination, rules: RuleSet, path: Path, new_reader: Callable[[], SpeechReader | None]
) -> None:
    """Hold `must` and `must_not` of the section `sound` against what is said.

    Args:
        examination: Takes facts and findings.
        rules: The section.
        path: The file.
        new_reader: Returns the reader of speech; None where none is enabled.
    """
    must, must_not = texts_of(rules.get("must")), texts_of(rules.get("must_not"))
    if not must and not must_not:
        return
    lines, why = (None, ENCRYPTED) if examination.encrypted else _read(path, new_reader)
    if lines is None:
        for rule, texts in (("must", must), ("must_not", must_not)):
            for text in texts:
                message = f"Whether “{text}” is said was not heard: {why.rstrip('.')}."
                _report(examination, rule, message, text, NOT_MEASURED)
        return
    examination.section("sound")["transcript"] = [_data(line) for line in lines[:MOST_KEPT]]
    said = "".join(plain_text(line.text) for line in lines)
    for text in must:
        if plain_text(text) not in said:
            heard = "; ".join(f"“{line.text}”" for line in lines[:8]) or "nothing"
            _report(examination, "must", f"“{text}” is not said; what was heard: {heard}.", text, "none")
    for text in must_not:
        line = next((line for line in lines if plain_text(text) in plain_text(line.text)), None)
        if line is not None or plain_text(text) in said:
            place = f"{line.start:.2f}-{line.end:.2f} s" if line else None
            actual = line.text if line else text
            message = f"“{text}” must not be said, and was heard."
            _report(examination, "must_not", message, f"no “{text}”", actual, place)


def _read(path: Path, new_reader: Callable[[], SpeechReader | None]) -> tuple[Sequence[SpokenLine] | None, str]:
    try:
        reader = new_reader()
        if reader is None:
            return None, f"no reader of speech is enabled; {ENABLE}"
        return sorted(reader.read(path), key=lambda line: line.start), ""
    except AIGCError as error:
        return None, error.message
    except Exception as error:  # noqa: BLE001 - a reader is foreign code, and its failure no error of the file
        return None, f"{type(error).__name__}: {error}"


def _data(line: SpokenLine) -> dict[str, Any]:
    return {"text": line.text, "start": line.start, "end": line.end, "confidence": line.confidence}


def _report(
    examination: Examination, rule: str, message: str, expected: str, actual: str, place: str | None = None
) -> None:
    examination.report(f"sound.{rule}", message, FindingKind.RULE, expected=expected, actual=actual, place=place)
