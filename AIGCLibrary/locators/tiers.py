"""Which tier finds which target, over all runs: who lives on bronze, who is lost, and whether the memory holds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.locators.model import LookupOutcome, Tier

LOST = "lost"


@dataclass(frozen=True, slots=True)
class TierRecord:
    """How a target was found lately.

    Args:
        target: Its name.
        tier: The tier that found it last; None when it was lost.
        page: Where that was.
        selector: What found it.
        at: When, in seconds since 1970.
        counts: Lookups by tier that answered, `lost` for those that nothing answered.
        healed: Lookups that were healed.
        conflicts: Lookups in which tiers disagreed or another element answered.
        remembered: Lookups on a page where a winner was remembered.
        held: Those of them in which it won again.
    """

    target: str
    tier: Tier | None
    page: str
    selector: str
    at: float
    counts: Mapping[str, int]
    healed: int
    conflicts: int
    remembered: int
    held: int

    @property
    def lookups(self) -> int:
        """How often it was looked for."""
        return sum(self.counts.values())

    @property
    def cache_hit_rate(self) -> float | None:
        """Share of the lookups in which the remembered winner won again, 0 to 1."""
        return self.held / self.remembered if self.remembered else None

    def as_data(self) -> dict[str, Any]:
        """Return it as data for tests and JSON."""
        return {
            "target": self.target,
            "page": self.page,
            "selector": self.selector,
            "at": self.at,
            "lookups": self.lookups,
            **{name: self.counts.get(name, 0) for name in (*Tier, LOST)},
            "healed": self.healed,
            "conflicts": self.conflicts,
            "cache_hit_rate": self.cache_hit_rate,
        }


def tier_records(hits: Iterable[Mapping[str, Any]]) -> list[TierRecord]:
    """Sum up hits by target, in the order of their names.

    Args:
        hits: Rows of the store's `target_hit`, the newest first. Absence that was asked for and seen has no tier and
            says nothing of the locators.
    """
    by_target: dict[str, list[Mapping[str, Any]]] = {}
    for hit in hits:
        if hit["tier"] or hit["outcome"] in (LookupOutcome.MISSING, LookupOutcome.AMBIGUOUS):
            by_target.setdefault(str(hit["target"]), []).append(hit)
    return [_record(target, rows) for target, rows in sorted(by_target.items())]


def _record(target: str, rows: list[Mapping[str, Any]]) -> TierRecord:
    newest = rows[0]
    outcomes = Counter(row["outcome"] for row in rows)
    remembered = [bool(row["cached"]) for row in rows if row["cached"] is not None]
    return TierRecord(
        target=target,
        tier=Tier(newest["tier"]) if newest["tier"] else None,
        page=str(newest["page"] or ""),
        selector=str(newest["selector"] or ""),
        at=float(newest["at"] or 0.0),
        counts=dict(Counter(str(row["tier"] or LOST) for row in rows)),
        healed=outcomes[LookupOutcome.HEALED],
        conflicts=outcomes[LookupOutcome.CONFLICT],
        remembered=len(remembered),
        held=sum(remembered),
    )
