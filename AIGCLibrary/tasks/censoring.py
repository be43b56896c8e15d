"""How long tasks take, estimated from durations that are known, bounded by two polls, or only known to be longer.

The estimate is Turnbull's self-consistent one (B. W. Turnbull, J. R. Stat. Soc. B 38 (1976) 290-295), which is Kaplan
and Meier's (J. Am. Stat. Assoc. 53 (1958) 457-481) where no duration is an interval. A bound between two polls is no
measured duration: taken for one, the learned looks would confirm themselves.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROUNDS = 60
"""Most rounds of the estimate; each costs about a microsecond for each record."""
SETTLED = 1e-6
"""Change of the shares in one round below which the estimate is done."""
NEGLIGIBLE = 1e-5
"""Share of a stretch of time below which no task is taken to end in it."""


@dataclass(frozen=True, slots=True)
class ObservedDuration:
    """One earlier task.

    Args:
        seconds: How long it took, or how long it was watched; where only looks bound it, the largest possible value.
        censored: It was not seen to complete: at least `seconds`.
        queued: Seconds of it in the queue, where known; the largest possible value likewise.
        failed: It ended, but not as completed: an end to look for, but no measure of how long work takes.
        error: By how much `seconds` may be too large.
        queued_error: By how much `queued` may be too large.
    """

    seconds: float
    censored: bool = False
    queued: float | None = None
    failed: bool = False
    error: float = 0.0
    queued_error: float = 0.0

    @property
    def least(self) -> float:
        """The shortest time that it can have taken."""
        return max(self.seconds - self.error, 0.0)


@dataclass(frozen=True, slots=True)
class EndShare:
    """The share of tasks that end in a stretch of time; `start` is `end` where the moment is known."""

    start: float
    end: float
    share: float

    @property
    def middle(self) -> float:
        """The middle of the stretch, around which an estimate of the density may spread the share."""
        return (self.start + self.end) / 2

    @property
    def width(self) -> float:
        """How long the stretch is, in seconds."""
        return self.end - self.start


def end_shares(records: Iterable[ObservedDuration]) -> list[EndShare]:
    """Estimate when tasks end.

    Returns:
        Stretches of time in ascending order; their shares add up to less than 1 where some tasks never ended.
    """
    found = list(records)
    if not any(record.error for record in found):
        return _known(found)
    cells = _cells(found)
    shares = _settled(found, cells)
    return [
        EndShare(start, end, share) for (start, end), share in zip(cells, shares, strict=False) if share >= NEGLIGIBLE
    ]


def _known(records: Sequence[ObservedDuration]) -> list[EndShare]:
    ordered = sorted(records, key=lambda record: (record.seconds, record.censored))
    alive, at_risk, index = 1.0, len(ordered), 0
    found: list[EndShare] = []
    while index < len(ordered):
        seconds, done, gone = ordered[index].seconds, 0, 0
        while index < len(ordered) and ordered[index].seconds == seconds:
            done += not ordered[index].censored
            gone += 1
            index += 1
        if done:
            found.append(EndShare(seconds, seconds, alive * done / at_risk))
            alive *= 1.0 - done / at_risk
        at_risk -= gone
    return found


def _cells(records: Sequence[ObservedDuration]) -> list[tuple[float, float]]:
    """Return the stretches between all bounds, and the known moments as stretches without length."""
    points = {record.seconds for record in records} | {record.least for record in records if not record.censored}
    moments = {record.seconds for record in records if not record.censored and not record.error}
    ordered = sorted(points)
    cells: list[tuple[float, float]] = []
    for index, point in enumerate(ordered):
        if point in moments:
            cells.append((point, point))
        if index + 1 < len(ordered):
            cells.append((point, ordered[index + 1]))
    return cells


def _span(record: ObservedDuration, cells: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """Return the cells in which a task can have ended: the number of the first one, and of the one after the last."""
    first, end = (bisect_right(cells, (at, at)) for at in (record.least, record.seconds))
    if record.censored:
        return first, len(cells) + 1
    return (first if record.error else end - 1), end


def _settled(records: Sequence[ObservedDuration], cells: Sequence[tuple[float, float]]) -> list[float]:
    """Return the share of each cell, and last of all that of what lies beyond them."""
    spans = [_span(record, cells) for record in records]
    count, total = len(cells) + 1, len(records)
    shares = [1.0 / count] * count
    for _ in range(ROUNDS):
        sums = [0.0]
        for share in shares:
            sums.append(sums[-1] + share)
        steps = [0.0] * (count + 1)
        for first, end in spans:
            mass = sums[end] - sums[first]
            if mass > 0.0:
                steps[first] += 1.0 / mass
                steps[end] -= 1.0 / mass
        weight, change, better = 0.0, 0.0, []
        for share, step in zip(shares, steps, strict=False):
            weight += step
            better.append(share * weight / total)
            change = max(change, abs(better[-1] - share))
        shares = better
        if change < SETTLED:
            break
    return shares
