"""Is what an element is called now the same thing in other words, or another thing?

A page program and a model say which element is closest to a lost target. Where the target was removed, the nearest
is its neighbour: `Last name` for `First name`, `Delete all` for `Delete`. Names distinguish such neighbours.
"""

import re
import unicodedata
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"[a-z]+\d*|\d+|[\u3040-\u9fff]+")
_EMPTY = re.compile(r"an?|the|your|my|our|please|now|here|optional|required|in|of|for|to|s|seconds|sec")
_SAME = (
    {"generate", "create", "make", "produce", "render"},
    {"image", "picture", "photo", "pic"},
    {"prompt", "describe", "description", "idea"},
    {"video", "clip", "movie"},
    {"remove", "delete", "discard"},
    {"send", "submit"},
    {"duration", "length", "time"},
    {"style", "look"},
    {"type", "kind", "category"},
    {"size", "resolution", "dimensions"},
    {"user", "username", "account", "login"},
    {"find", "search"},
    {"edit", "change", "modify"},
    {"library", "gallery", "works"},
    {"reference", "sample", "example"},
)
_LIMITING = re.compile(
    r"all|as|negative|not|no|another|other|new|old|last|first|next|previous|confirm|repeat|selected|everything|none"
    r"|subscription|plan|account|team|permanently|forever|later|draft|copy|min|max|minimum|maximum|up|out"
)
"""Words that make another thing of a name when they are added to it or taken away."""
_MORE = re.compile(
    r"videos?|images?|pictures?|photos?|audio|music|clips?|text|files?|tasks?|jobs?|field|button|box|scene"
)
"""Words that say what sort of thing it is, when they come to a name."""
_GRAVE = re.compile(r"delete|remove|cancel|stop|reset|clear|pay|buy|order|sign|log|publish|share|send|submit")
"""Verbs whose longer names may mean another action."""
_ENDING = re.compile(r"(?:ations?|ions?|ings?|e?rs?|ors?|ed|es|s|e)$")
_SYNC = re.compile(r"(?<=sync)hron\w*$")
LEAST_STEM = 4
"""Letters that must be left when the ending of a word is taken off."""
_OPPOSITE = ("un", "dis", "de", "non", "in", "re")


class Relation(StrEnum):
    """How two names stand to each other."""

    SAME = "same"
    """The same words, or words that mean the same."""
    EXTENDED = "extended"
    """All words are still there, and what came only says more of the same: `Generate video` for `Generate`."""
    RELATED = "related"
    """Reworded, longer or shorter, or in another language: may be the same thing."""
    CONTRARY = "contrary"
    """One word was put in the place of another, or a word was added that makes another thing of it."""
    REPLACED = "replaced"
    """No word of the old name is left."""
    UNKNOWN = "unknown"
    """One of them is not known."""


def relation(old: str, new: str) -> Relation:
    """Describe how the name an element had stands to the name of a candidate.

    Example:
        ```python
        relation("Duration (s)", "Duration in seconds")  # same
        relation("Generate", "Create video")             # extended
        relation("Style", "Visual style")                # related
        relation("First name", "Last name")              # contrary
        relation("Width", "Height")                      # replaced
        ```
    """
    was, now = _words(old), _words(new)
    if not was or not now:
        return Relation.UNKNOWN
    if _chinese(old) != _chinese(new):
        return Relation.RELATED
    gone, come = _difference(was, now), _difference(now, was)
    if not gone and not come:
        return Relation.SAME if all(any(_means(a, b) for b in now) for a in was) else Relation.RELATED
    if _contrary(gone, come, shared=len(was) > len(gone)):
        return Relation.CONTRARY
    if not gone and all(_MORE.fullmatch(word) for word in come) and not any(map(_GRAVE.fullmatch, was)):
        return Relation.EXTENDED
    return Relation.RELATED if len(was) > len(gone) else Relation.REPLACED


def _contrary(gone: list[str], come: list[str], *, shared: bool) -> bool:
    if any(_opposites(a, b) for a in gone for b in come):
        return True
    # A word stands where another stood, or one came or went that makes another thing of the rest.
    return shared and (len(gone) == len(come) or any(_LIMITING.fullmatch(word) for word in (*gone, *come)))


def _words(name: str) -> list[str]:
    if " " not in name:  # `generateButton` is two words; in a sentence `WeChat` is one
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    text = unicodedata.normalize("NFKC", name).lower()
    found = _WORD.findall(text)
    return [word for word in found if not _EMPTY.fullmatch(word)] or found


def _difference(words: list[str], others: list[str]) -> list[str]:
    """Return the words that have no equal, and no word of the same meaning, among others."""
    return [word for word in words if not any(_alike(word, other) for other in others)]


def _alike(word: str, other: str) -> bool:
    if _means(word, other) or _stem(word) == _stem(other):
        return True
    return (
        min(len(word), len(other)) >= 5 and word[:3] == other[:3] and SequenceMatcher(None, word, other).ratio() >= 0.75
    )


def _means(word: str, other: str) -> bool:
    """Return whether two words are one, apart from their number, or mean the same."""
    return word.rstrip("s") == other.rstrip("s") or any(word in group and other in group for group in _SAME)


def other_language(old: str, new: str) -> bool:
    """Return whether one name is Chinese and the other is not: their words cannot be compared."""
    return _chinese(old) != _chinese(new)


def _stem(word: str) -> str:
    """Return a word without its ending: `sampler` and `sampling`, `lock` and `locked`, `sync` and `synchronisation`."""
    stem = _SYNC.sub("", _ENDING.sub("", word))
    return stem if len(stem) >= LEAST_STEM else word.rstrip("s")


def _opposites(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return len(short) >= 4 and any(long == prefix + short for prefix in _OPPOSITE)


def _chinese(text: str) -> bool:
    return bool(re.search(r"[\u3040-\u9fff]", text))
