"""The "present + removed" protocol of relocation, over data in the format of the similo2 benchmark.

Each target of an old page is asked for twice on the new page: once as the page is, once without the element that is
the target there. Healing the first to the right element counts for us; acting on a wrong element, or on any element
when the right one is gone, is a false action.

The data (one JSON object a site: `site`, `targets`, `candidates`, linked by `widget_id`) comes from
https://github.com/michelnass/Similo2 and is not ours to give away: say where it is with `--data` or
`AIGC_RELOCATION_DATA`. Fields that only linked candidates carry (neighbours, type, title, placeholder) are not read.
"""

import json
import math
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from AIGCLibrary.locators import features, guards, similarity
from AIGCLibrary.locators.model import Target
from AIGCLibrary.locators.profile import profile_of
from AIGCLibrary.locators.reranking import page_context, rerank

VARIABLE = "AIGC_RELOCATION_DATA"


@dataclass(frozen=True)
class Trial:
    """One question: which of these elements is the target?"""

    site: str
    target: int
    removed: bool
    old: dict
    truth: dict
    candidates: list
    rows: list
    right: list[bool]
    sums: list[float]


def data_path(given):
    """Find the data, or leave with a message that says how to get it."""
    path = Path(given or os.environ.get(VARIABLE, ""))
    if not path.is_file():
        sys.exit(
            "The relocation data is not here. Get it from https://github.com/michelnass/Similo2, write one JSON object "
            f"a site (site, targets, candidates), and name the file with --data or {VARIABLE}."
        )
    return path


def read_sites(path):
    """Return the sites as (name, fingerprints of targets, fingerprints of candidates)."""
    sites = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            data = json.loads(line)
            sites.append(
                (data["site"], [fingerprint(x) for x in data["targets"]], [fingerprint(x) for x in data["candidates"]])
            )
    return sites


def trials(sites):
    """Return all questions of all sites; a target whose element is the page's only one cannot be removed."""
    found = []
    for site, targets, candidates in sites:
        for index, target in enumerate(targets):
            truth = next(c for c in candidates if c["widget"] == target["widget"])
            for removed in (False, True):
                kept = [c for c in candidates if not (removed and c["widget"] == target["widget"])]
                if kept:
                    rows = features.table(target, kept)
                    sums = [row[features.COLUMNS.index("sum")] for row in rows]
                    right = [c["widget"] == target["widget"] for c in kept]
                    found.append(Trial(site, index, removed, target, truth, kept, rows, right, sums))
    return found


def fingerprint(raw):
    """Read an element of the data as a fingerprint."""

    def value(key):
        text = str(raw.get(key) or "")
        return "" if text == "0" else text

    path = re.sub(r"\*\[local-name\(\) = \"(\w+)\"\]", r"\1", raw["xpath"])
    box = [float(raw[k]) for k in ("x", "y", "width", "height")] if all(k in raw for k in ("x", "width", "y")) else None
    return {
        "tag": raw["tag"].lower(),
        "text": re.sub(r"\s+", " ", value("visible_text") or value("text") or value("value")).strip(),
        "id": value("id"),
        "html_name": value("name"),
        "classes": value("class").split(),
        "href": value("href"),
        "path": path.replace("[1]", ""),
        "box": box,
        "widget": raw.get("widget_id") or object(),
    }


NEGATIVE = {"text_lost", "path_depth", "footer"}
FREE = {"textless", "text_length", "same_text"}
MONOTONE = [
    0 if name in FREE or name.startswith("ties") else -1 if name in NEGATIVE else 1 for name in features.COLUMNS
]
"""Nothing that is more alike may make a candidate less probable: keeps small data from teaching nonsense."""
KIN_MONOTONE = {"kin_apart": -1, "kin_nearest": 0, "kin_closest": -1, "peer_depth": -1}
SETTLE_MONOTONE = [
    *(1, 1, 0, -1, 1), *[1] * len(rerank.CONTEXT), *(KIN_MONOTONE.get(name, 1) for name in page_context.NAMES), 1,
    *[1] * len(rerank.WITNESSES), 1,
]  # fmt: skip
POOL = 25
BUDGET = 0.005
"""Part of all answers that may be false actions."""
MARGINS = (0.48, 0.64, 0.8, 0.96, 1.12)
"""Shares of the allowed false actions over which a threshold is averaged."""


