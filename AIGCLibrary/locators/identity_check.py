"""Checks at every lookup whether the element found is the target, and refuses it where it is another one."""

from dataclasses import replace

from AIGCLibrary.driver import DriverSource
from AIGCLibrary.locators import probe
from AIGCLibrary.locators.element import Profile
from AIGCLibrary.locators.guards import least_probability
from AIGCLibrary.locators.memory import Known, Memory
from AIGCLibrary.locators.model import Target
from AIGCLibrary.locators.probe import Report, page_key
from AIGCLibrary.locators.profile import profile_of
from AIGCLibrary.locators.reranking import identity
from AIGCLibrary.locators.similarity import rank


class IdentityCheck:
    """Compares what was found with what was last seen of a target.

    Args:
        driver: Returns the browser.
        memory: What was last seen.
    """

    def __init__(self, driver: DriverSource, memory: Memory) -> None:
        self._driver = driver
        self._memory = memory
        self._doubted: set[str] = set()

    def is_doubted(self, target: Target) -> bool:
        """Return whether the last element found was doubted: the next one is looked at closely."""
        return target.key in self._doubted

    def doubt(self, target: Target, report: Report, known: Known | None, purpose: str) -> identity.Doubt | None:
        """Return what speaks against the element found; None when nothing does or nothing was found.

        Args:
            target: What was looked for.
            report: The page's answer.
            known: What was last seen of it on any page.
            purpose: What it is wanted for.
        """
        if report.winner is None or not report.found:
            return None
        page = page_key(report.url)
        here = self.known_here(target, page, known)
        found = identity.doubt(
            target, target.selectors[report.winner], here or known, report.fingerprint, page, purpose
        )
        if found:
            self._doubted.add(target.key)
        elif report.hash:
            self._doubted.discard(target.key)
        if found and found.undecided and not (known and known.changed_since(target)):
            return replace(found, refuted=not self._is_nearest(target, report, here or known, purpose))
        return found

    def _is_nearest(self, target: Target, report: Report, known: Known | None, purpose: str) -> bool:
        """Return whether the element found is, by all that is known of the target, the one that a heal would use."""
        profile = profile_of(target, known.fingerprint if known else None)
        near = self._driver().ask("rank", {"profile": profile, "frame": list(target.frame)})
        ranked = rank(profile, near if isinstance(near, list) else (), verb=purpose)
        least = least_probability(seen=profile["seen"], known_page=False)
        return bool(ranked) and ranked[0].candidate.get("element") == report.element and ranked[0].probability >= least

    def known_here(self, target: Target, page: str, known: Known | None) -> Known | None:
        """Return what was last seen of a target on a page."""
        return known if (known and known.page == page) or target.values else self._memory.known(target, page)

    def refused(self, target: Target, report: Report, doubt: identity.Doubt, profile: Profile | None) -> Report:
        """Return the report of a target whose only match is another element, with the nearest candidates."""
        refused = probe.refused(report, doubt.warning, report.fingerprint or {}, excluded=not doubt.undecided)
        if profile is None:
            return refused
        near = self._driver().ask("rank", {"profile": profile, "frame": list(target.frame)})
        return replace(refused, candidates=tuple(near) if isinstance(near, list) else ())
