"""Stop: how much of a bad build's cost `stop: proven` saves, and whether any verdict changes.

    python -m tests.bench stop [--runs N]

Each simulated run has 120 tasks, each of one credit, and the objective `completion >= 90 %`. Half of the builds are
good (95 to 99.5 %), half are bad (55 to 80 %). The peer is the full run of the same tasks.
"""

import argparse
import random

from AIGCLibrary.monitoring.live import SequentialTest
from AIGCLibrary.monitoring.objectives import Objective, from_data
from AIGCLibrary.monitoring.series import series_of
from AIGCLibrary.monitoring.verdict import Verdict, judge
from tests.bench.figures import Figures

TASKS = 120
SLO = {"slo": {"async_task": {"completion_rate": {"min": 0.9, "target": 0.95, "stop": "proven"}}}}


def main(argv: list[str]) -> int:
    """Measure all figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench stop")
    parser.add_argument("--runs", type=int, default=1000)
    args = parser.parse_args(argv)
    figures = Figures("stop")
    random.seed(20261129)
    (objective,) = from_data(SLO).items.values()
    same, saved, changed = [], [], []
    for number in range(args.runs):
        bad = number % 2 == 0
        share = random.uniform(0.55, 0.8) if bad else random.uniform(0.95, 0.995)
        outcomes = [float(random.random() < share) for _ in range(TASKS)]
        ordered = stopped_after(objective, outcomes)
        same.append(fails(objective, outcomes[:ordered]) == fails(objective, outcomes))
        if bad:
            saved.append(1 - ordered / TASKS)
        else:
            changed.append(ordered < TASKS)
    figures.add("runs with the verdict of the full run", 100 * sum(same) / len(same), 99, unit="%", better="higher")
    figures.add("cost saved on bad builds, mean", 100 * sum(saved) / len(saved), 30, unit="%", better="higher")
    figures.add("good builds that are stopped", 100 * sum(changed) / len(changed), 0, unit="%")
    return figures.end()


def stopped_after(objective: Objective, outcomes: list[float]) -> int:
    """Return how many tasks are ordered when it is asked before each of them."""
    test = SequentialTest(objective)
    for n, value in enumerate(outcomes, 1):
        test.add([value])
        if test.finding.broken and fails(objective, outcomes[:n]):
            return n
    return len(outcomes)


def fails(objective: Objective, outcomes: list[float]) -> bool:
    """Return whether the objective is in breach."""
    return judge(objective, series_of(objective.metric, outcomes)).verdict is Verdict.BREACH