class Likeness:
    """First opinion: logistic regression and boosted trees, half and half; and a conditional logit."""

    def __init__(self, trials):
        import numpy as np

        rows, right, weights, groups = [], [], [], []
        sizes = Counter(trial.site for trial in trials)
        for trial in trials:
            best = sorted(range(len(trial.sums)), key=lambda i, sums=trial.sums: -sums[i])[:POOL]
            shown = sorted({*best, *(i for i, ok in enumerate(trial.right) if ok)})
            rows += [trial.rows[i] for i in shown]
            right += [trial.right[i] for i in shown]
            groups.append(len(shown))
            weights += [1 / math.sqrt(sizes[trial.site])] * len(shown)
        table, right, weights = np.array(rows, float), np.array(right), np.array(weights)
        self.linear = regression(table, right, weights)
        asked = np.repeat([not trial.removed for trial in trials], groups)
        kept = [size for size, trial in zip(groups, trials, strict=True) if not trial.removed]
        self.choice = choice(table[asked], right[asked], weights[asked], kept, penalty=25, outside=False)
        self.trees = boosted(table, right, weights, MONOTONE, iterations=120, leaves=8, share=0.4, penalty=3)

    def opinions(self, trials):
        """Return the first opinion on trials."""
        import numpy as np

        table = np.array([row for trial in trials for row in trial.rows], float)
        ends = np.cumsum([len(trial.rows) for trial in trials])[:-1]
        odds = np.split((self.linear.value(table) + grown(self.trees, table)) / 2, ends)
        choices = np.split(self.choice.value(table), ends)
        reported = zip(trials, odds, choices, strict=True)
        return [rerank.Likeness(trial.rows, one.tolist(), other.tolist()) for trial, one, other in reported]


class Settled:
    """Second opinion over what `reranking/rerank.py` prepares: a choice that may be none of them, and boosted trees."""

    def __init__(self, judged):
        import numpy as np

        sizes = Counter(one.trial.site for one in judged)
        table = np.array([opinion.row for one in judged for opinion in one.opinions], float)
        right = np.array([one.trial.right[opinion.index] for one in judged for opinion in one.opinions])
        groups = [len(one.opinions) for one in judged]
        weights = np.repeat([1 / math.sqrt(sizes[one.trial.site]) for one in judged], groups)
        self.choice = choice(table, right, weights, groups, penalty=30, outside=True)
        self.trees = boosted(table, right, weights, SETTLE_MONOTONE, iterations=100, leaves=6, share=0.5, penalty=5)

    def odds(self, opinions):
        """Return the log-odds of prepared opinions."""
        import numpy as np

        table = np.array([one.row for one in opinions], float)
        return rerank.joined(self.choice.value(table).tolist(), grown(self.trees, table).tolist())


@dataclass(frozen=True)
class Linear:
    """Weights of the columns, each with one for where it is not known, over scaled columns."""

    scaler: object
    weights: object
    intercept: float

    def value(self, table):
        """Return the weighted sums of feature rows."""
        return self.scaler.transform(_filled(table)) @ self.weights + self.intercept


def regression(table, right, weights):
    """Fit a logistic regression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(_filled(table))
    fitted = LogisticRegression(C=0.05, max_iter=600)
    fitted.fit(scaler.transform(_filled(table)), right, sample_weight=weights)
    return Linear(scaler, fitted.coef_[0], float(fitted.intercept_[0]))


def choice(table, right, weights, groups, *, penalty, outside):
    """Fit a conditional logit (McFadden 1974): which one of each group, or with `outside` none of them.

    What counts is being better than the others of the same page, not being good over all pages.
    """
    import numpy as np
    from scipy.optimize import minimize
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(_filled(table))
    columns = scaler.transform(_filled(table))
    starts = np.concatenate([[0], np.cumsum(groups)[:-1]])
    each = weights / weights[starts].mean()
    chosen = right.astype(float)
    if not outside:
        chosen = chosen / np.repeat(np.maximum(np.add.reduceat(chosen, starts), 1), groups)

    def loss(values):
        utility = columns @ values[:-1] + values[-1]
        top = np.maximum.reduceat(utility, starts)
        top = np.maximum(top, 0) if outside else top
        parts = np.exp(utility - np.repeat(top, groups))
        total = np.add.reduceat(parts, starts) + (np.exp(-top) if outside else 0)
        logs = top + np.log(total)
        error = each * (parts / np.repeat(total, groups) - chosen)
        value = (each[starts] * logs).sum() - (each * chosen * utility).sum()
        slope = np.append(columns.T @ error + penalty * values[:-1], error.sum() if outside else 0.0)
        return value + penalty * (values[:-1] ** 2).sum() / 2, slope

    found = minimize(loss, np.zeros(columns.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return Linear(scaler, found[:-1], float(found[-1]))


def boosted(table, right, weights, monotone, *, iterations, leaves, share, penalty):
    """Grow boosted trees, from two seeds."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier

    # A column that no training page knows cannot be split on, and scikit-learn cannot even bin it.
    table = np.where(np.isnan(table).all(axis=0), 0.0, table)
    return [
        HistGradientBoostingClassifier(
            max_iter=iterations, learning_rate=0.06, max_leaf_nodes=leaves, min_samples_leaf=15,
            l2_regularization=penalty, monotonic_cst=monotone, max_features=share, random_state=seed,
        ).fit(table, right, sample_weight=weights)
        for seed in range(2)
    ]  # fmt: skip


def grown(trees, table):
    """Return the mean log-odds of several models of boosted trees."""
    return sum(tree.decision_function(table) for tree in trees) / len(trees)


@dataclass(frozen=True)
class Judged:
    """A trial with its prepared second opinions."""

    trial: Trial
    opinions: list


