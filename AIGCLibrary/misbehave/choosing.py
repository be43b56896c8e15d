"""Decides which tasks, files and requests a scenario hits; the same ones each time for the same seed."""

import random
import threading
from collections import Counter
from dataclasses import dataclass

from AIGCLibrary.http.transport import IncomingAnswer
from AIGCLibrary.misbehave.faults import FaultGroup
from AIGCLibrary.misbehave.scenario import Disturbance
from AIGCLibrary.misbehave.watching import WATCH

NO_TASK = "data"
"""Kind of requests that are about no task: those of data templates and of RequestsLibrary."""


@dataclass(slots=True)
class DisturbedTask:
    """What is known of a task.

    Args:
        kind: Its kind.
        number: Its place among the tasks of its kind, from 1.
        began: When it was first seen, on the clock.
        lies: What is done to it.
        settled: Whether that was decided.
        order: The answer to its order.
    """

    kind: str
    number: int
    began: float = 0.0
    lies: tuple[Disturbance, ...] = ()
    settled: bool = False
    order: IncomingAnswer | None = None


class Choice:
    """Chooses.

    Args:
        disturbances: The scenario.
    """

    def __init__(self, disturbances: tuple[Disturbance, ...] = ()) -> None:
        self.disturbances = disturbances
        self.hits: Counter[int] = Counter()
        self._numbers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def of_group(self, *groups: FaultGroup) -> list[Disturbance]:
        """Return the disturbances of some groups."""
        return [disturbance for disturbance in self.disturbances if disturbance.fault.group in groups]

    def task(self, kind: str, now: float) -> DisturbedTask:
        """Return a task that is seen for the first time."""
        with self._lock:
            self._numbers[kind] += 1
            return DisturbedTask(kind, self._numbers[kind], now)

    def hit(self, disturbance: Disturbance, kind: str, number: int = 0, media_type: str = "") -> bool:
        """Return whether a disturbance happens now, and count it if so.

        Args:
            disturbance: It.
            kind: Kind of the task.
            number: Place of the task among those of its kind; 0 for what is about no task.
            media_type: Of a file.
        """
        if not disturbance.concerns(kind, media_type) or not self._drawn(disturbance, kind, number):
            return False
        with self._lock:
            index = self.disturbances.index(disturbance)
            if disturbance.times is not None and self.hits[index] >= disturbance.times:
                return False
            self.hits[index] += 1
            WATCH.hits += 1
            return True

    def unhit(self) -> list[Disturbance]:
        """Return the disturbances that never happened."""
        return [disturbance for index, disturbance in enumerate(self.disturbances) if not self.hits[index]]

    def take_back(self, disturbance: Disturbance) -> None:
        """Note that a disturbance could not be done after all."""
        with self._lock:
            self.hits[self.disturbances.index(disturbance)] -= 1
            WATCH.hits -= 1

    @staticmethod
    def _drawn(disturbance: Disturbance, kind: str, number: int) -> bool:
        if disturbance.order is not None and number != disturbance.order:
            return False
        if disturbance.share >= 1:
            return True
        named = f"{disturbance.seed}:{disturbance.fault.name}:{kind}:{number}"
        return random.Random(named).random() < disturbance.share  # noqa: S311 - a seeded choice, no secret
