"""The bound of detection: no end of a task is seen later than max(1 s, 10 % of its time), with history or without.

Durations from 1 s to 10 min, each waited for with the production `Planner` on a clock of its own; answers come at once.
"""

import math
import random
from collections.abc import Callable, Iterator
from statistics import fmean
from types import SimpleNamespace
from typing import Any

from AIGCLibrary.tasks.censoring import ObservedDuration
from AIGCLibrary.tasks.history import History
from AIGCLibrary.tasks.planner import Planner
from AIGCLibrary.tasks.poll_interval import PollPlan, bound
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.sla import SLA
from AIGCLibrary.tasks.states import TaskState
from AIGCLibrary.tasks.watch import TaskWatch, Waiter
from tests.bench.figures import Figures

Draw = Callable[[random.Random], float]
DURATIONS = [math.exp(step * math.log(600.0) / 240) for step in range(241)]
PRIOR, CAP, LEAST = 60.0, 30.0, 1.0


def looks(plan: PollPlan | None, limit: float, *, target: TaskState | None = None, seed: int = 0) -> Iterator[float]:
    """Return the seconds after the submit at which a task is asked for."""
    provider: Any = SimpleNamespace(hints=SimpleNamespace(min_interval=0.0), prior=PRIOR)
    task = Task("video:bench", "video", "bench", sla=SLA(max_poll_interval=CAP))
    client: Any = SimpleNamespace(provider=provider)
    watch = TaskWatch(task, client, 0.0, plan=plan)
    watch.waiters = (Waiter(target, limit, limit, "timeout"),)
    planner, now = Planner(seed), 0.0
    while now < limit:
        now += planner.next_delay(watch, now)
        task.polls, task.looked_at = task.polls + 1, now
        yield now


def plan_alone(plan: PollPlan, limit: float) -> Iterator[float]:
    """Return the looks of a plan by itself, as they were before the bound counted with history, too."""
    now = 0.0
    while now < limit:
        now += min(max(plan.next_delay(now, None, 0.0), LEAST), CAP)
        yield now


def worst(times: list[float]) -> float:
    """Return the largest share of the allowed delay that any duration is seen late."""
    return max((next(time for time in times if time >= end) - end) / bound(end) for end in DURATIONS)


def bounds(figures: Figures, families: dict[str, Draw]) -> None:
    """Measure the worst ratio of delay to bound, and the questions in ten minutes."""
    for target, name in ((None, "the end"), (TaskState.PROCESSING, "the start")):
        times = [list(looks(None, 1300.0, target=target, seed=seed)) for seed in range(5)]
        figures.add(f"delay of {name} / bound, worst of 1 s to 10 min, no history", max(map(worst, times)), 1.03)
        figures.add(f"questions in ten minutes, {name}, no history", most(times), 60)
    ratios, questions, before, fewer = [], [], [], []
    for draw in families.values():
        for seed in range(3):
            rng = random.Random(seed)
            plan = PollPlan(History(ObservedDuration(draw(rng)) for _ in range(200)), PRIOR, CAP, LEAST)
            times, alone = list(looks(plan, 1300.0, seed=seed)), list(plan_alone(plan, 1300.0))
            ratios.append(worst(times))
            questions.append(most([times]))
            before.append(worst(alone))
            fewer.append(most([alone]))
    peer = f"the plan alone: {max(before):.3g} (before)"
    figures.add("delay / bound, worst of 1 s to 10 min, six families with history", max(ratios), 1.03, peer=peer)
    peer = f"the plan alone: {max(fewer)} at most, {fmean(fewer):.1f} on average (before)"
    figures.add("questions in ten minutes, six families with history", max(questions), 60, peer=peer)


def most(runs: list[list[float]]) -> int:
    """Return the largest number of looks in the first ten minutes."""
    return max(sum(time <= 600.0 for time in times) for times in runs)
