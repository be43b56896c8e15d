"""What judging one file has taken, and the bound on it: the same for all who walk, unpack or decode a file.

Work is counted rather than timed, so that a verdict does not depend on how fast or busy a machine is. A unit is about a
microsecond of one core of 2024; the weights below were measured.
"""

from dataclasses import dataclass, field

WORK = 10_000_000
"""Units that judging one file may take when nothing else is said: about ten seconds."""
STEP = 2.0
"""One step of a walk in Python: a page, tag, element, chunk or frame head."""
PACKET = 4.0
"""Reading one packet of a container."""
SOUND_FRAME, SOUND_SAMPLE = 12.0, 0.005
"""Decoding one packet of sound, and one sample of one channel."""
HEARD_FRAME, HEARD_SAMPLE = 18.0, 0.01
"""Measuring what was decoded."""
PICTURE, PIXEL, KEY_PIXEL = 150.0, 0.003, 0.006
"""Decoding and measuring a frame of a film, and each of its pixels; those of a key frame take longer."""
MOVING = 100.0
"""Composing a frame of a moving picture, beside its pixels."""


class OverWork(Exception):  # noqa: N818 - no error, the file may be right
    """Judging a file takes more work than its limit."""


@dataclass(slots=True)
class WorkMeter:
    """Counts the work on one file, and on all that lies in it.

    Args:
        limit: Most units.
        spent: Units so far.
        exceeded: The limit was reached.
    """

    limit: float = WORK
    spent: float = 0.0
    exceeded: bool = field(default=False)

    @property
    def left(self) -> float:
        """Units that are left."""
        return max(0.0, self.limit - self.spent)

    def spend(self, units: float = STEP) -> None:
        """Count work that is done now.

        Raises:
            OverWork: It is more than the limit.
        """
        self.spent += units
        if self.spent > self.limit:
            self.exceeded = True
            raise OverWork
