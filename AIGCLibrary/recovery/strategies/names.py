"""Names that do not exist: a target, keyword or variable that was misspelled."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Suggestion
from AIGCLibrary.recovery.source import edit_in_source
from AIGCLibrary.recovery.strategy import RecoveryStrategy
from AIGCLibrary.recovery.values import values

_QUOTED = re.compile(r"'([^'\n]+)'")
_NEAR = re.compile(r"Did you mean(?: one of)?:?\s*(?P<near>[\s\S]+)")
CLEAR = 0.15
"""By how much the nearest name must beat the next."""


class CorrectName(RecoveryStrategy):
    """Suggests the name that exists and comes nearest to the one that does not."""

    name = "correct_name"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Take the near matches that the message lists."""
        wrong, near = misspelled(failure)
        if not wrong or not near:
            return
        ordered = sorted(near, key=lambda name: -_likeness(wrong, name))
        best, second = ordered[0], ordered[1] if len(ordered) > 1 else None
        margin = _likeness(wrong, best) - (_likeness(wrong, second) if second else 0)
        # Swapped letters are a slip of the finger; another letter or digit may be another thing.
        slip = sorted(best.casefold()) == sorted(wrong.casefold()) and margin >= CLEAR
        yield Suggestion(
            code=failure.code or "MESSAGE",
            cause_class=failure.cause,
            cause=Text("recovery.strategy.name.cause", **values(failure, wrong=wrong)),
            fix=Text("recovery.strategy.name.fix", near=best),
            evidence={"near": ordered[:5]},
            applicability=Applicability.CERTAIN if slip else Applicability.LIKELY,
            source=self.name,
            runner_up=second,
            margin=round(margin, 3),
            edit=edit_in_source(failure.place, wrong, best),
            score=_likeness(wrong, best),
        )


def misspelled(failure: Failure) -> tuple[str, list[str]]:
    """Give the name that does not exist, and those that come near it, as the message tells them."""
    found = _NEAR.search(failure.message)
    if found is None:
        return "", []
    first = _QUOTED.search(failure.message[: found.start()])
    if first is None:
        return "", []
    quoted = _QUOTED.findall(found["near"])
    near = quoted or [line.strip() for line in found["near"].splitlines() if line.strip()]
    return first[1], [name.rstrip("?.") for name in near][:10]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()
