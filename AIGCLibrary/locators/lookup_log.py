"""Records every finished lookup in the store and publishes it on the event bus."""

from AIGCLibrary.clock import Clock
from AIGCLibrary.events import Bus, TargetLocated
from AIGCLibrary.locators.memory import Memory
from AIGCLibrary.locators.model import LookupOutcome, Target


class LookupLog:
    """Writes one row and one event for each lookup.

    Args:
        memory: The lookup history.
        bus: Receives `TargetLocated`.
        clock: For the time of the lookup.
    """

    def __init__(self, memory: Memory, bus: Bus, clock: Clock) -> None:
        self._memory = memory
        self._bus = bus
        self._clock = clock

    def record(
        self,
        target: Target,
        page: str,
        outcome: LookupOutcome,
        tier: str | None,
        selector: str | None,
        elapsed: float = 0.0,
        cached: bool | None = None,
    ) -> None:
        """Record a lookup.

        Args:
            target: The target.
            page: Page key, see `probe.page_key`.
            outcome: How the lookup ended.
            tier: Tier of the selector that matched; None for a miss.
            selector: The selector that matched; None for a miss.
            elapsed: Seconds.
            cached: The selector that matched last time matched again; None where that is unknown.
        """
        at = self._clock.now()
        self._memory.hit(target, at, page, outcome, tier=tier, selector=selector, elapsed=elapsed, cached=cached)
        self._bus.emit(
            TargetLocated(
                at=at,
                target=target.name,
                page=page,
                outcome=outcome.value,
                tier=tier,
                selector=selector,
                elapsed=elapsed,
                cached=cached,
            )
        )
