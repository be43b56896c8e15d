"""When to look, learned from how long earlier tasks took: more often where the end is likely, rarely where it is not.

For durations with density f, survival S and hazard h = f/S, the mean delay of detection plus c per look is least for
looks of density n(t) = sqrt(h(t) / 2c): minimise the integral of f/(2n) + c n S (J. B. Keller, Management Science 21
(1974) 256-260; exact for single checks: R. E. Barlow, L. C. Hunter, F. Proschan, J. SIAM 11 (1963) 1078-1095).
The cost c is chosen so that a task takes as many polls as exponential back-off would take, and no more.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Ends = Sequence[tuple[float, float, float]]
"""Durations in seconds, with their weights and the standard deviations by which they are uncertain."""
POINTS = 160
"""Points of the time grid."""
SAMPLES = 64
"""Durations that represent a history when its density is estimated."""
PRIOR_SIGMA = 1.0
"""Spread of the logarithm of durations before there is any history."""
PRIOR_MASS = 0.03
"""Share of the prior that stays in every estimate, so that nothing is held impossible."""
SHARE = 0.99
"""Looks allowed, as a share of those that exponential back-off takes."""


@dataclass(frozen=True, slots=True)
class Density:
    """A density of durations on a grid.

    Args:
        times: Grid, in seconds, from 0.
        alive: Share that takes longer than each time.
    """

    times: list[float]
    alive: list[float]

    def at(self, seconds: float) -> float:
        """Return the share that takes longer than so many seconds."""
        index = bisect_right(self.times, seconds)
        if index >= len(self.times):
            return self.alive[-1]
        if index == 0:
            return 1.0
        left, right = self.times[index - 1], self.times[index]
        part = (seconds - left) / (right - left) if right > left else 0.0
        return self.alive[index - 1] + part * (self.alive[index] - self.alive[index - 1])


def density(ends: Ends, prior: float, blur: float = 0.0, longest: float = 0.0) -> Density:
    """Estimate the density of durations.

    Args:
        ends: Durations in ascending order, each with its weight and the standard deviation in seconds by which it is
            uncertain; weights add up to 1 or less, the rest is beyond the last (censored).
        prior: Typical duration that is believed before history shows otherwise, in seconds.
        blur: Standard deviation in seconds by which every duration is uncertain in addition.
        longest: The grid reaches at least so far.
    """
    ends = _reduced([(max(seconds, 0.01), weight, own) for seconds, weight, own in ends if weight > 0])
    widths = _widths(ends)
    kernels = [
        (math.log(seconds), math.hypot(width, blur / seconds, min(unsure / seconds, 0.5)), weight)
        for (seconds, weight, unsure), width in zip(ends, widths, strict=True)
    ]
    known = sum(end[1] for end in ends)
    own = 1.0 - PRIOR_MASS if known > 0 else 0.0
    kernels = [(mean, width, weight * own) for mean, width, weight in kernels]
    rest = 1.0 - known * own
    typical = prior if not ends else max(prior, ends[-1][0]) if known < 0.9 else _median(ends)
    kernels.append((math.log(max(typical, 0.1)), PRIOR_SIGMA, rest))
    top = max([typical * 8, longest, *(end[0] * 1.6 for end in ends[-1:])])
    low = min([typical / 20, *(end[0] / 2 for end in ends[:1])])
    step = (top / low) ** (1.0 / (POINTS - 2))
    times = [0.0] + [low * step**index for index in range(POINTS - 1)]
    alive = [1.0]
    alive += [sum(share * _above(math.log(time), mean, width) for mean, width, share in kernels) for time in times[1:]]
    return Density(times, alive)


def looks(model: Density, cap: float, least: float, budget: float | None = None) -> list[float]:
    """Return the times at which to look.

    Args:
        model: How long tasks take.
        cap: Longest pause between two polls, in seconds.
        least: Shortest pause, in seconds.
        budget: Mean number of polls a task may take; by default those of exponential back-off, see `SHARE`.

    Returns:
        Seconds since the start, in ascending order.
    """
    allowed = budget if budget is not None else SHARE * expected(model, exponential(cap, model.times[-1], least))
    hazards = _hazards(model)
    low, high = 1e-4, 1e4
    best = _times(model, hazards, high, cap, least)
    for _ in range(16):
        cost = math.sqrt(low * high)
        found = _times(model, hazards, cost, cap, least)
        if expected(model, found) <= allowed:
            best, high = found, cost
        else:
            low = cost
    return best


def expected(model: Density, times: Sequence[float]) -> float:
    """Return the mean number of polls a task takes when it is polled at these times."""
    return 1.0 + sum(model.at(time) for time in times)


def exponential(cap: float, until: float, first: float = 1.0) -> list[float]:
    """Return the polls of exponential back-off: pauses double from `first` seconds to `cap`."""
    times: list[float] = []
    gap, now = max(first, 0.01), 0.0
    while now < until and len(times) < 5000:
        now += gap
        times.append(now)
        gap = min(gap * 2, cap)
    return times


def _hazards(model: Density) -> list[float]:
    """Return the hazard of each interval of the grid."""
    rates = []
    for index in range(1, len(model.times)):
        before, after = model.alive[index - 1], model.alive[index]
        span = model.times[index] - model.times[index - 1]
        rates.append(max(math.log(max(before, 1e-12) / max(after, 1e-12)), 0.0) / span if before > 1e-9 else 0.0)
    return rates


def _times(model: Density, hazards: list[float], cost: float, cap: float, least: float) -> list[float]:
    """Place looks where the integral of the density of polls passes whole numbers."""
    found: list[float] = []
    amount, last = 0.5, 0.0
    for index, hazard in enumerate(hazards):
        start, end = model.times[index], model.times[index + 1]
        rate = math.sqrt(hazard / (2 * cost))
        now = start
        while now < end:
            until = min(end, last + cap)
            reach = now + (1.0 - amount) / rate if rate > 0 else math.inf
            if reach <= until:
                at = max(reach, last + least)
                amount = 0.0
            elif last + cap <= end:
                at = last + cap
                amount = 0.0
            else:
                amount += rate * (end - now)
                break
            found.append(at)
            last, now = at, max(at, now)
            if len(found) > 2000:
                return found
    return found


def _reduced(ends: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Represent many durations by fewer of the same quantiles."""
    if len(ends) <= SAMPLES:
        return ends
    group = len(ends) / SAMPLES
    reduced = []
    for number in range(SAMPLES):
        part = ends[int(number * group) : int((number + 1) * group)]
        weight = sum(item[1] for item in part)
        if weight > 0:
            mean = [sum(item[which] * item[1] for item in part) / weight for which in (0, 2)]
            reduced.append((mean[0], weight, mean[1]))
    return reduced


def _widths(ends: Ends) -> list[float]:
    """Return the width of the neighbourhood of each duration, so that several modes stay apart."""
    logs = [math.log(end[0]) for end in ends]
    count = len(logs)
    reach = max(1, round(0.5 * count**0.6))
    near = max(min(2, reach), reach // 3)
    widths = []
    for index in range(count):
        # The nearer side counts: a small hump must not be smeared towards the large one beside it.
        sides = [
            abs(logs[other] - logs[index]) * reach / step
            for step in {reach, near}
            for other in (index - step, index + step)
            if 0 <= other < count
        ]
        widths.append(min(max(min(sides), 0.02), 0.5) if sides else 0.3)
    return widths


def _median(ends: Ends) -> float:
    total, half = 0.0, sum(end[1] for end in ends) / 2
    for seconds, weight, _ in ends:
        total += weight
        if total >= half:
            return seconds
    return ends[-1][0]


def _above(value: float, mean: float, width: float) -> float:
    return 0.5 * math.erfc((value - mean) / (width * math.sqrt(2)))
