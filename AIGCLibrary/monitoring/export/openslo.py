"""Objectives as OpenSLO v1 documents (https://openslo.com): min and max become objectives of one indicator each."""

from collections.abc import Iterable
from typing import Any

import yaml

from AIGCLibrary.monitoring.catalogue import MEASURED, MetricKind
from AIGCLibrary.monitoring.objectives import Better, Objective

API = "openslo/v1"


def openslo(objectives: Iterable[Objective], window: str = "7d") -> str:
    """Return the objectives as YAML documents: one Service, and an SLO for each objective.

    Args:
        objectives: What is demanded.
        window: How far the error budget reaches back.
    """
    service = {
        "apiVersion": API,
        "kind": "Service",
        "metadata": {"name": "aigc-product"},
        "spec": {"description": "The AIGC product under test"},
    }
    documents = [service, *(_slo(objective, window) for objective in objectives)]
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=1000)


def _slo(objective: Objective, window: str) -> dict[str, Any]:
    known = MEASURED.get(objective.name)
    kind = objective.kind or (known.kind if known else MetricKind.MEAN)
    indicator = _ratio(objective) if kind in (MetricKind.SHARE, MetricKind.RATIO) else _threshold(objective)
    return {
        "apiVersion": API,
        "kind": "SLO",
        "metadata": {"name": objective.name.replace(".", "-").replace("_", "-").lower(), "displayName": objective.name},
        "spec": {
            "service": "aigc-product",
            "description": objective.description or f"{objective.name} over the test runs",
            "budgetingMethod": "Occurrences",
            "timeWindow": [{"duration": window, "isRolling": True}],
            "indicator": {
                "metadata": {"name": objective.metric.replace(".", "-").replace("_", "-")},
                "spec": indicator,
            },
            "objectives": [_objective(objective, kind)],
        },
    }


def _objective(objective: Objective, kind: MetricKind) -> dict[str, Any]:
    line, up = objective.line, objective.better is Better.HIGHER
    if kind in (MetricKind.SHARE, MetricKind.RATIO):
        return {"displayName": objective.name, "target": round(line if up else 1 - line, 10)}
    return {"displayName": objective.name, "op": "gte" if up else "lte", "value": line, "target": 0.95}


def _source(query: str) -> dict[str, Any]:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def _ratio(objective: Objective) -> dict[str, Any]:
    selector = f'{{metric="{objective.metric}"}}'
    hits, all_ = f"sum(aigc_values_total{selector})", f"sum(aigc_weights_total{selector})"
    good = hits if objective.better is Better.HIGHER else f"{all_} - {hits}"
    return {"ratioMetric": {"counter": True, "good": _source(good), "total": _source(all_)}}


def _threshold(objective: Objective) -> dict[str, Any]:
    return {"thresholdMetric": _source(f'aigc_slo_value{{slo="{objective.name}"}}')}
