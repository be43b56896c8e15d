"""How few pairs any test could do with: what bounds the figures of `compare` from below.

Let the earlier runs pass with share p, the new one with share q, and let `alpha` be the share of runs without a
difference that may ever be reported. A test has to keep that promise whatever the common share is, so also where both
have the share m = (k p + q) / (k + 1) of k earlier runs and the new one together.

- **A look after every pair** (Wald 1945, "Sequential Tests of Statistical Hypotheses", Ann. Math. Stat. 16): a test
  that finds the drop at last needs on average at least `log(1 / alpha) / (k KL(p, m) + KL(q, m))` pairs, where KL is
  the divergence of two shares in nats: what one block of outcomes can say at most.
- **A single look** at a number of pairs that is fixed beforehand (Neyman & Pearson 1933, "On the problem of the most
  efficient tests of statistical hypotheses", Phil. Trans. A 231): the likelihood ratio against m finds the drop more
  often than any other test at the same share of false alarms. Whatever a sequential test has reported by then is a test
  at that number of pairs too, so it spends at least as many false alarms to have found half of the drops.
"""

import math

import numpy as np


def mean_pairs(p: float, q: float, alpha: float, runs: int) -> float:
    """Return the least mean number of pairs of a test that is looked at after every pair."""
    middle = (runs * p + q) / (runs + 1)
    return math.log(1 / alpha) / (runs * _divergence(p, middle) + _divergence(q, middle))


def single_look(p: float, q: float, alpha: float) -> int:
    """Return the least number of pairs at which a single look finds half of the drops, with one earlier run."""
    low, high = 1, 1
    while alarms(p, q, high) > alpha:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if alarms(p, q, middle) <= alpha else (middle, high)
    return high


def alarms(p: float, q: float, pairs: int) -> float:
    """Return the least share of false alarms at which a look after `pairs` finds half of the drops."""
    middle = (p + q) / 2
    there = np.outer(_binomial(pairs, p), _binomial(pairs, q)).ravel()
    alike = np.outer(_binomial(pairs, middle), _binomial(pairs, middle)).ravel()
    order = np.argsort(-np.log(np.maximum(there, 1e-300)) + np.log(np.maximum(alike, 1e-300)), kind="stable")
    found, spent = np.cumsum(there[order]), np.cumsum(alike[order])
    last = int(np.searchsorted(found, 0.5))
    over = (found[last] - 0.5) / there[order][last]  # the last outcome counts in part, as a randomised test would
    return float(spent[last] - over * alike[order][last])


def _binomial(n: int, share: float) -> "np.ndarray":
    hits = np.arange(n + 1)
    ways = np.array([math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in hits])
    return np.exp(ways + hits * math.log(share) + (n - hits) * math.log(1 - share))


def _divergence(share: float, other: float) -> float:
    return share * math.log(share / other) + (1 - share) * math.log((1 - share) / (1 - other))
