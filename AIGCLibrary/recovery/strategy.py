"""What a recovery strategy is: it suggests a fix, and some can also act.

Strategies are named in the strategy table (`defaults/recovery.yaml`). Packages add their own through the entry
point group `aigclibrary.recovery`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Suggestion

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

GROUP = "aigclibrary.recovery"


class Level(StrEnum):
    """How much a strategy changes when it acts; the setting `recovery.act` says how much is allowed."""

    OFF = "off"
    """Nothing is ever done; suggestions only."""
    SAFE = "safe"
    """Waits and repeats what may be repeated; what the test demands stays as it is."""
    BENDING = "bending"
    """May also go beyond what the test asked for, for example a longer timeout."""

    def allows(self, other: "Level") -> bool:
        """Return whether a strategy of another level may act."""
        order = list(Level)
        return order.index(other) <= order.index(self) and other is not Level.OFF


class Lend(Protocol):
    """Adds one selector to a target for its next search, as `LocatorService.temporary_selector` does."""

    def __call__(self, name: str, tier: str, value: Any, selector: str, element: str) -> None:
        """Add it.

        Args:
            name: The target.
            tier: How good the evidence is.
            value: As it is written in the locator file.
            selector: As the Browser library takes it.
            element: What it leads to, in words.
        """
        ...


class Near(Protocol):
    """Returns what is closest on the open page to a selector that matches nothing, as `Plain.near` does."""

    def __call__(self, selector: str) -> list[dict[str, Any]]:
        """Return it as facts of candidates, the most probable first.

        Args:
            selector: As the Browser library takes it.
        """
        ...


@dataclass(slots=True)
class Attempt:
    """One try to recover, as a strategy sees it.

    Args:
        failure: What went wrong.
        engine: The services.
        again: Runs the keyword again, with these arguments replaced, and returns its result.
        number: Which try it is, from 1.
        arguments: Named arguments of the keyword.
        remaining: Seconds left for recovering.
        lend: Adds a temporary selector to a target.
    """

    failure: Failure
    engine: "Runtime"
    again: Callable[[Mapping[str, Any]], Any]
    number: int = 1
    arguments: Mapping[str, Any] = field(default_factory=dict)
    remaining: float = 30.0
    lend: Lend | None = None


class RecoveryStrategy:
    """Base class of strategies.

    Args:
        engine: The services; None where a failure is judged without them.

    Example:
        ```python
        class RestartWorker(RecoveryStrategy):
            name = "restart_worker"

            def suggest(self, failure):
                yield Suggestion(code=failure.code, cause_class=failure.cause, cause=failure.first_line,
                                 fix="Restart the worker: systemctl restart renderer", source=self.name)
        ```
    """

    name: str = ""
    level: Level = Level.OFF
    """OFF: it only suggests; else how much acting changes."""

    def __init__(self, engine: "Runtime | None" = None) -> None:
        self.engine = engine

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:  # noqa: ARG002 - for subclasses
        """Return suggestions for a failure, best first; none when the strategy does not apply."""
        return ()

    def prepare(self, attempt: Attempt) -> Mapping[str, Any] | None:  # noqa: ARG002 - for subclasses
        """Do what makes another try worthwhile, on Robot's thread.

        Returns:
            Arguments to replace in the next try, often none (`{}`); None: another try is of no use.
        """
        return None
