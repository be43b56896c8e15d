"""Plain selectors of suites that have no locator file: what was behind them, and what comes nearest now."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.events import TargetLocated
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.guards import Purpose, refusal
from AIGCLibrary.locators.memory import Memory
from AIGCLibrary.locators.model import LookupOutcome, Selector, Target, Tier
from AIGCLibrary.locators.profile import profile_of_selector
from AIGCLibrary.locators.similarity import Scored, rank, with_ways

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

_SIGNS = ("waiting for locator(", "waiting for getBy", "No element matching", "Could not find element")
_OTHER = ("strict mode violation", "intercepts pointer events", "element is not enabled", "element is not visible")


def is_lost(message: str) -> bool:
    """Say whether a failure of the Browser library means that a selector matched nothing."""
    return any(sign in message for sign in _SIGNS) and not any(sign in message for sign in _OTHER)


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


class Plain:
    """Judges plain selectors.

    Args:
        driver: The browser.
        memory: Where heals are noted.
        engine: Clock and bus.
    """

    def __init__(self, driver: BrowserDriver, memory: Memory, engine: "Runtime") -> None:
        self._driver = driver
        self._memory = memory
        self._engine = engine

    def judge(self, selector: str, purpose: Purpose) -> HealVerdict:
        """Rank what is on the page, and say whether the best may be used."""
        *frame, last = selector.split(" >>> ")
        target = Target(selector, "", (Selector(Tier.BRONZE, "css", last, last),), tuple(frame), Path())
        profile = profile_of_selector(last)
        candidates = self._driver.ask("rank", {"profile": profile, "frame": frame})
        ranked = rank(profile, candidates if isinstance(candidates, list) else (), verb=purpose.verb)
        ranked = with_ways(ranked, self._ways, frame)
        if not ranked:
            return HealVerdict(target, (), Text("locators.refusal.nothing"))
        return HealVerdict(target, ranked, refusal(ranked[0], ranked, profile, purpose) or "")

    def _ways(self, elements: list[Any], frame: list[str]) -> Any:
        return self._driver.ask("ways", {"elements": elements, "frame": frame})

    def note_healed(self, selector: str, verdict: HealVerdict) -> None:
        """Count a heal."""
        at = self._engine.clock.now()
        tier = str(verdict.ranked[0].candidate["ways"][0]["tier"])
        self._memory.hit(verdict.target, at, "", LookupOutcome.HEALED, tier=tier, selector=verdict.selector)
        self._engine.bus.emit(
            TargetLocated(
                at=at, target=selector, page="", outcome="healed", tier=tier, selector=verdict.selector, elapsed=0.0
            )
        )