@dataclass(frozen=True)
class Answer:
    """What is answered to a trial: the best candidate's log-odds, whether it is right, and the right one's place.

    `nested` says that the best one is not right but lies around the right one or in it, as a label around its text;
    `refused` that the guards of `heal=use` do not let it pass.
    """

    site: str
    removed: bool
    odds: float
    right: bool
    place: int
    nested: bool
    refused: bool = False


def judge(trials, first, *, alone=False):
    """Prepare the second opinions of trials: the siblings are the other targets of the page, or `alone` none."""
    present = {(t.site, t.target): i for i, t in enumerate(trials) if not t.removed}
    judged = []
    for number, trial in enumerate(trials):
        others = [i for (site, target), i in present.items() if site == trial.site and target != trial.target]
        others = [] if alone else others
        siblings = [_sibling(trials[i], first[i].odds) for i in others]
        here = present[trial.site, trial.target]
        kept = [i for i, right in enumerate(trials[here].right) if not (trial.removed and right)]
        rivals = [max((first[i].odds[column] for i in others), default=rerank.NOTHING) for column in kept]
        judged.append(Judged(trial, rerank.opinions(trial.old, trial.candidates, first[number], siblings, rivals)))
    return judged


def answers(judged, settled):
    """Answer trials."""
    found = []
    for one in judged:
        odds = settled.odds(one.opinions)
        order = sorted(range(len(odds)), key=lambda i: -odds[i])
        right = [one.trial.right[one.opinions[i].index] for i in order]
        place = right.index(True) if True in right else 99
        best = one.trial.candidates[one.opinions[order[0]].index]
        paths = sorted((f"{best['path']}/", f"{one.trial.truth['path']}/"), key=len)
        nested = not right[0] and paths[1].startswith(paths[0])
        refused = refusal(best, one.trial.old)
        found.append(Answer(one.trial.site, one.trial.removed, odds[order[0]], right[0], place, nested, refused))
    return found


def refusal(best, old):
    """Return whether the guards refuse an element however probable it is."""
    scored = similarity.Scored({**best, "element": 0, "ways": ("one",)}, 1.0)
    return guards.refusal(scored, [scored], profile_of(Target("", "page", ()), old), guards.Purpose()) is not None


def folds(sites, count):
    """Split sites into folds."""
    names = sorted(sites)
    return [set(names[i::count]) for i in range(min(count, len(names)))]


def out_of_fold(trials, count):
    """Return the first opinion on each trial by a model that never saw its site."""
    found = [None] * len(trials)
    for held in folds({t.site for t in trials}, count):
        model = Likeness([t for t in trials if t.site not in held])
        asked = [number for number, trial in enumerate(trials) if trial.site in held]
        for number, reported in zip(asked, model.opinions([trials[number] for number in asked]), strict=True):
            found[number] = reported
    return found


def cross_validated(trials, outer=8, inner=4):
    """Answer each trial by models that never saw its site, in neither opinion.

    Returns:
        The answers by a suite that knows the page and by one that knows the target alone, each with the threshold
        that the other sites choose for this case.
    """
    found = {False: [], True: []}
    for held in folds({t.site for t in trials}, outer):
        train = [t for t in trials if t.site not in held]
        test = [t for t in trials if t.site in held]
        inside = out_of_fold(train, inner)
        judged = judge(train, inside)
        first = Likeness(train).opinions(test)
        second = Settled(judged)
        for alone, collected in found.items():
            limit = out_of_fold_threshold(judged, judge(train, inside, alone=alone), inner)
            collected += [(one, limit) for one in answers(judge(test, first, alone=alone), second)]
    return found


def out_of_fold_threshold(judged, asked, count):
    """Choose the threshold for what is `asked` by the answers of models that never saw the site."""
    found = []
    for held in folds({one.trial.site for one in judged}, count):
        model = Settled([one for one in judged if one.trial.site not in held])
        found += answers([one for one in asked if one.trial.site in held], model)
    # Single wrong answers decide each of these, and unseen sites are a little worse: their mean, around four fifths of
    # what is allowed, keeps what it promises.
    return sum(threshold(found, share * BUDGET) for share in MARGINS) / len(MARGINS)


def threshold(found, budget=BUDGET):
    """Return the least log-odds at which at most `budget` of all trials are acted on falsely.

    What the guards refuse is not acted on.
    """
    allowed = budget * len(found)
    wrong, limit = 0, float("inf")
    for one in sorted(found, key=lambda one: -one.odds):
        wrong += not (one.right or one.refused)
        if wrong > allowed:
            break
        limit = one.odds
    return limit


def _sibling(trial, odds):
    order = sorted(range(len(odds)), key=lambda i: -odds[i])
    second = odds[order[1]] if len(order) > 1 else rerank.NOTHING
    best = order[0]
    return rerank.Sibling(odds[best], odds[best] - second, trial.rows[best], trial.old, trial.candidates[best])


def _filled(table):
    import numpy as np

    return np.column_stack([np.nan_to_num(table, nan=0.0), np.isnan(table)])
