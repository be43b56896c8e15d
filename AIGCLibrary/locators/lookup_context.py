"""One lookup that found nothing, or nothing that may be used: what healing decides by."""

from dataclasses import dataclass

from AIGCLibrary.config import Heal
from AIGCLibrary.locators.element import Profile
from AIGCLibrary.locators.guards import Purpose
from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Target
from AIGCLibrary.locators.probe import Report, page_key


@dataclass(frozen=True, slots=True)
class LookupContext:
    """One lookup that found nothing.

    Args:
        target: The missing target.
        known: What earlier lookups recorded about it.
        profile: What it should look like, see `profile.profile_of`.
        report: The page's answer.
        purpose: What it is wanted for.
        heal: What may happen.
        timeout: Seconds the lookup was allowed to take.
        elapsed: Seconds it took.
        routes: Pages on which targets of its file were found before.
    """

    target: Target
    known: Known | None
    profile: Profile
    report: Report
    purpose: Purpose
    heal: Heal
    timeout: float
    elapsed: float
    routes: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """Key of the page."""
        return page_key(self.report.url)

    @property
    def missing(self) -> bool:
        """No element matches, and one was expected to."""
        return not self.purpose.state.negative and self.report.status == "missing"

    @property
    def healable(self) -> bool:
        """The status is one in which healing is considered at all."""
        considered = self.report.status in ("missing", "ambiguous") and self.report.winner is None
        return considered and not self.purpose.state.negative
