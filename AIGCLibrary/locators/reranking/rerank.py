"""The second opinion: is the best candidate really the target, given how the rest of the page has changed?

A page whose other targets kept their paths and classes makes a candidate suspicious that did not; a candidate that
another target claims is none; one that stands elsewhere among the other targets is doubtful. All judge a near miss
better than its own likeness does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from AIGCLibrary.locators import features
from AIGCLibrary.locators.element import Candidate, Element
from AIGCLibrary.locators.reranking import page_context

CONTEXT = (
    "text_letters", "class_words", "href_letters", "path_steps", "path_end", "path_end_bare", "path_start", "zone",
    "near", "tag",
)  # fmt: skip
WITNESSES = {
    "text": ("text_letters", "text_words"), "keys": ("href_letters", "id_letters", "name_equal"),
    "look": ("class_letters",), "path": ("path_steps", "path_end", "path_start"),
}  # fmt: skip
"""Kinds of evidence that a change of one sort leaves alone: a candidate is doubtful where they name different ones."""
COLUMNS = (
    "odds", "lead", "sure_siblings", "rival", "over_rival", *(f"unlike_{name}" for name in CONTEXT),
    *page_context.NAMES, "choice_lead", *(f"{name}_lead" for name in WITNESSES), "kin_lead",
)  # fmt: skip
POOL = 12
"""Candidates that get a second opinion."""
NOTHING = -8.0
"""Log-odds of what is not there."""
RANKS_BY_CHOICE, SURE_BY_CHOICE = 0.6, 0.2
"""Shares of the choice, the rest being the trees': it tells which one of a page, they whether it is the target."""
_INDEXES = tuple(features.COLUMNS.index(name) for name in CONTEXT)
_WITNESSES = tuple(tuple(features.COLUMNS.index(name) for name in names) for names in WITNESSES.values())


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another target of the same page, and where it is now.

    Args:
        odds: Log-odds that it was found again.
        lead: How far these lie over the next candidate for it.
        row: What changed between its last fingerprint and now, in the order of `features.COLUMNS`.
        then: Its last fingerprint.
        now: What it is now.
    """

    odds: float
    lead: float
    row: Sequence[features.Feature]
    then: Element
    now: Element

    @property
    def sure(self) -> float:
        """How sure it is that it was found again, 0 to 1."""
        return 1 / (1 + math.exp(-self.odds))


@dataclass(frozen=True, slots=True)
class Likeness:
    """The first opinion on all candidates of a page.

    Args:
        rows: What they have in common with the lost target, in the order of `features.COLUMNS`.
        odds: Log-odds of each by itself.
        choice: Utility of each as one among the others.
    """

    rows: Sequence[Sequence[features.Feature]]
    odds: Sequence[float]
    choice: Sequence[float]


@dataclass(frozen=True, slots=True)
class Opinion:
    """The second opinion on one candidate: its index, and what the model looks at, in the order of `COLUMNS`."""

    index: int
    row: tuple[features.Feature, ...]


def opinions(
    old: Element,
    candidates: Sequence[Candidate],
    first: Likeness,
    siblings: Sequence[Sibling],
    rivals: Sequence[float],
) -> list[Opinion]:
    """Prepare the second opinion on the best candidates.

    Args:
        old: The last fingerprint of the lost target.
        candidates: Elements of the page.
        first: The first opinion on them.
        siblings: The other targets of the page.
        rivals: For each candidate the log-odds that it is one of the siblings.
    """
    odds = first.odds
    order = sorted(range(len(odds)), key=lambda index: -odds[index])[:POOL]
    usual = _usual(siblings)
    kin = [page_context.Kin(sibling.then, sibling.now, sibling.sure) for sibling in siblings]
    sure = sum(sibling.sure for sibling in siblings) / len(siblings) if siblings else None
    choice = features.leads(first.choice)
    led = [
        features.leads([sum(row[column] or 0.0 for column in columns) for row in first.rows]) for columns in _WITNESSES
    ]
    places = [page_context.compare(old, candidates[index], kin) for index in order]
    kept = features.leads([-(place["kin_apart"] or 0.0) for place in places])
    found = []
    for index, place, lead in zip(order, places, kept, strict=True):
        second = max((odds[other] for other in order if other != index), default=NOTHING)
        rival = max(rivals[index], NOTHING)
        row = first.rows[index]
        unlike = (
            None if row[column] is None or mean is None else (row[column] or 0.0) - mean
            for column, mean in zip(_INDEXES, usual, strict=True)
        )
        start = (odds[index], odds[index] - second, sure, rival, odds[index] - rival)
        kinds = (choice[index], *(leads[index] for leads in led), lead)
        found.append(Opinion(index, (*start, *unlike, *(place[name] for name in page_context.NAMES), *kinds)))
    return found


def joined(chosen: Sequence[float], grown: Sequence[float]) -> list[float]:
    """Join both models of the second opinion: the order is the choice's, the log-odds of the first one are the trees'.

    Args:
        chosen: Utilities of the candidates as one among the others.
        grown: Log-odds of each by itself.
    """
    ranks = [RANKS_BY_CHOICE * rank + (1 - RANKS_BY_CHOICE) * other for rank, other in zip(chosen, grown, strict=True)]
    best = max(range(len(ranks)), key=ranks.__getitem__, default=0)
    sure = SURE_BY_CHOICE * chosen[best] + (1 - SURE_BY_CHOICE) * grown[best] - ranks[best] if ranks else 0.0
    return [rank + sure for rank in ranks]


def _usual(siblings: Sequence[Sibling]) -> list[features.Feature]:
    """Return how much the sure siblings have changed; None where there are fewer than two."""
    sure = [sibling.row for sibling in siblings if sibling.odds > 0 and sibling.lead > 0.5]
    if len(sure) < 2:
        return [None] * len(CONTEXT)
    usual: list[features.Feature] = []
    for column in _INDEXES:
        known = [value for row in sure if (value := row[column]) is not None]
        usual.append(sum(known) / len(known) if known else None)
    return usual
