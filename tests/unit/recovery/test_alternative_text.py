"""When the element that has the name of a lost target is used, and when what is known forbids it."""

import pytest

from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Cause
from AIGCLibrary.recovery.strategies.text import TryAlternativeText
from AIGCLibrary.recovery.strategy import Attempt

NEAR = {"selector": ".go", "tier": "bronze", "yaml": "bronze: {css: .go}", "score": 0.6, "text": "button 'GENERATE…'",
        "element": 3}  # fmt: skip


class Page:
    """A page on which every selector matches one element."""

    def ask(self, _command, _request):
        return [{"winner": 0}]


class Services:
    driver = Page


def prepared(**facts):
    lent = []
    tiers = [{"selector": 'role=button[name="Generate"]', "tier": "silver"}]
    known = {"target": "desk.it", "heal": "use", "tiers": tiers, "candidates": [NEAR], "seen": False, **facts}
    failure = Failure("gone", "target", "AIGC101", facts=known, cause=Cause.LOCATOR_LOST)
    TryAlternativeText(Services).prepare(Attempt(failure, Services, lambda _: None, lend=lambda *one: lent.append(one)))
    return [one[3] for one in lent]


def test_what_has_a_name_of_the_file_written_otherwise_is_used_for_a_target_that_was_never_seen():
    assert prepared() == [".go"]


@pytest.mark.parametrize(
    "facts",
    [
        {"candidates": [{**NEAR, "refused": "another target is found there"}]},
        {"seen": True},
        {"heal": "suggest"},
        {"misplaced": "tab"},
        {"candidates": [NEAR, {**NEAR, "element": 4}]},
    ],
    ids=["refused by the guards", "seen before", "not allowed", "another tab", "two of the name"],
)
def test_what_healing_has_refused_is_not_used_for_its_name(facts):
    assert prepared(**facts) == []
