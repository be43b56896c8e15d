"""Texts: their lines, and the cues of subtitles (SubRip, WebVTT)."""

import re
from dataclasses import dataclass

from AIGCLibrary.units import is_whole

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):([0-5]\d)[,.](\d{1,3})(?!\d)"
_CUE = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_STRICT = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_STRICT_CUE = re.compile(rf"^[ \t]*{_STRICT}[ \t]*-->[ \t]*{_STRICT}(?:[ \t]|$)")
_SIGNATURE = re.compile(r"WEBVTT(?:[ \t]|$)")
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: start and end in seconds, its text, its line in the file."""

    start: float
    end: float
    text: str
    line: int


def lines_of(text: str) -> list[str]:
    """Return the lines of a text; other than `splitlines`, only what ends a line in a file ends one here."""
    lines = _LINE_END.split(text)
    return lines[:-1] if lines and not lines[-1] else lines


def read_cues(text: str, *, webvtt: bool = False) -> tuple[list[Cue], list[tuple[int, str]]]:
    """Read the cues of SubRip, or strictly those of WebVTT.

    Returns:
        The cues in the order of the file, and what is wrong as (line, sentence).
    """
    cues: list[Cue] = []
    problems: list[tuple[int, str]] = []
    lines = lines_of(text.lstrip("\ufeff"))
    pattern = _STRICT_CUE if webvtt else _CUE
    if webvtt and not (lines and _SIGNATURE.match(lines[0])):
        problems.append((1, "The first line is not 'WEBVTT'; players show nothing of such a file."))
    at = 0
    while at < len(lines):
        match = pattern.match(lines[at])
        if match is None:
            if "-->" in lines[at]:
                problems.append((at + 1, f"The times '{lines[at].strip()[:60]}' cannot be read."))
            elif not webvtt and is_whole(lines[at].strip()) and _lacks_times(lines, at):
                problems.append((at + 1, f"Cue {lines[at].strip()} has no times."))
            at += 1
            continue
        begin = at
        start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
        body = []
        at += 1
        while at < len(lines) and lines[at].strip():
            body.append(lines[at])
            at += 1
        if end <= start:
            problems.append((begin + 1, f"A cue ends at {end:.3f} s, no later than it begins ({start:.3f} s)."))
        if cues and start < cues[-1].start:
            problems.append(
                (begin + 1, f"A cue begins at {start:.3f} s, before the one above it ({cues[-1].start:.3f} s).")
            )
        cues.append(Cue(start, end, "\n".join(body), begin + 1))
    return cues, problems


def _lacks_times(lines: list[str], at: int) -> bool:
    """Report whether a number that begins a block of SubRip is followed by a text instead of times."""
    begins = at == 0 or not lines[at - 1].strip()
    return begins and at + 1 < len(lines) and bool(lines[at + 1].strip()) and "-->" not in lines[at + 1]


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, rest = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + int((rest or "0").ljust(3, "0")) / 1000
