"""How early the end of a task is seen, and with how many questions: learned looks beside what others do.

Protocol: durations of six families; 200 of them are history, others are waited for; the looks come from the
production classes (`PollPlan`, `predict`), the true distribution is never seen by them. Delay is the time from the
end of a task to the look that sees it. Every pause is at most 30 s and at least 1 s. Peers: a fixed pause of 5 s,
exponential 1 → 30 s, `Wait Until Keyword Succeeds  … 10 s`, and the optimum of Barlow, Hunter and Proschan at the same
number of questions, computed by dynamic programming from 4,000 durations of the same family.
"""

import argparse
import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from statistics import fmean

from AIGCLibrary.tasks.censoring import ObservedDuration
from AIGCLibrary.tasks.history import History
from AIGCLibrary.tasks.planner import REMAINDER
from AIGCLibrary.tasks.poll_interval import PollPlan
from AIGCLibrary.tasks.prediction import predict
from AIGCLibrary.tasks.schedule import exponential
from tests.bench.figures import Figures
from tests.bench.wait_bound import bounds, looks

CAP, LEAST, LIMIT = 30.0, 1.0, 600.0
Draw = Callable[[random.Random], float]


def lognormal(median: float, sigma: float) -> Draw:
    """Return a family of durations around a median in seconds."""
    return lambda rng: median * math.exp(sigma * rng.gauss(0, 1))


def mixed(share: float, one: Draw, other: Draw) -> Draw:
    """Return a family of which a share is of one sort, the rest of another."""
    return lambda rng: one(rng) if rng.random() < share else other(rng)


FAMILIES: dict[str, Draw] = {
    "log-normal, median 90 s, sigma 0.5": lognormal(90, 0.5),
    "log-normal, median 90 s, sigma 0.25": lognormal(90, 0.25),
    "bimodal, 45 s and 180 s": mixed(0.6, lognormal(45, 0.25), lognormal(180, 0.25)),
    "heavy tail, 10 % Pareto 1.5": mixed(0.1, lambda rng: min(90 * rng.paretovariate(1.5), 900), lognormal(90, 0.3)),
    "7 % fail at 3 s": mixed(0.07, lognormal(3, 0.1), lognormal(90, 0.35)),
    "images, median 12 s, sigma 0.4": lognormal(12, 0.4),
}
TWO_PHASES: dict[str, tuple[Draw, Draw]] = {
    "queue 5 s or 60 s, run 60 s": (mixed(0.5, lognormal(5, 0.3), lognormal(60, 0.3)), lognormal(60, 0.2)),
    "queue exponential 60 s, run 60 s": (lambda rng: rng.expovariate(1 / 60), lognormal(60, 0.15)),
}


