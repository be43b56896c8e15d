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
    found = shipped(trials) if args.shipped else relocation.cross_validated(trials, args.folds)
    tell(figures, trials, found)
    return figures.end()


def shipped(trials):
    """Answer by the coefficients in the package."""
    from math import log

    from AIGCLibrary.locators import similarity

    model = similarity.coefficients("relocation")
    limit = log(model["threshold"] / (1 - model["threshold"]))
    first = [similarity.likeness(t.rows, model) for t in trials]

    class Shipped:
        def odds(self, opinions):
            return similarity.settled_odds(opinions, model)

    return [(one, limit) for one in relocation.answers(relocation.judge(trials, first), Shipped())]


def tell(figures, trials, found):
    """Print what came out."""
    present = [(one, limit) for one, limit in found if not one.removed]
    removed = [(one, limit) for one, limit in found if one.removed]
    acted_right = sum(one.right and one.odds >= limit for one, limit in present)
    acted_wrong = sum(not one.right and one.odds >= limit for one, limit in present)
    acted_removed = sum(one.odds >= limit for one, limit in removed)
    shown = [trial for trial in trials if not trial.removed]
    by_similo = [sorted(range(len(t.sums)), key=lambda i, t=t: -t.sums[i]) for t in shown]
    places = [
        next((p for p, i in enumerate(order) if t.right[i]), 99) for order, t in zip(by_similo, shown, strict=True)
    ]
    similo_1, similo_3 = (sum(p < n for p in places) / len(places) for n in (1, 3))
    count = len(present)
    figures.note(
        f"{len({t.site for t in trials})} sites, {count} targets present, {len(removed)} asked for when removed"
    )
    top_1 = sum(one.place == 0 for one, _ in present) / count
    top_3 = sum(one.place < 3 for one, _ in present) / count
    figures.add("top-1", top_1 * 100, 92, unit="%", better="higher", peer=f"Similo, published weights: {similo_1:.1%}")
    figures.add(
        "top-3", top_3 * 100, 95.5, unit="%", better="higher", peer=f"Similo, published weights: {similo_3:.1%}"
    )
    peer = "Similo without a threshold: acts always, so on every removed element"
    figures.add("healed of present", 100 * acted_right / count, 75, unit="%", better="higher", peer=peer)
    false = (acted_wrong + acted_removed) / len(found)
    figures.add("false actions of all", 100 * false, 1, unit="%")
    figures.note(
        f"wrong element of present {acted_wrong / count:.1%}, acted on removed {acted_removed / len(removed):.1%}"
    )
    acted = [one for one, limit in found if one.odds >= limit and not one.right]
    sites, nested = len({one.site for one in acted}), sum(one.nested for one in acted)
    figures.note(f"{len(acted)} false actions on {sites} sites; {nested} took what lies around the right one or in it")
    twins = sum(one.nested for one, _ in present) / count
    figures.note(f"top-1 with such an element counted as right: {top_1 + twins:.1%}; the bar is on the strict count")
    free = relocation.threshold([one for one, _ in found])
    healed = sum(one.right and one.odds >= free for one, _ in present) / count
    figures.note(f"with one threshold chosen in hindsight at 1 % false actions: {healed:.1%} healed")
