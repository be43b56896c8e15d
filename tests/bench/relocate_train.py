"""Trains the relocation model and writes its coefficients: `python -m tests.bench relocate_train --data sites.jsonl`.

Not a benchmark: run it when the features change. The threshold is the one that keeps false actions at 1 % on sites
the models have not seen (site-wise cross-validation), so it is honest for new products as far as such pages resemble
the training sites.
"""

import argparse
import json
import math
from pathlib import Path

from AIGCLibrary.locators import features, settling
from tests.support import relocation

TARGET = Path(__file__).resolve().parents[2] / "AIGCLibrary" / "locators" / "models" / "relocation.json"


def main(argv: list[str]) -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relocate_train")
    parser.add_argument("--data", help=f"file of sites; {relocation.VARIABLE} otherwise")
    parser.add_argument("--output", type=Path, default=TARGET)
    args = parser.parse_args(argv)
    trials = relocation.trials(relocation.read_sites(relocation.data_path(args.data)))
    judged = relocation.judge(trials, relocation.out_of_fold(trials, 8))
    limit = relocation.out_of_fold_threshold(judged, 8)
    first, second = relocation.Likeness(trials), relocation.Settled(judged)
    model = {
        "columns": list(features.COLUMNS),
        "linear": linear(first),
        "trees": [exported(tree) for tree in first.trees],
        "settle_columns": list(settling.COLUMNS),
        "settle": [exported(tree) for tree in second.trees],
        "threshold": round(1 / (1 + math.exp(-limit)), 3),
    }
    args.output.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{args.output}: {args.output.stat().st_size} bytes, threshold {model['threshold']}")
    return 0


def linear(model):
    """Give the regression in terms of the raw features."""
    scale, mean = model.scaler.scale_, model.scaler.mean_
    weights = model.linear.coef_[0] / scale
    count = len(features.COLUMNS)
    missing = [*weights[count:], *[0.0] * (count - len(features.NAMES))]
    return {
        "intercept": round(float(model.linear.intercept_[0] - (weights * mean).sum()), 5),
        "weights": [round(float(one), 5) for one in weights[:count]],
        "missing": [round(float(one), 5) for one in missing],
    }


def exported(classifier):
    """Give boosted trees as nodes: [column, threshold, left, right, missing goes left] or [value]."""
    trees = []
    for (predictor,) in classifier._predictors:
        nodes = [
            [round(float(n["value"]), 5)]
            if n["is_leaf"]
            else [
                int(n["feature_idx"]), round(float(n["num_threshold"]), 6), int(n["left"]), int(n["right"]),
                int(n["missing_go_to_left"]),
            ]
            for n in predictor.nodes
        ]  # fmt: skip
        trees.append(nodes)
    return {"intercept": round(float(classifier._baseline_prediction.ravel()[0]), 5), "trees": trees}
