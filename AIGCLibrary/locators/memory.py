"""What is remembered of targets: fingerprints and winning order by page, and every hit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from AIGCLibrary.locators.element import Fingerprint
from AIGCLibrary.locators.healing import HEALED, Healed
from AIGCLibrary.locators.model import LookupOutcome, Target
from AIGCLibrary.store import tables

if TYPE_CHECKING:
    from AIGCLibrary.store import Store


@dataclass(frozen=True, slots=True)
class Known:
    """What was last seen of a target on a page.

    Args:
        page: Normalised address.
        index: Which of the target's selectors won; None when that selector is no longer in the file.
        hash: Hash of the fingerprint.
        fingerprint: See `js/page/2-fingerprint.js`.
        at: When, in seconds since 1970.
        healed: The heal that a passed test has kept, see `healing.Healed.as_data`.
        basis: Selectors that the locator file had then; empty where that is not known.
    """

    page: str
    index: int | None
    hash: str | None
    fingerprint: Fingerprint
    at: float
    healed: Mapping[str, Any] | None = None
    basis: tuple[str, ...] = ()

    def changed_since(self, target: Target) -> bool:
        """Return whether the file has other selectors now than when this was seen: its author knows better."""
        return bool(self.basis) and self.basis != basis_of(target)


def basis_of(target: Target) -> tuple[str, ...]:
    """Return the selectors of a target's file."""
    return tuple(selector.selector for selector in target.selectors if selector.strategy != HEALED)


class Memory:
    """Keeps fingerprints and hits in the store; of winners only the order, never a handle to an element.

    Args:
        store: Where it is kept.
    """

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._known: dict[str, dict[str, Known]] = {}
        self._latest: dict[str, str] = {}
        self._routes: dict[str, dict[str, None]] = {}

    def known(self, target: Target, page: str | None = None) -> Known | None:
        """Return what is known of a target on a page; on the page it was last seen on when none is given."""
        pages = self._pages(target)
        wanted = page if page is not None else self._latest.get(target.name)
        return pages.get(wanted or "") or (None if page is not None or not pages else [*pages.values()][-1])

    def routes(self, page: str) -> list[str]:
        """Return the addresses on which targets of a page were found by their own locators."""
        if page not in self._routes:
            table = tables.fingerprint
            mine = table.c.target.startswith(f"{page}.", autoescape=True)
            found = self._store.query(select(table.c.page, table.c.selector).where(mine).distinct())
            self._routes[page] = dict.fromkeys(row["page"] for row in found if row["selector"])
        return [*self._routes[page]]

    def keep(self, target: Target, known: Known) -> None:
        """Remember a sighting; the store is only written when something changed."""
        before = self._pages(target).get(known.page)
        known = replace(known, basis=basis_of(target))
        self._known[target.name][known.page] = known
        self._latest[target.name] = known.page
        self._routes.setdefault(target.page, dict.fromkeys(self.routes(target.page)))[known.page] = None
        if before and (before.hash, before.index, before.basis) == (known.hash, known.index, known.basis):
            return
        chosen = target.selectors[known.index] if known.index is not None else None
        self._store.upsert(
            tables.fingerprint,
            target=target.name,
            page=known.page,
            at=known.at,
            tier=chosen.tier.value if chosen else None,
            selector=chosen.selector if chosen else None,
            data={"hash": known.hash, "basis": known.basis, **known.fingerprint},
        )

    def healed(self, target: Target) -> Healed | None:
        """Return the heal of a target that a passed test has kept, if its file still says what was lost then."""
        basis = tuple(selector.selector for selector in target.selectors)
        for known in reversed(self._pages(target).values()):
            if known.healed:
                healed = Healed.of_data(target.name, known.healed)
                if healed.basis == basis:
                    return healed
        return None

    def drop_healed(self, target: Target) -> None:
        """Forget the heals of a target that its own locators find again."""
        for page, known in self._pages(target).items():
            if known.healed:
                data = {"hash": known.hash, "basis": known.basis, **known.fingerprint}
                self._store.upsert(tables.fingerprint, target=target.name, page=page, at=known.at, data=data)
                self._known[target.name][page] = replace(known, healed=None)

    def keep_healed(self, healed: Healed, known: Known | None) -> None:
        """Remember a heal beside the fingerprint; the fingerprint itself stays that of the target's own locators."""
        fingerprint = dict(known.fingerprint) if known else {}
        self._store.upsert(
            tables.fingerprint,
            target=healed.target,
            page=healed.page,
            at=known.at if known else 0.0,
            data={
                "hash": known.hash if known else None,
                "basis": known.basis if known else (),
                "healed": healed.as_data(),
                **fingerprint,
            },
        )
        self._known.pop(healed.target, None)

    def hit(
        self,
        target: Target,
        at: float,
        page: str,
        outcome: LookupOutcome,
        *,
        tier: str | None = None,
        selector: str | None = None,
        elapsed: float = 0.0,
        cached: bool | None = None,
    ) -> None:
        """Note how a search ended."""
        self._store.insert(
            tables.target_hit,
            at=at,
            target=target.name,
            page=page,
            tier=tier,
            selector=selector,
            outcome=outcome.value,
            elapsed=elapsed,
            cached=cached,
        )

    def history(self, name: str, limit: int = 50) -> list[dict[str, Any]]:
        """Return the last hits of a target over all runs, the newest first."""
        hit = tables.target_hit
        return self._store.query(select(hit).where(hit.c.target == name).order_by(hit.c.id.desc()).limit(limit))

    def latest(self, limit: int = 20_000) -> list[dict[str, Any]]:
        """Return the last hits of all targets over all runs, the newest first."""
        hit = tables.target_hit
        return self._store.query(select(hit).order_by(hit.c.id.desc()).limit(limit))

    def _pages(self, target: Target) -> dict[str, Known]:
        if target.name not in self._known:
            table = tables.fingerprint
            rows = self._store.query(select(table).where(table.c.target == target.name).order_by(table.c.at))
            self._known[target.name] = {row["page"]: _known(row, target) for row in rows}
        return self._known[target.name]


def _known(row: Mapping[str, Any], target: Target) -> Known:
    data = dict(row["data"] or {})
    index = next((i for i, selector in enumerate(target.selectors) if selector.selector == row["selector"]), None)
    healed, basis = data.pop("healed", None), tuple(data.pop("basis", None) or ())
    hashed = data.pop("hash", None)
    return Known(row["page"], index, hashed, cast("Fingerprint", data), row["at"] or 0.0, healed, basis)