def main(argv: list[str]) -> int:
    """Measure the figures of waiting."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench wait")
    parser.add_argument("--tasks", type=int, default=3000, help="tasks waited for in each family and repetition")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args(argv)
    figures = Figures("wait")
    bounds(figures, FAMILIES)
    for name, draw in FAMILIES.items():
        one_phase(figures, name, draw, options)
    for name, draws in TWO_PHASES.items():
        two_phases(figures, name, draws, options)
    progress(figures, options)
    timeouts(figures, options)
    return figures.end()


def one_phase(figures: Figures, name: str, draw: Draw, options: argparse.Namespace) -> None:
    """Compare the learned looks of one family with the others'."""
    ours, alone, back_off, fixed, keyword, optimum = [], [], [], [], [], []
    for seed in range(options.repeat):
        rng = random.Random(seed)
        plan = PollPlan(History(ObservedDuration(draw(rng)) for _ in range(200)), 60, CAP, LEAST)
        ends = [draw(rng) for _ in range(options.tasks)]
        ours.append(measured(ends, stepper(list(looks(plan, 4000.0, seed=seed)), 0.0)))
        alone.append(measured(ends, lambda now, plan=plan: plan.next_delay(now, None, 0.0)))
        back_off.append(measured(ends, stepper(exponential(CAP, 4000))))
        fixed.append(measured(ends, lambda _now: 5.0))
        keyword.append(measured(ends, lambda _now: 10.0))
    rng = random.Random(99)
    best = optimal(sorted(draw(rng) for _ in range(4000)), mean(alone, 0))
    optimum.append(measured([draw(rng) for _ in range(options.tasks)], stepper(best)))
    peer = f"exponential {mean(back_off, 1):.2f} s with {mean(back_off, 0):.2f} questions"
    figures.add(f"delay, {name}", mean(ours, 1), mean(back_off, 1) / 2.5, unit="s", peer=peer)
    figures.add(f"questions, {name}", mean(ours, 0), 60, unit="", peer=peer)
    figures.note(
        f"history alone, without the bound: {mean(alone, 1):.2f} s, {mean(alone, 0):.2f} · "
        f"fixed 5 s: {mean(fixed, 1):.2f} s, {mean(fixed, 0):.1f} · WUKS 10 s: {mean(keyword, 1):.2f} s, "
        f"{mean(keyword, 0):.1f} · optimum: {mean(optimum, 1):.2f} s, {mean(optimum, 0):.2f}"
    )


def two_phases(figures: Figures, name: str, draws: tuple[Draw, Draw], options: argparse.Namespace) -> None:
    """Tasks that queue and then run; only the state shows the start, no time does."""
    delays, questions, back_off = [], [], []
    for seed in range(options.repeat):
        rng = random.Random(seed)
        pairs = [(draws[0](rng), draws[1](rng)) for _ in range(200 + options.tasks)]
        plan = PollPlan(
            History(ObservedDuration(queue + run, queued=queue) for queue, run in pairs[:200]), 60, CAP, LEAST
        )
        for queue, run in pairs[200:]:
            count, delay = phased(plan, queue, run)
            questions.append(count)
            delays.append(delay)
        back_off.append(measured([queue + run for queue, run in pairs[200:]], stepper(exponential(CAP, 4000))))
    peer = f"exponential {mean(back_off, 1):.2f} s with {mean(back_off, 0):.2f} questions"
    figures.add(f"delay, {name}", fmean(delays), 3.0, unit="s", peer=peer)
    figures.add(f"questions, {name}", fmean(questions), 8.6, peer=peer)


def phased(plan: PollPlan, queue: float, run: float) -> tuple[int, float]:
    """Wait for one task of two phases."""
    now, count, began = 0.0, 0, None
    while True:
        gap = plan.next_delay(now, None, 0.0) if began is None else plan.next_delay(now, now - began[0], began[1])
        before, now, count = now, now + min(max(gap, LEAST), CAP), count + 1
        if now >= queue + run:
            return count, now - queue - run
        if began is None and now >= queue:
            began = plan.start(before, now)


def progress(figures: Figures, options: argparse.Namespace) -> None:
    """Tasks that tell their progress, with noise and curvature."""
    rng, delays, questions = random.Random(1), [], []
    draw = lognormal(90, 0.5)
    for _ in range(options.tasks):
        end, bend, now, count = draw(rng), 1 + 0.15 * rng.gauss(0, 1), 0.0, 0
        while now < end:
            reported = min(max((now / end) ** max(bend, 0.5) + 0.03 * rng.gauss(0, 1), 0.0), 0.99) if now else 0.0
            gap = REMAINDER * now * (1 - reported) / reported if reported > 0 else 9.0
            now, count = now + min(max(gap, LEAST), CAP), count + 1
        delays.append(now - end)
        questions.append(count)
    figures.note(
        f"with progress reported: {fmean(delays):.2f} s with {fmean(questions):.1f} questions (exponential 15.0 s, 7.9)"
    )


