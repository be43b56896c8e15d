"""Objectives as Prometheus rules over the metrics of the dashboard's `/metrics`, so that Alertmanager does the rest.

Source: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ and alerting_rules/
"""

from collections.abc import Iterable
from typing import Any

import yaml

from AIGCLibrary.monitoring.catalogue import MEASURED, MetricKind
from AIGCLibrary.monitoring.history import SHORT, WINDOWS, allowed_share, reachable
from AIGCLibrary.monitoring.objectives import Better, Objective


def prometheus_rules(objectives: Iterable[Objective]) -> str:
    """Return the rules as YAML: the verdict of each objective, and burn rates of shares over several windows."""
    groups = [{"name": f"aigc-{objective.name}", "rules": _rules(objective)} for objective in objectives]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=1000)


def _rules(objective: Objective) -> list[dict[str, Any]]:
    rules = [
        {
            "alert": "AIGCObjectiveBreached",
            "expr": f'aigc_slo_verdict{{slo="{objective.name}",verdict="breach"}} == 1',
            "for": "1m",
            "labels": {"severity": "page", "slo": objective.name},
            "annotations": {"summary": f"{objective.name} is proven beyond its limit"},
        }
    ]
    known = MEASURED.get(objective.name)
    kind = objective.kind or (known.kind if known else None)
    if kind in (MetricKind.SHARE, MetricKind.RATIO):
        rules += _burns(objective)
    return rules


def _burns(objective: Objective) -> list[dict[str, Any]]:
    allowed = allowed_share(objective)
    rules: list[dict[str, Any]] = []
    if allowed <= 0:
        return rules
    spans = sorted({seconds for window, _ in WINDOWS for seconds in (window, window / SHORT)})
    for seconds in spans:
        selector = f'{{metric="{objective.metric}"}}[{_span(seconds)}]'
        good = f"sum(increase(aigc_values_total{selector})) / sum(increase(aigc_weights_total{selector}))"
        misses = f"1 - {good}" if objective.better is Better.HIGHER else good
        rules.append(
            {"record": _recorded(seconds), "expr": f"({misses}) / {allowed:.10g}", "labels": {"slo": objective.name}}
        )
    for window, threshold in WINDOWS:
        limit = f"{reachable(threshold, allowed):.4g}"
        long, short = (f'{_recorded(span)}{{slo="{objective.name}"}}' for span in (window, window / SHORT))
        rules.append(
            {
                "alert": "AIGCErrorBudgetBurn",
                "expr": f"{long} >= {limit} and {short} >= {limit}",
                "labels": {
                    "severity": "ticket" if threshold <= 1 else "page",
                    "slo": objective.name,
                    "window": _span(window),
                },
                "annotations": {
                    "summary": f"{objective.name} burns its error budget at {limit} times the rate allowed or more",
                },
            }
        )
    return rules


def _recorded(seconds: float) -> str:
    return f"aigc:slo_burn:{_span(seconds)}"


def _span(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:.0f}s"
