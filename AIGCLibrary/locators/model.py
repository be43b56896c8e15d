"""The words of the locators as objects: tier, state, selector, target, and what a search found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from AIGCLibrary.config import Heal
from AIGCLibrary.locators.element import Candidate


class Tier(StrEnum):
    """How good the evidence is, best first."""

    GOLD = "gold"
    SILVER = "silver"
    BRONZE = "bronze"


class TargetState(StrEnum):
    """The state a target should be in."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    ATTACHED = "attached"
    DETACHED = "detached"
    ENABLED = "enabled"
    DISABLED = "disabled"

    @property
    def negative(self) -> bool:
        """True for states that ask for absence; nothing is ever healed there."""
        return self in (TargetState.HIDDEN, TargetState.DETACHED)


class LookupOutcome(StrEnum):
    """How a search ended."""

    FOUND = "found"
    HEALED = "healed"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Selector:
    """One way to find a target.

    Args:
        tier: How good the evidence is.
        strategy: `testid`, `role`, `label`, `css` …
        value: As written in the locator file.
        selector: As the Browser library takes it, without frames.
        line: Line in the locator file.
    """

    tier: Tier
    strategy: str
    value: Any
    selector: str
    line: int = 0

    @property
    def shown(self) -> str:
        """The selector for messages: without the marks that a label may carry."""
        if self.strategy != "label" or not self.selector.startswith("internal:label=/"):
            return self.selector
        value = self.value["label"] if isinstance(self.value, Mapping) else self.value
        return f'internal:label="{value}"s' if isinstance(value, str) and not value.startswith("/") else self.selector


@dataclass(frozen=True, slots=True)
class PageRule:
    """Where a target lives, as its locator file declares it; what is empty is not asked for.

    Args:
        url: Patterns of the address, of which one must match.
        title: Titles of the page, of which one must match.
        tab: Names of the tab that must be open, in any language.
        dialog: Names of the dialog it is in, in any language.
        landmark: Name of a target that must be visible on the page.
    """

    url: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    tab: tuple[str, ...] = ()
    dialog: tuple[str, ...] = ()
    landmark: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A named thing of the UI.

    Args:
        name: Full name, for example `generate.prompt`.
        page: The page it belongs to.
        selectors: Ways to find it, best first.
        frame: Selectors of the iframes it is in, outermost first.
        file: The locator file.
        line: Its line there.
        timeout: Seconds it may take to be located, where the file says so.
        heal: What may happen when it is lost, where the file says so.
        description: For humans.
        where: The page, tab or dialog it belongs to, where the file says so.
        parameters: Names of the values it takes, as `{id}` in its selectors.
        values: The values it was given.
        scope: Name of the target that it is in.
        ordinal: Which of several it is: 1 for the first, -1 for the last; None where it must be the only one.
        bind: Returns it with values in place of its parameters.
    """

    name: str
    page: str
    selectors: tuple[Selector, ...]
    frame: tuple[str, ...] = ()
    file: Path = field(default_factory=Path)
    line: int = 0
    timeout: float | None = None
    heal: Heal | None = None
    description: str = ""
    where: PageRule | None = None
    parameters: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    ordinal: int | None = None
    bind: Callable[[Mapping[str, str]], "Target"] | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """The name with the values: two rows of one target are two elements."""
        return self.name + "".join(f" {name}={value}" for name, value in self.values.items())

    def in_frame(self, selector: str) -> str:
        """Return a selector as Browser keywords take it: with the frames before it."""
        return " >>> ".join((*self.frame, selector))


@dataclass(frozen=True, slots=True)
class Match:
    """What one selector found at the last look.

    Args:
        count: Elements it matches.
        visible: How many of them can be seen.
        hidden: Why the first one cannot be seen, where none can.
        elements: Numbers of the visible ones; the same number is the same element.
        matches: The visible ones in detail, where there are several.
        elsewhere: Why the only one does not count: `url`, `title`, `tab`, `dialog`, `landmark` or `name` is not the
            target's, or it is `another` element; empty when it does.
    """

    selector: Selector
    count: int
    visible: int
    hidden: str = ""
    elements: tuple[int, ...] = ()
    matches: tuple[Candidate, ...] = ()
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """A target that was found.

    Args:
        target: What was looked for.
        selector: For any Browser keyword; empty when absence was asked for and seen.
        tier: The tier that answered; None for absence.
        index: Which of the target's selectors answered.
        page: Normalised address of the page.
        elapsed: Seconds from the request to the answer.
        outcome: `found`, `healed`, or `conflict` when tiers disagree or the element is not the one known so far.
        warnings: What is doubtful about it, in words.
        cached: The selector that answered is the one remembered for this page; None when none was.
        element: Number of the element in the page.
        probability: Of a healed target: how sure it is.
    """

    target: Target
    selector: str
    tier: Tier | None
    index: int | None
    page: str
    elapsed: float
    outcome: LookupOutcome = LookupOutcome.FOUND
    warnings: tuple[str, ...] = ()
    cached: bool | None = None
    element: int | None = None
    probability: float | None = None
