"""Names that do not exist: a target, keyword or variable that was misspelled."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from AIGCLibrary.i18n import Text, series
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Suggestion
from AIGCLibrary.recovery.source import edit_in_source
from AIGCLibrary.recovery.strategy import RecoveryStrategy
from AIGCLibrary.recovery.values import values

_QUOTED = re.compile(r"'([^'\n]+)'")
_NEAR = re.compile(r"Did you mean(?: one of)?:?\s*(?P<near>'[^\n]*?'\?|[\s\S]+)")
_CALLED = re.compile(r"It is called (?P<near>'[^'\n]+') here")
"""Another name for the same: known, not guessed by its letters."""
_WORD = re.compile(r"[^\W_]+")
_SEPARATORS = re.compile(r"[\W_]")
ALIKE = 0.75
"""Less like than this, a name is only the nearest of those that exist."""
CLOSE = 0.85
"""A name as like as this is the one that is meant, even where others come near."""
CLEAR = 0.15
"""By how much the nearest name must beat the next."""


class CorrectName(RecoveryStrategy):
    """Suggests the name that exists and is closest to the one that does not."""

    name = "correct_name"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Take the near matches that the message lists."""
        wrong, near, known = misspelled(failure)
        if not wrong or not near:
            return
        ordered = sorted(near, key=lambda name: -_likeness(wrong, name))
        best, second = ordered[0], ordered[1] if len(ordered) > 1 else None
        margin = _likeness(wrong, best) - (_likeness(wrong, second) if second else 0)
        likeness = _likeness(wrong, best)
        clear = second is None or margin >= CLEAR or (likeness >= CLOSE and margin >= CLEAR / 3)
        nearest = known or (clear and _alike(wrong, best, likeness))
        slip = slip_of_the_finger(wrong, best) and margin >= CLEAR
        yield Suggestion(
            code=failure.code or "MESSAGE",
            cause_class=failure.cause,
            cause=Text("recovery.strategy.name.cause", **values(failure, wrong=wrong)),
            fix=Text("recovery.strategy.name.fix", near=best)
            if nearest
            else Text("recovery.strategy.name.fix_several", names=series(f"'{name}'" for name in ordered[:5])),
            evidence={"near": ordered[:5]},
            applicability=_how_sure(slip, nearest),
            source=self.name,
            runner_up=second,
            margin=round(margin, 3),
            edit=edit_in_source(failure.place, wrong, best) if nearest else None,
            score=likeness,
        )


def _how_sure(slip: bool, nearest: bool) -> Applicability:
    if not nearest:
        return Applicability.NEEDS_VALUES
    return Applicability.CERTAIN if slip else Applicability.LIKELY


def misspelled(failure: Failure) -> tuple[str, list[str], bool]:
    """Return the name that does not exist, its near matches as the message lists them, and whether the match is known.

    It is known where the message says what the name is called here; otherwise the matches are alike by their letters.
    """
    called = _CALLED.search(failure.message)
    found = called or _NEAR.search(failure.message)
    if found is None:
        return "", [], False
    named = _QUOTED.findall(failure.message[: found.start()])
    if not named:
        return "", [], False
    quoted = _QUOTED.findall(found["near"])
    near = quoted or [line.strip() for line in found["near"].splitlines() if line.strip()]
    return named[-1], [name.rstrip("?.") for name in near][:10], called is not None


def slip_of_the_finger(wrong: str, right: str) -> bool:
    """Return whether a name was plainly mistyped.

    In one word of five letters or more, one letter is missing or too many within it, or two are swapped. Another
    letter, digit or ending may mean another thing.

    Example:
        ```python
        slip_of_the_finger("generate_buton", "generate_button")  # True
        slip_of_the_finger("row_items", "row_item"), slip_of_the_finger("panel_a", "panel_b")  # False, False
        ```
    """
    wrong_words, other = _WORD.findall(wrong.casefold()), _WORD.findall(right.casefold())
    if len(wrong_words) != len(other) or _SEPARATORS.findall(wrong) != _SEPARATORS.findall(right):
        return False
    different = [(a, b) for a, b in zip(wrong_words, other, strict=True) if a != b]
    if len(different) != 1:
        return False
    a, b = different[0]
    if min(len(a), len(b)) < 5 or not (a + b).isalpha() or a[-1] != b[-1] or a[0] != b[0]:
        return False
    if sorted(a) == sorted(b):
        return bool(sum(x != y for x, y in zip(a, b, strict=True)) == 2)
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(1, len(long) - 1))


def _alike(word: str, other: str, likeness: float) -> bool:
    different = sum(a != b for a, b in zip(word, other, strict=False)) + abs(len(word) - len(other))
    return likeness >= ALIKE or different == 1  # one sign of two, as in a Chinese word, leaves half of the name


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, word.casefold(), other.casefold()).ratio()
