"""Notes what passes between the suites and the product, for `aigc mutate`: which test met what."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that a test met.

    Args:
        test: The test, or the suite for what happens outside of tests.
        what: `task`, `file`, `data`.
        kind: Kind of the task.
        media_type: Of a file.
    """

    test: str
    what: str
    kind: str = ""
    media_type: str = ""


@dataclass(slots=True)
class MisbehaviourWatch:
    """What was seen in this process.

    Attributes:
        on: Whether anything is noted.
        test: The test that runs now.
        seen: Everything that was met.
        durations: Longest time of a task, in seconds, by kind.
        impossible: Why a fault could not be made.
        hits: How often a fault happened.
    """

    on: bool = False
    test: str = ""
    seen: set[Sighting] = field(default_factory=set)
    durations: dict[str, float] = field(default_factory=dict)
    impossible: list[str] = field(default_factory=list)
    hits: int = 0

    def note(self, what: str, kind: str = "", media_type: str = "") -> None:
        """Note something that the running test met."""
        if self.on:
            self.seen.add(Sighting(self.test, what, kind, media_type))

    def took(self, kind: str, seconds: float) -> None:
        """Note how long a task took."""
        if self.on:
            self.durations[kind] = max(self.durations.get(kind, 0.0), seconds)


WATCH = MisbehaviourWatch()
"""That of this process."""
