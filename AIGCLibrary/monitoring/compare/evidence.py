"""Evidence from pairs that may be looked at after every pair: alarms stay as rare as promised.

Each class holds two e-processes, whose value is the wealth of a fair game against a claim: where the claim is true it
exceeds 1/alpha in at most alpha of all runs (Ville's inequality).

Sources: Turner, Ly & Grünwald 2024, "Generic E-variables for exact sequential k-sample tests that allow for optional
stopping", J. Stat. Plan. Inference 230, for shares; de la Peña 1999, "A general class of exponential inequalities for
martingales and ratios", Ann. Probab. 27, and Robbins 1970, "Statistical methods related to the law of the iterated
logarithm", Ann. Math. Stat. 41 (mixtures), for symmetric differences; Waudby-Smith & Ramdas 2024 (`stats.Evidence`).
"""

import math
from collections.abc import Sequence
from enum import StrEnum

from AIGCLibrary.monitoring.stats import Evidence

ALPHA = 0.01
"""Share of comparisons without a difference that are allowed to report one."""
MARGIN = 0.10
"""By how much a share may fall and still count as not worse."""
MOST_NEEDED = 10_000
"""Pairs beyond which a decision counts as out of reach."""

_DROPS = (0.05, 0.1, 0.2, 0.5)
_RATES = (1.0, 2.0, 4.0, 8.0, 16.0)


class Judgement(StrEnum):
    """What pairs say of a run."""

    WORSE = "worse"
    NOT_WORSE = "not_worse"
    UNKNOWN = "unknown"


class SharePairs:
    """Hits and misses of the same thing, in the earlier runs and in the run that is compared.

    Args:
        prior: Share of hits that is expected of the earlier runs before any is known; only the speed depends on it.
        margin: By how much the share may fall and still count as not worse.

    Example:
        ```python
        pairs = SharePairs()
        pairs.add([True, True, True], False)  # three earlier runs passed, this one failed
        pairs.judgement(0.01)
        ```
    """

    def __init__(self, prior: float = 0.98, margin: float = MARGIN) -> None:
        self.n = 0
        self._good, self._seen = 5 * prior, 5.0
        self._before, self._all_before, self._hits = 0.0, 0, 0
        self._logs = [0.0] * len(_DROPS)
        self._even = Evidence(line=(1 - margin) / 2)

    def add(self, before: Sequence[bool], now: bool) -> None:
        """Take in one thing: its outcomes in the earlier runs, at least one, and its outcome now."""
        expected = min(max(self._good / self._seen, 0.01), 0.995)
        hits, many = sum(before), len(before)
        self._logs = [
            log + _gain(expected, max(expected * (1 - drop), 0.005), hits, many, now)
            for log, drop in zip(self._logs, _DROPS, strict=True)
        ]
        self._even.add([(1 - (hits / many - now)) / 2])
        self._good, self._seen = self._good + hits, self._seen + many
        self._before, self._all_before = self._before + hits, self._all_before + many
        self._hits, self.n = self._hits + now, self.n + 1

    @property
    def earlier(self) -> float:
        """Share of hits in the earlier runs."""
        return self._before / self._all_before if self._all_before else math.nan

    @property
    def latest(self) -> float:
        """Share of hits now."""
        return self._hits / self.n if self.n else math.nan

    def judgement(self, alpha: float = ALPHA) -> Judgement:
        """Return what is proven at a level."""
        return _judged(_mixed(self._logs), math.log(max(self._even.wealth, 1e-300)), alpha)

    def needed(self, alpha: float = ALPHA) -> int | None:
        """Return how many more pairs like those so far would decide it; None where they would not."""
        if not self.n or self.judgement(alpha) is not Judgement.UNKNOWN:
            return None
        worse = _left(_mixed(self._logs), self.n, alpha)
        even = _left(math.log(max(self._even.wealth, 1e-300)), self.n, alpha)
        return min((needed for needed in (worse, even) if needed is not None), default=None)


class Differences:
    """Differences of pairs that are as often above as below their middle, such as logarithms of ratios of times.

    Args:
        line: The middle up to which the run counts as not worse; a difference above it is worse.
    """

    def __init__(self, line: float = 0.0) -> None:
        self.n = 0
        self.total = 0.0
        self._line = line
        self._worse = [0.0] * len(_RATES)
        self._fine = [0.0] * len(_RATES)

    def add(self, difference: float) -> None:
        """Take in the difference of one pair; above 0 is worse."""
        beyond = difference - self._line
        for index, rate in enumerate(_RATES):
            self._worse[index] += rate * beyond - (rate * beyond) ** 2 / 2
            self._fine[index] += -rate * beyond - (rate * beyond) ** 2 / 2
        self.n, self.total = self.n + 1, self.total + difference

    @property
    def mean(self) -> float:
        """Mean difference."""
        return self.total / self.n if self.n else math.nan

    def judgement(self, alpha: float = ALPHA) -> Judgement:
        """Return what is proven at a level."""
        return _judged(_mixed(self._worse), _mixed(self._fine), alpha)

    def needed(self, alpha: float = ALPHA) -> int | None:
        """Return how many more pairs like those so far would decide it; None where they would not."""
        if not self.n or self.judgement(alpha) is not Judgement.UNKNOWN:
            return None
        found = (_left(_mixed(logs), self.n, alpha) for logs in (self._worse, self._fine))
        return min((needed for needed in found if needed is not None), default=None)


def _gain(expected: float, fallen: float, hits: int, many: int, now: bool) -> float:
    """Return the logarithm of the e-value of one block: `many` earlier outcomes and one new one.

    The claim is that all of them have one share, whatever it is; the bet is on `expected` before and `fallen` now.
    """
    middle = (many * expected + fallen) / (many + 1)
    before = hits * math.log(expected / middle) + (many - hits) * math.log((1 - expected) / (1 - middle))
    return before + (math.log(fallen / middle) if now else math.log((1 - fallen) / (1 - middle)))


def _mixed(logs: Sequence[float]) -> float:
    """Return the logarithm of the mean of several wealths; bets side by side need no tuning."""
    top = max(logs)
    return top + math.log(sum(math.exp(log - top) for log in logs) / len(logs))


def _judged(worse: float, fine: float, alpha: float) -> Judgement:
    wall = math.log(1 / alpha)
    if worse >= wall:
        return Judgement.WORSE
    return Judgement.NOT_WORSE if fine >= wall else Judgement.UNKNOWN


def _left(log: float, n: int, alpha: float) -> int | None:
    """Return how many more pairs reach the wall at the speed so far."""
    if log <= 0:
        return None
    found = math.ceil((math.log(1 / alpha) - log) * n / log)
    return max(found, 1) if found <= MOST_NEEDED else None
