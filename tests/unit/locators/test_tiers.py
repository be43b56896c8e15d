"""Hits of all runs tell which tier a target lives on, and whether what is remembered holds."""

from AIGCLibrary.locators.model import Tier
from AIGCLibrary.locators.tiers import tier_records


def hit(target, tier, outcome="found", cached=None):
    return {
        "target": target,
        "tier": tier,
        "outcome": outcome,
        "cached": cached,
        "page": "/",
        "selector": "s",
        "at": 1.0,
    }


def test_the_newest_hit_says_where_a_target_lives():
    go, gone = tier_records(
        [
            hit("a.go", "bronze", cached=True),
            hit("a.gone", None, "missing"),
            hit("a.go", "bronze", "conflict", cached=False),
            hit("a.go", "gold"),
            hit("a.gone", "silver", "healed"),
            hit("a.hidden", None),
        ]
    )
    assert (go.target, go.tier, go.lookups, go.conflicts) == ("a.go", Tier.BRONZE, 3, 1)
    assert go.counts == {"bronze": 2, "gold": 1}
    assert go.cache_hit_rate == 0.5
    assert (gone.tier, gone.counts, gone.healed) == (None, {"lost": 1, "silver": 1}, 1)
    assert gone.as_data()["cache_hit_rate"] is None
