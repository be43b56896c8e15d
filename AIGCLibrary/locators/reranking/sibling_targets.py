"""The other targets of a page where one is lost: they are not it, show what has changed, and leave something over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.locators import health
from AIGCLibrary.locators.element import Element, Profile
from AIGCLibrary.locators.kinds import compatible, usable_for
from AIGCLibrary.locators.memory import Known, Memory
from AIGCLibrary.locators.model import Target
from AIGCLibrary.locators.reranking import identity
from AIGCLibrary.locators.similarity import Scored

ASKED = 16
"""Other targets that are asked for when one is lost."""
FEW = 3
"""Elements of one kind among which a person finds the right one at a glance."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another target that is found on the page.

    Args:
        target: Which.
        element: Number of its element.
    """

    target: Target
    element: int


def found(driver: BrowserDriver, lost: Target, targets: Iterable[Target]) -> tuple[Neighbour, ...]:
    """Return the other targets that are on the page, those of the lost one's page first."""
    others = [target for target in targets if target.name != lost.name and target.frame == lost.frame]
    near = sorted(others, key=lambda target: target.page != lost.page)[:ASKED]
    rows = zip(near, health.check(driver, near), strict=True) if near else ()
    return tuple(Neighbour(target, row.element) for target, row in rows if row.element is not None)


def changes(driver: BrowserDriver, others: Sequence[Neighbour], memory: Memory) -> dict[int, tuple[Element, Element]]:
    """Return the fingerprints of the other targets by element: then and now."""
    request = {"elements": [other.element for other in others], "frame": list(others[0].target.frame)}
    prints = driver.ask("fingerprints", request)
    changed: dict[int, tuple[Element, Element]] = {}
    for sibling, now in zip(others, prints if isinstance(prints, list) else [], strict=False):
        if now:
            known = memory.known(sibling.target)
            changed[sibling.element] = (known.fingerprint if known else now, now)
    return changed


def of_file(others: Iterable[Neighbour], lost: Target) -> tuple[str, ...]:
    """Return the names of those in the same locator file as the lost one."""
    return tuple(other.target.name for other in others if other.target.file == lost.file)


def unclaimed_candidates(
    ranked: Sequence[Scored], profile: Profile, others: Sequence[Neighbour], verb: str
) -> tuple[Scored, ...]:
    """Return the few elements of the lost target's kind that are no other target; none where there are many.

    Only where other targets of its file show that the page is the right one. Nothing of it is ever clicked.
    """
    role = profile.get("role")
    if not role or not others:
        return ()
    taken = {other.element for other in others}
    left = [
        scored
        for scored in ranked
        if scored.candidate.get("role") == role
        and not scored.candidate.get("frame")
        and scored.candidate.get("element") not in taken
        and compatible(profile, scored.candidate)
        and usable_for(scored.candidate, verb)
    ]
    return tuple(left) if len(left) <= FEW else ()


def lost_twin(driver: BrowserDriver, lost: Target, known: Known, targets: Iterable[Target], memory: Memory) -> str:
    """Describe which other lost target looked the same; empty when none did."""
    others = [target for target in targets if target.page == lost.page and target.name != lost.name]
    same = [other for other in others if identity.twin_of(known, [(other.name, memory.known(other))])]
    return next((row.target for row in health.check(driver, same) if row.winner is None), "") if same else ""
