"""Reads the captions that a rule names, in any of their formats and encodings, and measures how fast they are read."""

import re
import unicodedata
from pathlib import Path

from AIGCLibrary.content.encodings import encoding_of
from AIGCLibrary.files.subtitles import read_ass, read_ttml
from AIGCLibrary.files.text import Cue, read_cues

_MARKUP = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}|\\[Nnh]")
"""Tags of SubRip, WebVTT and TTML, overrides and breaks of ASS."""
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def read_captions(path: Path) -> list[Cue]:
    """Read the cues of a caption file: SubRip, WebVTT, ASS/SSA or TTML.

    Args:
        path: The file; its content decides on the format.

    Returns:
        The cues by their start.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no text, or has no cue.
    """
    data = path.read_bytes()
    encoding = encoding_of(data)
    if encoding is None:
        raise ValueError("it is no text")
    text = data.decode(encoding, errors="replace").lstrip("\ufeff")
    head = text[:1000].lstrip().lower()
    if head.startswith("[script info]") or "[events]" in text.lower():
        cues, _ = read_ass(text)
    elif head.startswith("<"):
        cues, _ = read_ttml(text)
    else:
        cues, _ = read_cues(text, webvtt=head.startswith("webvtt"))
    if not cues:
        raise ValueError("there is no cue in it")
    return sorted(cues, key=lambda cue: cue.start)


def plain(text: str) -> str:
    """Return what is shown of the text of a cue: without markup, on one line."""
    return " ".join(_MARKUP.sub(" ", text).split())


def is_ideographic(text: str) -> bool:
    """Report whether most letters of a text are Chinese, Japanese or Korean, which are counted one by one."""
    letters = [char for char in text if char.isalpha()]
    return sum(map(_is_east_asian, letters)) * 2 > len(letters)


def characters(text: str) -> int:
    """Count the characters that are read: letters and digits, and within Latin text the blanks and signs as well."""
    shown = plain(text)
    if is_ideographic(shown):
        return sum(char.isalnum() for char in shown)
    return len(shown)


def speech_units(text: str) -> tuple[int, str]:
    """Count what is said: characters of East Asian text, words of other text.

    Returns:
        The count, and `characters` or `words`.
    """
    shown = plain(text)
    if is_ideographic(shown):
        east_asian = sum(map(_is_east_asian, shown))
        return east_asian + len(_WORD.findall("".join(" " if _is_east_asian(c) else c for c in shown))), "characters"
    return len(_WORD.findall(shown)), "words"


def _is_east_asian(char: str) -> bool:
    return char.isalpha() and unicodedata.east_asian_width(char) in ("W", "F")
