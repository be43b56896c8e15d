"""Relocation: how often a lost target is found again on a changed page, and how often something else is taken for it.

`python -m tests.bench relocate --data sites.jsonl` trains and tests on the given sites by site-wise cross-validation
(no model and no threshold has seen the site it is asked about), beside Similo with its published weights.
`--shipped` tests the shipped coefficients as they are: for sites they were not trained on.
"""

import argparse

from tests.bench.figures import Figures
from tests.support import relocation


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relocate")
    parser.add_argument("--data", help=f"file of sites; {relocation.VARIABLE} otherwise")
    parser.add_argument("--shipped", action="store_true", help="test the shipped coefficients instead of training")
    parser.add_argument("--folds", type=int, default=8)
    args = parser.parse_args(argv)
    figures = Figures("relocate")
    trials = relocation.trials(relocation.read_sites(relocation.data_path(args.data)))
    tell_peer(figures, trials)
    found = shipped(trials) if args.shipped else relocation.cross_validated(trials, args.folds)
    for alone, answered in found.items():
        tell(figures, answered, "the target alone" if alone else "the page")
    return figures.end()


def shipped(trials):
    """Answer by the coefficients in the package."""
    from math import log

    from AIGCLibrary.locators import similarity

    model = similarity.coefficients("relocation")
    limits = {
        alone: log(one / (1 - one)) for alone, one in ((False, model["threshold"]), (True, model["threshold_alone"]))
    }
    first = [similarity.likeness(t.rows, model) for t in trials]

    class Shipped:
        def odds(self, opinions):
            return similarity.settled_odds(opinions, model)

    return {
        alone: [(one, limit) for one in relocation.answers(relocation.judge(trials, first, alone=alone), Shipped())]
        for alone, limit in limits.items()
    }


def tell_peer(figures, trials):
    """Print what there is, and what Similo makes of it."""
    shown = [trial for trial in trials if not trial.removed]
    by_similo = [sorted(range(len(t.sums)), key=lambda i, t=t: -t.sums[i]) for t in shown]
    places = [
        next((p for p, i in enumerate(order) if t.right[i]), 99) for order, t in zip(by_similo, shown, strict=True)
    ]
    similo_1, similo_3 = (sum(p < n for p in places) / len(places) for n in (1, 3))
    sites = len({t.site for t in trials})
    figures.note(f"{sites} sites, {len(shown)} targets present, {len(trials) - len(shown)} asked for when removed")
    figures.note(
        f"Similo, published weights: top-1 {similo_1:.1%}, top-3 {similo_3:.1%}; it acts on every removed element"
    )


def tell(figures, found, known):
    """Print what came out for a suite that knows the page, or the target alone."""
    figures.note(f"a suite that knows {known}:")
    present = [(one, limit) for one, limit in found if not one.removed]
    removed = [(one, limit) for one, limit in found if one.removed]
    count = len(present)

    def acted(answers, *, right=None):
        used = [one for one, limit in answers if one.odds >= limit and not one.refused]
        return [one for one in used if right is None or one.right == right]

    top_1 = sum(one.place == 0 for one, _ in present) / count
    top_3 = sum(one.place < 3 for one, _ in present) / count
    figures.add("top-1", top_1 * 100, 92, unit="%", better="higher")
    figures.add("top-3", top_3 * 100, 95.5, unit="%", better="higher")
    healed = len(acted(present, right=True)) / count
    figures.add("healed of present", 100 * healed, 80, unit="%", better="higher")
    figures.add("wrong element of present", 100 * len(acted(present, right=False)) / count, 0.5, unit="%")
    figures.add("acted on removed", 100 * len(acted(removed)) / len(removed), 0.5, unit="%")
    false = acted(found, right=False)
    sites, nested = len({one.site for one in false}), sum(one.nested for one in false)
    figures.note(f"{len(false)} false actions on {sites} sites; {nested} took what lies around the right one or in it")
    twins = sum(one.nested for one, _ in present) / count
    figures.note(f"top-1 with such an element counted as right: {top_1 + twins:.1%}; the bar is on the strict count")
    free = relocation.threshold([one for one, _ in found])
    healed = sum(one.right and one.odds >= free and not one.refused for one, _ in present) / count
    figures.note(
        f"with one threshold chosen in hindsight at {relocation.BUDGET:.1%} false actions: {healed:.1%} healed"
    )
