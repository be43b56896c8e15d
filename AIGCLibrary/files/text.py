"""Texts: which encoding, and the cues of subtitles (SubRip, WebVTT)."""

import codecs
import re
from dataclasses import dataclass

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[,.](\d{1,3})"
_CUE = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: start and end in seconds, its text, its line in the file."""

    start: float
    end: float
    text: str
    line: int


def encoding_of(data: bytes) -> str:
    """Give the encoding of a text: `utf-8`, `utf-8-sig`, `utf-16`, `gb18030`, or `latin-1` when it is none of them."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or sum("\u4e00" <= c <= "\u9fff" for c in text) > len(text) // 20:
            return encoding
    return "latin-1"


def read_cues(text: str) -> tuple[list[Cue], list[tuple[int, str]]]:
    """Read the cues of SubRip or WebVTT.

    Returns:
        The cues in the order of the file, and what is wrong as (line, sentence).
    """
    cues: list[Cue] = []
    problems: list[tuple[int, str]] = []
    lines = text.lstrip("\ufeff").splitlines()
    at = 0
    while at < len(lines):
        match = _CUE.match(lines[at])
        if match is None:
            if "-->" in lines[at]:
                problems.append((at + 1, f"The times '{lines[at].strip()[:60]}' cannot be read."))
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


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, rest = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + int((rest or "0").ljust(3, "0")) / 1000
