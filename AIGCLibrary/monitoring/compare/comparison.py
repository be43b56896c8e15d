"""Compares a run with earlier ones: every measure judged by its pairs, and what changed by name."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from AIGCLibrary.monitoring.compare.evidence import ALPHA, Differences, Judgement, SharePairs
from AIGCLibrary.monitoring.compare.pairs import LINES, MEASURES, SHARES, Key, Outcomes, outcomes
from AIGCLibrary.store import Store

_WEIGHTS = {"tasks": 0.4, "task_time": 0.2}
_OTHERS = (1 - sum(_WEIGHTS.values())) / (len(MEASURES) - len(_WEIGHTS))


def levels(names: Iterable[str] = MEASURES) -> dict[str, float]:
    """Return what each measure may spend of the false alarms of a comparison: completion and times of tasks the most.

    Args:
        names: Measures that the earlier runs have; what they do not have cannot report anything, and spends nothing.
    """
    weights = {name: _WEIGHTS.get(name, _OTHERS) for name in names}
    return {name: ALPHA * weight / sum(weights.values()) for name, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """One measure of two runs.

    Args:
        name: One of `pairs.MEASURES`.
        n: Pairs: things that were done in both.
        earlier: Share of hits in the earlier runs; 1 for times and costs.
        latest: Share of hits in the run; its ratio to the earlier ones for times and costs. Not a number without pairs.
        judgement: What is proven.
        needed: More pairs like these that would decide it; None where it is decided or would not be.
    """

    name: str
    n: int
    earlier: float
    latest: float
    judgement: Judgement
    needed: int | None

    @property
    def is_share(self) -> bool:
        """Whether the values are shares; ratios otherwise."""
        return self.name in SHARES


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside earlier ones.

    Args:
        run_id: The run that is judged.
        than: The runs it is compared with, the latest first.
        measures: Measures with at least one pair first.
        changed: Full names of tests whose result differs from that of the latest earlier run: name, before, now.
        only_now: Tests that only the run has.
        only_before: Tests that only the latest earlier run has.
    """

    run_id: str
    than: tuple[str, ...]
    measures: tuple[MeasureResult, ...]
    changed: tuple[tuple[str, bool, bool], ...]
    only_now: tuple[str, ...]
    only_before: tuple[str, ...]

    @property
    def judgement(self) -> Judgement:
        """Worse where one measure is; not worse where all that have pairs are; unknown otherwise."""
        found = [measure.judgement for measure in self.measures if measure.n]
        if Judgement.WORSE in found:
            return Judgement.WORSE
        even = bool(found) and all(judgement is Judgement.NOT_WORSE for judgement in found)
        return Judgement.NOT_WORSE if even else Judgement.UNKNOWN


def compare(store: Store, run_id: str, than: Sequence[str]) -> Comparison:
    """Compare a run with earlier ones.

    Args:
        store: Where the runs are.
        run_id: The run that is judged.
        than: Earlier runs, the latest first; several make a drop visible with fewer pairs.
    """
    now = outcomes(store, run_id)
    before = [outcomes(store, earlier) for earlier in than]
    spends = levels(name for name in MEASURES if any(outcome[name] for outcome in before))
    measures = [_measure(name, now, before, spends.get(name, ALPHA)) for name in MEASURES]
    latest, tests = before[0]["tests"], now["tests"]
    both = [key for key in tests if key in latest]
    return Comparison(
        run_id,
        tuple(than),
        tuple(sorted(measures, key=lambda measure_result: not measure_result.n)),
        tuple((_name(key), bool(latest[key]), bool(tests[key])) for key in both if latest[key] != tests[key]),
        tuple(_name(key) for key in tests if key not in latest),
        tuple(_name(key) for key in latest if key not in tests),
    )


def _measure(name: str, now: Outcomes, before: Sequence[Outcomes], level: float) -> MeasureResult:
    pairs: SharePairs | Differences = SharePairs() if name in SHARES else Differences(LINES[name])
    for key, value in now[name].items():
        known = [outcome[name][key] for outcome in before if key in outcome[name]]
        if not known:
            continue
        if isinstance(pairs, SharePairs):
            pairs.add([bool(passed) for passed in known], bool(value))
        else:
            pairs.add(value - known[0])  # the latest one: a mean of several would not vary as much as the run does
    if isinstance(pairs, SharePairs):
        earlier, latest = pairs.earlier, pairs.latest
    else:
        earlier, latest = 1.0, math.exp(pairs.mean) if pairs.n else math.nan
    return MeasureResult(name, pairs.n, earlier, latest, pairs.judgement(level), pairs.needed(level))


def _name(key: Key) -> str:
    return str(key[1])
