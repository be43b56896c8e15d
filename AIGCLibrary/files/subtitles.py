"""Reads the cues of subtitle formats beside SubRip and WebVTT: ASS/SSA and TTML (W3C TTML1)."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from AIGCLibrary.files.text import Cue, lines_of

Problems = list[tuple[int, str]]
_ASS_TIME = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)[.:](\d{1,3})")
_ASS_USUAL = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_CLOCK = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)(?:\.(\d+)|:(\d{2,})(?:\.\d+)?)?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms|f|t)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3}
_PARAMETER = "{http://www.w3.org/ns/ttml#parameter}"


def read_ass(text: str) -> tuple[list[Cue], Problems]:
    """Read the `Dialogue` lines of ASS or SSA.

    Returns:
        The cues in the order of their times, since the format leaves the order of lines free, and what is wrong as
        (line, sentence).
    """
    cues: list[Cue] = []
    problems: Problems = []
    columns: tuple[str, ...] = _ASS_USUAL
    section = ""
    for number, line in enumerate(lines_of(text.lstrip("\ufeff")), 1):
        key, _, value = line.partition(":")
        if line.startswith("["):
            section = line.strip().lower()
        elif section == "[events]" and key.strip().lower() == "format":
            columns = tuple(part.strip().lower() for part in value.split(","))
        elif section == "[events]" and key.strip().lower() == "dialogue":
            cue = _dialogue(value, columns, number)
            problems += [cue] if isinstance(cue, tuple) else []
            cues += [cue] if isinstance(cue, Cue) else []
    return sorted(cues, key=lambda cue: cue.start), problems + _backward(cues)


def _dialogue(value: str, columns: tuple[str, ...], number: int) -> Cue | tuple[int, str]:
    parts = dict(zip(columns, value.split(",", len(columns) - 1), strict=False))
    times = [_ASS_TIME.fullmatch(parts.get(name, "").strip()) for name in ("start", "end")]
    if times[0] is None or times[1] is None:
        return number, f"The times of '{value.strip()[:60]}' cannot be read."
    start, end = (int(t[1]) * 3600 + int(t[2]) * 60 + int(t[3]) + int(t[4].ljust(3, "0")) / 1000 for t in times if t)
    return Cue(start, end, parts.get("text", ""), number)


def read_ttml(text: str) -> tuple[list[Cue], Problems]:
    """Read the paragraphs of TTML; problems are reported at line 1, since the parser keeps no lines."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return [], [(1, "TTML has no document type; entities are not resolved.")]
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    try:
        root = ET.fromstring(body)  # noqa: S314 - no document type, so no entities
    except ET.ParseError as error:
        return [], [(error.position[0], f"The XML cannot be read: {error.msg}.")]
    rates = _number(root.get(f"{_PARAMETER}frameRate"), 30.0), _number(root.get(f"{_PARAMETER}tickRate"), 1.0)
    cues: list[Cue] = []
    problems: Problems = []
    for node in root.iter():
        if node.tag.rpartition("}")[2] != "p" or node.get("begin") is None:
            continue
        start, end = _time(node.get("begin", ""), *rates), _time(node.get("end") or "", *rates)
        length = _time(node.get("dur") or "", *rates)
        end = start + length if end is None and start is not None and length is not None else end
        if start is None or end is None:
            problems.append((1, f"The times '{node.get('begin')}' to '{node.get('end')}' cannot be read."))
        else:
            cues.append(Cue(start, end, "".join(node.itertext()).strip(), 1))
    return sorted(cues, key=lambda cue: cue.start), problems + _backward(cues)


def _number(text: str | None, usual: float) -> float:
    try:
        return float(text) if text else usual
    except ValueError:
        return usual


def _time(text: str, frames: float, ticks: float) -> float | None:
    if match := _CLOCK.fullmatch(text):
        rest = float(f"0.{match[4]}") if match[4] else int(match[5] or 0) / frames
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]) + rest
    if match := _OFFSET.fullmatch(text):
        unit = {**_UNITS, "f": 1 / frames, "t": 1 / ticks}[match[2]]
        return float(match[1]) * unit
    return None


def _backward(cues: list[Cue]) -> Problems:
    return [
        (cue.line, f"A cue ends at {cue.end:.3f} s, no later than it begins ({cue.start:.3f} s).")
        for cue in cues
        if cue.end <= cue.start
    ]


def overlaps(cues: list[Cue]) -> list[tuple[Cue, Cue]]:
    """Return each cue that begins before the one above it ends, after that one."""
    return [(before, cue) for before, cue in pairwise(cues) if cue.start < before.end - 1e-6]
