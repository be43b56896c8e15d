"""What a tester chooses when data is prepared; light, as the keywords import it for their arguments."""

from enum import Enum, StrEnum


class Scope(StrEnum):
    """How long prepared data lives: it is removed when the test, the suite or the run ends."""

    TEST = "test"
    SUITE = "suite"
    RUN = "run"


class OnFailure(StrEnum):
    """What becomes of what was created when the preparation fails."""

    ROLLBACK = "rollback"
    KEEP = "keep"


class Absent(Enum):
    """Stands for a value that is not there."""

    LEFT_OUT = "left out"


LEFT_OUT = Absent.LEFT_OUT
"""Stands for a field that is not sent."""