def timeouts(figures: Figures, options: argparse.Namespace) -> None:
    """Predicted timeouts: how many healthy tasks they end, and whether that grows by its own feedback."""
    worst = 0.0
    for name, draw in FAMILIES.items():
        if "tail" in name:
            continue
        false = total = 0
        for seed in range(60):
            rng = random.Random(seed)
            for size in (10, 20, 50, 200):
                limit = predict(History(ObservedDuration(draw(rng)) for _ in range(size)), LIMIT).seconds
                ends = [draw(rng) for _ in range(200)]
                false += sum(end > limit for end in ends)
                total += len(ends)
        worst = max(worst, 100 * false / total)
    figures.add(
        "false predicted timeouts, worst family", worst, 1.0, unit="%", peer="p99 of history: 1.5 to 9.7 % (research)"
    )
    rng, draw = random.Random(5), FAMILIES["log-normal, median 90 s, sigma 0.5"]
    records = [ObservedDuration(draw(rng)) for _ in range(20)]
    false = [0, 0]
    for number in range(3000):
        limit = predict(History(records), LIMIT).seconds
        end = draw(rng)
        records.append(ObservedDuration(min(end, limit), censored=end > limit))
        records = records[-200:]
        false[number >= 1500] += end > limit
    figures.add(
        "false timeouts under their own feedback, last 1,500 of 3,000", 100 * false[1] / 1500, 1.0, unit="%",
        peer=f"first 1,500: {100 * false[0] / 1500:.2f} %; without censored records it spirals to 75 % (research)",
    )  # fmt: skip


def measured(ends: list[float], gap: Callable[[float], float]) -> tuple[float, float]:
    """Wait for tasks; gives the mean number of questions and the mean delay in seconds."""
    questions = delay = 0.0
    for end in ends:
        now = 0.0
        while now < end:
            now += min(gap(now), CAP)
            questions += 1
        delay += now - end
    return questions / len(ends), delay / len(ends)


def stepper(times: list[float], slack: float = 1e-6) -> Callable[[float], float]:
    """Follow looks at given times."""

    def gap(now: float) -> float:
        index = bisect_right(times, now + slack)
        return times[index] - now if index < len(times) else CAP

    return gap


def optimal(ends: list[float], budget: float) -> list[float]:
    """Return the looks of least delay at a mean number of questions, exactly on a grid of quantiles."""
    grid = [0.0] + [ends[round(step * (len(ends) - 1) / 250)] + 0.05 for step in range(251)]
    grid = sorted({*grid, *(10.0 * step for step in range(1, int(ends[-1] / 10) + 2))})
    seen = [bisect_left(ends, time) for time in grid]
    sums = [0.0]
    for end in ends:
        sums.append(sums[-1] + end)
    low, high, best = 0.01, 100.0, grid[1:]
    for _ in range(14):
        cost = math.sqrt(low * high)
        found, count = _least(grid, seen, sums, len(ends), cost)
        if count <= budget:
            best, high = found, cost
        else:
            low = cost
    return best


def _least(grid: list[float], seen: list[int], sums: list[float], total: int, cost: float) -> tuple[list[float], float]:
    size = len(grid)
    value, follow = [0.0] * size, [size - 1] * size
    for index in range(size - 2, -1, -1):
        least, price = math.inf, cost * (total - seen[index])
        for other in range(index + 1, size):
            if grid[other] - grid[index] > CAP and other > index + 1:
                break
            here = seen[other] - seen[index]
            delay = grid[other] * here - (sums[seen[other]] - sums[seen[index]])
            if price + delay + value[other] < least:
                least, follow[index] = price + delay + value[other], other
        value[index] = least
    times, index, count = [], 0, 0.0
    while index < size - 1:
        count += (total - seen[index]) / total
        index = follow[index]
        times.append(grid[index])
    return times, count


def mean(pairs: list[tuple[float, float]], which: int) -> float:
    """Return the mean of one part of several measurements."""
    return fmean(pair[which] for pair in pairs)
