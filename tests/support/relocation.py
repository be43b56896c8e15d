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

from AIGCLibrary.locators import features, settling

VARIABLE = "AIGC_RELOCATION_DATA"


@dataclass(frozen=True)
class Trial:
    """One question: which of these elements is the target?"""

    site: str
    target: int
    removed: bool
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
    """Give the sites as (name, fingerprints of targets, fingerprints of candidates)."""
    sites = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            data = json.loads(line)
            sites.append((data["site"], [_print(x) for x in data["targets"]], [_print(x) for x in data["candidates"]]))
    return sites


def trials(sites):
    """Give all questions of all sites; a target whose element is the page's only one cannot be removed."""
    found = []
    for site, targets, candidates in sites:
        for index, target in enumerate(targets):
            for removed in (False, True):
                kept = [c for c in candidates if not (removed and c["widget"] == target["widget"])]
                if kept:
                    rows = features.table(target, kept)
                    sums = [row[features.COLUMNS.index("sum")] for row in rows]
                    right = [c["widget"] == target["widget"] for c in kept]
                    found.append(Trial(site, index, removed, rows, right, sums))
    return found


def _print(raw):
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
SETTLE_MONOTONE = [1, 1, 0, -1, 1, *[1] * len(settling.CONTEXT)]
POOL = 25


class Likeness:
    """First opinion: logistic regression and boosted trees, half and half."""

    def __init__(self, trials):
        import numpy as np
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        rows, right, weights = [], [], []
        sizes = Counter(trial.site for trial in trials)
        for trial in trials:
            best = sorted(range(len(trial.sums)), key=lambda i: -trial.sums[i])[:POOL]
            for index in sorted({*best, *(i for i, ok in enumerate(trial.right) if ok)}):
                rows.append(trial.rows[index])
                right.append(trial.right[index])
                weights.append(1 / math.sqrt(sizes[trial.site]))
        table = np.array(rows, float)
        self.scaler = StandardScaler().fit(_filled(table))
        self.linear = LogisticRegression(C=0.05, max_iter=600)
        self.linear.fit(self.scaler.transform(_filled(table)), right, sample_weight=weights)
        self.trees = [
            HistGradientBoostingClassifier(
                max_iter=120, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=15, l2_regularization=3,
                monotonic_cst=MONOTONE, max_features=0.4, random_state=seed,
            ).fit(table, right, sample_weight=weights)
            for seed in range(2)
        ]  # fmt: skip

    def odds(self, rows):
        """Give the log-odds of feature rows."""
        import numpy as np

        table = np.array(rows, float)
        grown = sum(tree.decision_function(table) for tree in self.trees) / len(self.trees)
        return list((self.linear.decision_function(self.scaler.transform(_filled(table))) + grown) / 2)


class Settled:
    """Second opinion: boosted trees over what `settling.py` prepares."""

    def __init__(self, judged):
        import numpy as np
        from sklearn.ensemble import HistGradientBoostingClassifier

        sizes = Counter(one.trial.site for one in judged)
        rows, right, weights = [], [], []
        for one in judged:
            for opinion in one.opinions:
                rows.append(opinion.row)
                right.append(one.trial.right[opinion.index])
                weights.append(1 / math.sqrt(sizes[one.trial.site]))
        self.trees = [
            HistGradientBoostingClassifier(
                max_iter=100, learning_rate=0.06, max_leaf_nodes=6, min_samples_leaf=15, l2_regularization=5,
                monotonic_cst=SETTLE_MONOTONE, max_features=0.5, random_state=seed,
            ).fit(np.array(rows, float), right, sample_weight=weights)
            for seed in range(2)
        ]  # fmt: skip

    def odds(self, opinions):
        """Give the log-odds of prepared opinions."""
        import numpy as np

        table = np.array([one.row for one in opinions], float)
        return list(sum(tree.decision_function(table) for tree in self.trees) / len(self.trees))


@dataclass(frozen=True)
class Judged:
    """A trial with its prepared second opinions."""

    trial: Trial
    opinions: list


@dataclass(frozen=True)
class Answer:
    """What is answered to a trial: the best candidate's log-odds, whether it is right, and the right one's place."""

    site: str
    removed: bool
    odds: float
    right: bool
    place: int


def judge(trials, odds):
    """Prepare the second opinions of trials, whose siblings are the other targets of the same page."""
    present = {(t.site, t.target): i for i, t in enumerate(trials) if not t.removed}
    judged = []
    for number, trial in enumerate(trials):
        others = [i for (site, target), i in present.items() if site == trial.site and target != trial.target]
        siblings = [_sibling(trials[i], odds[i]) for i in others]
        here = present[trial.site, trial.target]
        kept = [i for i, right in enumerate(trials[here].right) if not (trial.removed and right)]
        rivals = [max((odds[i][column] for i in others), default=settling.NOTHING) for column in kept]
        judged.append(Judged(trial, settling.opinions(odds[number], trial.rows, siblings, rivals)))
    return judged


def answers(judged, settled):
    """Answer trials."""
    found = []
    for one in judged:
        odds = settled.odds(one.opinions)
        order = sorted(range(len(odds)), key=lambda i: -odds[i])
        right = [one.trial.right[one.opinions[i].index] for i in order]
        place = right.index(True) if True in right else 99
        found.append(Answer(one.trial.site, one.trial.removed, odds[order[0]], right[0], place))
    return found


def folds(sites, count):
    """Split sites into folds."""
    names = sorted(sites)
    return [set(names[i::count]) for i in range(min(count, len(names)))]


def out_of_fold(trials, count):
    """Give the first opinion on each trial by a model that never saw its site."""
    odds = [[] for _ in trials]
    for held in folds({t.site for t in trials}, count):
        model = Likeness([t for t in trials if t.site not in held])
        for number, trial in enumerate(trials):
            if trial.site in held:
                odds[number] = model.odds(trial.rows)
    return odds


def cross_validated(trials, outer=8, inner=4):
    """Answer each trial by models that never saw its site, in neither opinion.

    Returns:
        The answers, each with the threshold that the other sites choose for 1 % false actions.
    """
    found = []
    for held in folds({t.site for t in trials}, outer):
        train = [t for t in trials if t.site not in held]
        test = [t for t in trials if t.site in held]
        judged = judge(train, out_of_fold(train, inner))
        limit = out_of_fold_threshold(judged, inner)
        first = Likeness(train)
        second = Settled(judged)
        found += [(one, limit) for one in answers(judge(test, [first.odds(t.rows) for t in test]), second)]
    return found


def out_of_fold_threshold(judged, count, budget=0.01):
    """Choose the threshold on answers of models that never saw the site."""
    found = []
    for held in folds({one.trial.site for one in judged}, count):
        model = Settled([one for one in judged if one.trial.site not in held])
        found += answers([one for one in judged if one.trial.site in held], model)
    return threshold(found, budget)


def threshold(found, budget=0.01):
    """Give the least log-odds at which at most `budget` of all trials are acted on falsely."""
    allowed = budget * len(found)
    wrong, limit = 0, float("inf")
    for one in sorted(found, key=lambda one: -one.odds):
        wrong += not one.right
        if wrong > allowed:
            break
        limit = one.odds
    return limit


def _sibling(trial, odds):
    order = sorted(range(len(odds)), key=lambda i: -odds[i])
    second = odds[order[1]] if len(order) > 1 else settling.NOTHING
    return settling.Sibling(odds[order[0]], odds[order[0]] - second, trial.rows[order[0]])


def _filled(table):
    import numpy as np

    return np.column_stack([np.nan_to_num(table, nan=0.0), np.isnan(table[:, : len(features.NAMES)])])
