"""Plain selectors of suites that have no locator file: what was behind them, and what is closest now."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.driver import DriverSource
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators import health
from AIGCLibrary.locators.diagnosis import candidate_facts
from AIGCLibrary.locators.element import Profile
from AIGCLibrary.locators.guards import Purpose, refusal
from AIGCLibrary.locators.lookup_log import LookupLog
from AIGCLibrary.locators.model import LookupOutcome, Selector, Target, Tier
from AIGCLibrary.locators.probe import selectors
from AIGCLibrary.locators.profile import profile_of_selector
from AIGCLibrary.locators.similarity import Scored, rank, with_selectors

_SIGNS = ("waiting for locator(", "waiting for getBy", "No element matching", "Could not find element")
_FOUND = "locator resolved to"
"""Playwright's call log says so where a selector matched: what failed then is the use of the element."""
_OTHER = ("strict mode violation", "intercepts pointer events", "element is not enabled", "element is not visible")
_NO_OPTION = "did not find some options"
_NEAR = 3
"""Candidates for which the page is asked for selectors."""


def is_lost(message: str) -> bool:
    """Return whether a failure of the Browser library means that a selector matched nothing."""
    return any(sign in message for sign in _SIGNS) and not any(sign in message for sign in (_FOUND, *_OTHER))


def lacks_option(message: str) -> bool:
    """Return whether a failure of the Browser library means that a list was found, but not what to select in it."""
    return _NO_OPTION in message


@dataclass(frozen=True, slots=True)
class HealVerdict:
    """What may be done about a lost selector.

    Args:
        target: The selector as a target without a file.
        ranked: Near misses, the most probable first.
        reason: Why the best may not be used; empty when it may.
    """

    target: Target
    ranked: Sequence[Scored]
    reason: Text | str

    @property
    def allowed(self) -> bool:
        """True when the best candidate may be used."""
        return not self.reason and bool(self.ranked)

    @property
    def selector(self) -> str:
        """The selector of the best candidate."""
        ways = self.ranked[0].candidate.get("ways") if self.ranked else None
        return str(ways[0]["selector"]) if ways else ""


def _wanted(selector: str) -> tuple[Target, Profile]:
    """Return a selector as a target without a file, and what it says of its element."""
    *frame, last = selector.split(" >>> ")
    target = Target(selector, "", (Selector(Tier.BRONZE, "css", last, last),), tuple(frame), Path())
    return target, profile_of_selector(last)


class Plain:
    """Finds candidates for plain selectors.

    Args:
        driver: Returns the browser.
        lookups: Records heals.
    """

    def __init__(self, driver: DriverSource, lookups: LookupLog) -> None:
        self._driver = driver
        self._lookups = lookups

    def judge(self, selector: str, purpose: Purpose) -> HealVerdict:
        """Rank the elements of the page, and decide whether the best one may be used."""
        target, profile = _wanted(selector)
        ranked = self._ranked(target, profile, purpose.verb)
        if not ranked:
            return HealVerdict(target, (), Text("locators.refusal.nothing"))
        return HealVerdict(target, ranked, refusal(ranked[0], ranked, profile, purpose) or "")

    def is_there(self, selector: str) -> bool:
        """Return whether the page shows now what a selector matches: it came late, or the page was slow to answer."""
        target, _ = _wanted(selector)
        return any(row.winner for row in health.check(self._driver(), [target]))

    def options(self, selector: str) -> str:
        """Return what the options of a list are called, in quotes; empty for what is no list."""
        target, _ = _wanted(selector)
        found = self._driver().ask("options", {"selector": target.selectors[0].selector, "frame": list(target.frame)})
        return ", ".join(f"'{text}'" for text in found if text) if isinstance(found, list) else ""

    def near(self, selector: str) -> list[dict[str, Any]]:
        """Return the elements that come nearest to a selector that matches nothing, as `candidate_facts`.

        Args:
            selector: As the Browser library takes it.
        """
        target, profile = _wanted(selector)
        if not (profile["texts"] or profile["keys"]):
            return []
        return candidate_facts(target, self._ranked(target, profile)[:_NEAR])

    def _ranked(self, target: Target, profile: Profile, verb: str = "") -> list[Scored]:
        driver, frame = self._driver(), list(target.frame)
        candidates = driver.ask("rank", {"profile": profile, "frame": frame})
        ranked = rank(profile, candidates if isinstance(candidates, list) else (), verb=verb)
        return with_selectors(ranked, lambda *asked: selectors(driver, *asked), frame)

    def note_healed(self, verdict: HealVerdict) -> None:
        """Record a heal."""
        tier = str(verdict.ranked[0].candidate["ways"][0]["tier"])
        self._lookups.record(verdict.target, "", LookupOutcome.HEALED, tier, verdict.selector)
