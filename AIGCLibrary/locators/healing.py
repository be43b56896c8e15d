"""Healed targets: what took the place of a lost one, tried until the test ends, kept only when it passes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.locators.model import Selector, Target, Tier

log = logging.getLogger("aigc.locators")

HEALED = "healed"
"""Strategy name of a selector that healing added."""


@dataclass(frozen=True, slots=True)
class Healed:
    """A new way to a target that its locator file does not know yet.

    Args:
        target: Name of the target.
        tier: How good the new evidence is.
        value: As it should be written in the locator file.
        selector: As the Browser library takes it.
        probability: How sure the model was.
        element: What was found, in words.
        page: Where: its normalised address.
        basis: The selectors of the locator file that were lost then; a heal ends when they change.
        tab: The tab it was in.
        dialog: The dialog it was in.
    """

    target: str
    tier: Tier
    value: Any
    selector: str
    probability: float
    element: str
    page: str
    basis: tuple[str, ...] = ()
    tab: str | None = None
    dialog: str | None = None

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON data for the store."""
        return {
            "tier": self.tier.value,
            "value": self.value,
            "selector": self.selector,
            "probability": self.probability,
            "element": self.element,
            "page": self.page,
            "basis": list(self.basis),
            "tab": self.tab,
            "dialog": self.dialog,
        }

    @classmethod
    def of_data(cls, target: str, data: Mapping[str, Any]) -> "Healed":
        """Read it back."""
        return cls(
            target,
            Tier(data["tier"]),
            data["value"],
            str(data["selector"]),
            float(data["probability"]),
            str(data["element"]),
            str(data["page"]),
            tuple(str(reason) for reason in data.get("basis") or ()),
            data.get("tab"),
            data.get("dialog"),
        )


class HealBook:
    """Knows what was healed: pending while the test runs, kept once it has passed."""

    def __init__(self) -> None:
        self._pending: dict[str, Healed] = {}
        self._kept: dict[str, Healed] = {}

    def add(self, healed: Healed) -> None:
        """Note a heal; it is forgotten again when the test fails."""
        self._pending[healed.target] = healed

    def restore(self, healed: Healed) -> None:
        """Take over a heal that a passed test of an earlier run has kept."""
        self._kept.setdefault(healed.target, healed)

    def of(self, target: str) -> Healed | None:
        """Return the heal of a target, if any."""
        return self._pending.get(target) or self._kept.get(target)

    def forget(self, target: str) -> None:
        """Drop what is known: the target was found by its own selectors again, or the heal no longer fits."""
        self._pending.pop(target, None)
        self._kept.pop(target, None)

    def end_test(self, passed: bool) -> list[Healed]:
        """Keep what the test healed when it has passed, else drop it; return what was newly kept."""
        settled = list(self._pending.values()) if passed else []
        if self._pending and not passed:
            names = ", ".join(f"'{name}'" for name in self._pending)
            log.info("Healed locators of %s are dropped, because the test failed.", names)
        self._kept.update({healed.target: healed for healed in settled})
        self._pending.clear()
        return settled

    def all(self) -> list[Healed]:
        """Return all heals, kept and pending."""
        return list({**self._kept, **self._pending}.values())

    def extended(self, target: Target) -> Target:
        """Return the target with its healed selector after those of its file."""
        healed = self.of(target.name)
        if healed is None:
            return target
        extra = Selector(healed.tier, HEALED, healed.value, healed.selector, target.line)
        return replace(target, selectors=(*target.selectors, extra))
