"""Trains the relocation model and writes its coefficients: `python -m tests.bench relocate_train --data sites.jsonl`.

Not a benchmark: run it when the features change. The thresholds, one for a suite that knows the page and one for
a target alone, keep false actions at half a percent on sites the models have not seen (site-wise cross-validation), so
they are honest for new products as far as such pages resemble the training sites.
"""

import argparse
import json
import math
from pathlib import Path

from AIGCLibrary.locators import features
from AIGCLibrary.locators.reranking import rerank
from tests.support import relocation

TARGET = Path(__file__).resolve().parents[2] / "AIGCLibrary" / "locators" / "models" / "relocation.json"


def main(argv: list[str]) -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relocate_train")
    parser.add_argument("--data", help=f"file of sites; {relocation.VARIABLE} otherwise")
    parser.add_argument("--output", type=Path, default=TARGET)
    args = parser.parse_args(argv)
    trials = relocation.trials(relocation.read_sites(relocation.data_path(args.data)))
    outside = relocation.out_of_fold(trials, 8)
    judged = relocation.judge(trials, outside)
    limits = [
        relocation.out_of_fold_threshold(judged, relocation.judge(trials, outside, alone=alone), 8)
        for alone in (False, True)
    ]
    model = exported(relocation.Likeness(trials), relocation.Settled(judged), *limits)
    args.output.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{args.output}: {args.output.stat().st_size} bytes, threshold {model['threshold']}")
    return 0


def exported(first, second, limit, limit_alone):
    """Return trained models as plain coefficients."""
    return {
        "columns": list(features.COLUMNS),
        "linear": linear(first.linear, len(features.COLUMNS)),
        "choice": linear(first.choice, len(features.COLUMNS)),
        "trees": [trees(one) for one in first.trees],
        "settle_columns": list(rerank.COLUMNS),
        "settle_choice": linear(second.choice, len(rerank.COLUMNS)),
        "settle": [trees(one) for one in second.trees],
        "threshold": round(1 / (1 + math.exp(-limit)), 3),
        "threshold_alone": round(1 / (1 + math.exp(-limit_alone)), 3),
    }


def linear(model, count):
    """Return a linear model in terms of the raw features."""
    weights = model.weights / model.scaler.scale_
    return {
        "intercept": round(float(model.intercept - (weights * model.scaler.mean_).sum()), 5),
        "weights": [round(float(one), 5) for one in weights[:count]],
        "missing": [round(float(one), 5) for one in weights[count:]],
    }


def trees(classifier):
    """Return boosted trees as nodes: [column, threshold, left, right, missing goes left] or [value]."""
    found = []
    for (predictor,) in classifier._predictors:
        nodes = [
            [round(float(n["value"]), 5)]
            if n["is_leaf"]
            else [
                int(n["feature_idx"]), round(float(n["num_threshold"]), 12), int(n["left"]), int(n["right"]),
                int(n["missing_go_to_left"]),
            ]
            for n in predictor.nodes
        ]  # fmt: skip
        found.append(nodes)
    return {"intercept": round(float(classifier._baseline_prediction.ravel()[0]), 5), "trees": found}
