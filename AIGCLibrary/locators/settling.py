"""The second opinion: is the best candidate really the target, given how the rest of the page has changed?

A page whose other targets kept their paths and classes makes a candidate suspicious that did not; a candidate that
another target claims is none. Both judge a near miss better than its own likeness does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from AIGCLibrary.locators import features

CONTEXT = (
    "text_letters", "class_words", "href_letters", "path_steps", "path_end", "path_end_bare", "path_start", "zone",
    "near", "tag",
)  # fmt: skip
COLUMNS = ("odds", "lead", "sure_siblings", "rival", "over_rival", *(f"unlike_{name}" for name in CONTEXT))
POOL = 8
"""Candidates that get a second opinion."""
NOTHING = -8.0
"""Log-odds of what is not there."""
_INDEXES = tuple(features.COLUMNS.index(name) for name in CONTEXT)


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another target of the same page, and where it is now.

    Args:
        odds: Log-odds that it was found again.
        lead: How far these lie over the next candidate for it.
        row: What changed between its last fingerprint and now, in the order of `features.COLUMNS`.
    """

    odds: float
    lead: float
    row: Sequence[features.Feature]


@dataclass(frozen=True, slots=True)
class Opinion:
    """The second opinion on one candidate: its index, and what the model looks at, in the order of `COLUMNS`."""

    index: int
    row: tuple[features.Feature, ...]


def opinions(
    odds: Sequence[float],
    rows: Sequence[Sequence[features.Feature]],
    siblings: Sequence[Sibling],
    rivals: Sequence[float],
) -> list[Opinion]:
    """Prepare the second opinion on the best candidates.

    Args:
        odds: Log-odds of all candidates by likeness.
        rows: Their features.
        siblings: The other targets of the page.
        rivals: For each candidate the log-odds that it is one of the siblings.
    """
    order = sorted(range(len(odds)), key=lambda index: -odds[index])[:POOL]
    usual = _usual(siblings)
    sure = sum(1 / (1 + math.exp(-one.odds)) for one in siblings) / len(siblings) if siblings else None
    found = []
    for index in order:
        second = max((odds[other] for other in order if other != index), default=NOTHING)
        rival = max(rivals[index], NOTHING)
        unlike = tuple(
            None if rows[index][column] is None or mean is None else (rows[index][column] or 0.0) - mean
            for column, mean in zip(_INDEXES, usual, strict=True)
        )
        start = (odds[index], odds[index] - second, sure, rival, odds[index] - rival)
        found.append(Opinion(index, (*start, *unlike)))
    return found


def _usual(siblings: Sequence[Sibling]) -> list[features.Feature]:
    """Give how much the sure siblings have changed; None where fewer than two can tell."""
    sure = [one.row for one in siblings if one.odds > 0 and one.lead > 0.5]
    if len(sure) < 2:
        return [None] * len(CONTEXT)
    usual: list[features.Feature] = []
    for column in _INDEXES:
        known = [value for row in sure if (value := row[column]) is not None]
        usual.append(sum(known) / len(known) if known else None)
    return usual
