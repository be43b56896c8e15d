"""Compare: how rarely a run without a difference is reported as worse, and how soon a drop is found.

    python -m tests.bench compare [--runs N]

Every pair is followed by a look, at the level the measure has within a whole comparison. The peer is the usual test: a
paired z test (McNemar's for shares) at 1 % after each pair from the tenth on.
"""

import argparse
import math
import random
import statistics
from collections.abc import Callable

from AIGCLibrary.monitoring.compare.comparison import levels
from AIGCLibrary.monitoring.compare.evidence import ALPHA, Differences, Judgement, SharePairs
from tests.bench import compare_bound
from tests.bench.figures import Figures

PAIRS = 400
_LEVELS = levels()
Z = 2.326
DROP = (0.99, 0.89)
NEAR = 1.15
"""How near to the least mean number of pairs ours has to come with one earlier run, where 60 cannot be reached."""


def main(argv: list[str]) -> int:
    """Measure all figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench compare")
    parser.add_argument("--runs", type=int, default=1000)
    args = parser.parse_args(argv)
    figures = Figures("compare")
    random.seed(20261129)
    for share in (0.99, 0.9, 0.7):
        for before in (1, 5):
            alarms, peer = zip(*(shares(share, share, before) for _ in range(args.runs)), strict=True)
            beside = f"z test {_share(peer):.1%}" if before == 1 else ""
            figures.add(
                f"false alarms, share {share:.0%} in both, {before} earlier run(s), {PAIRS} looks",
                _share(alarms) * 100, 100 * ALPHA, unit="%", peer=beside,
            )  # fmt: skip
    alarms = [times(1.0) for _ in range(args.runs)]
    figures.add("false alarms, times alike", _share(alarms) * 100, 100 * ALPHA, unit="%")
    for before in (5, 1):
        found = [shares(*DROP, before)[0] or PAIRS for _ in range(args.runs)]
        level = _LEVELS["tasks"]
        label = f"pairs until a drop from 99 % to 89 % is found, {before} earlier run(s), median"
        bound = compare_bound.mean_pairs(*DROP, level, before)
        figures.add(label, statistics.median(found), 60 if before == 5 else round(bound * NEAR))
        figures.note(
            f"no test that is looked at after every pair needs fewer than {bound:.0f} on average at {level:.1%}"
        )
    single, spent = compare_bound.single_look(*DROP, level), compare_bound.alarms(*DROP, 60)
    figures.note(
        f"60 pairs are out of reach with one earlier run: even a single look finds half of the drops at {single} pairs"
        f" at the earliest; a look at 60 costs {spent:.2%} false alarms, and there are {level:.1%} (compare_bound.py)"
    )
    slow = [times(1.5) or PAIRS for _ in range(args.runs)]
    figures.add("pairs until times 1.5 times as long are found, median", statistics.median(slow), 60)
    even = statistics.median(fine(0.97) for _ in range(200))
    figures.note(f"pairs until 'not worse' at 97 %, 5 earlier runs, median: {even:g}")
    return figures.end()


def shares(before: float, now: float, runs: int) -> tuple[int | None, int | None]:
    """Return after how many pairs ours and the z test report a run as worse; None for never."""
    pairs, worse, better, peer = SharePairs(), 0, 0, None
    for n in range(1, PAIRS + 1):
        old, new = [random.random() < before for _ in range(runs)], random.random() < now
        pairs.add(old, new)
        worse, better = worse + (old[0] and not new), better + (new and not old[0])
        if peer is None and n >= 10 and worse + better and (worse - better) / math.sqrt(worse + better) > Z:
            peer = n
        if pairs.judgement(_LEVELS["tasks"]) is Judgement.WORSE:
            return n, peer
    return None, peer


def fine(share: float) -> int:
    """Return after how many pairs a run without a difference is reported as not worse."""
    pairs = SharePairs()
    return _first(
        pairs.judgement,
        lambda: pairs.add([random.random() < share for _ in range(5)], random.random() < share),
        Judgement.NOT_WORSE,
    )


def times(factor: float) -> int | None:
    """Return after how many pairs of log-normal times the run is reported as worse; None for never."""
    found = Differences(math.log(1.1))

    def add() -> None:
        found.add(math.log(factor) + random.gauss(0, 0.5))

    n = _first(lambda: found.judgement(_LEVELS["task_time"]), add, Judgement.WORSE)
    return n if n < PAIRS else None


def _first(judgement: Callable[[], Judgement], add: Callable[[], None], wanted: Judgement) -> int:
    for n in range(1, PAIRS + 1):
        add()
        if judgement() is wanted:
            return n
    return PAIRS


def _share(found: "tuple[int | None, ...] | list[int | None]") -> float:
    return sum(one is not None for one in found) / len(found)
