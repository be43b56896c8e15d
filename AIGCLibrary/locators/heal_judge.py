"""Whether an element may take the place of a lost target: asked of every element, whatever has proposed it."""

from collections.abc import Sequence
from functools import cached_property

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators import diagnosis, guards
from AIGCLibrary.locators.catalogue import Catalogue
from AIGCLibrary.locators.element import Candidate
from AIGCLibrary.locators.lookup_context import LookupContext
from AIGCLibrary.locators.memory import Memory
from AIGCLibrary.locators.reranking import sibling_targets
from AIGCLibrary.locators.reranking.sibling_targets import Neighbour
from AIGCLibrary.locators.reranking.surroundings import Siblings
from AIGCLibrary.locators.similarity import Scored


class HealJudge:
    """Judges elements for one lookup.

    A near miss, the one element that has the name of the target, and what an earlier heal finds again are three ways to
    propose an element. None of them decides: `objection` holds for all of them, and `refusal` asks it last.

    Args:
        driver: The browser.
        catalogue: All targets.
        memory: Fingerprints of earlier lookups.
        context: The lookup.
        others: The other targets that are found on the page.
    """

    def __init__(
        self,
        driver: BrowserDriver,
        catalogue: Catalogue,
        memory: Memory,
        context: LookupContext,
        others: Sequence[Neighbour] = (),
    ) -> None:
        self._driver = driver
        self._catalogue = catalogue
        self._memory = memory
        self._context = context
        self._others = others

    @cached_property
    def siblings(self) -> Siblings:
        """The fingerprints of the other targets, then and now; asked for when they are first needed."""
        return sibling_targets.changes(self._driver, self._others, self._memory) if self._others else {}

    def refusal(self, ranked: Sequence[Scored]) -> Text | None:
        """Describe why the best near miss may not replace the target; None when it may."""
        context = self._context
        if elsewhere := self._elsewhere(ranked[0].candidate if ranked else {}):
            return elsewhere
        if context.report.status != "missing" or not ranked:
            return Text(
                "locators.refusal.several" if context.report.status == "ambiguous" else "locators.refusal.nothing"
            )
        taken = frozenset(other.element for other in self._others)
        refused = guards.refusal(ranked[0], ranked, context.profile, context.purpose, taken, self.siblings)
        return refused or self._twin

    def objection(self, element: Candidate) -> Text | None:
        """Describe what forbids to use an element however sure its proposer is; None when nothing does."""
        taken = frozenset(other.element for other in self._others)
        return (
            self._elsewhere(element)
            or guards.objection(element, self._context.profile, self._context.purpose, taken, self.siblings)
            or self._twin
        )

    def _elsewhere(self, element: Candidate) -> Text | None:
        """Return that an element was refused as the target before, or that another page, tab or dialog is open."""
        report = self._context.report
        if report.refuted and element and element.get("element") == report.element:
            return Text("locators.refusal.another")
        if report.misplaced:
            return diagnosis.elsewhere(self._context.target, report, self._context.routes)
        return None

    @cached_property
    def _twin(self) -> Text | None:
        """Another lost target that looked the same: which of the two is left cannot be decided."""
        known = self._memory.known(self._context.target)
        if known is None:
            return None
        twin = sibling_targets.lost_twin(self._driver, self._context.target, known, self._catalogue, self._memory)
        return Text("locators.refusal.twin", twin=twin) if twin else None
