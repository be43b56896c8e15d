"""`/metrics`: the latest run as Prometheus' text format, for scraping during long runs.

Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import math
import time
from collections.abc import Iterable
from typing import Any

from AIGCLibrary.monitoring.runs import latest_run
from AIGCLibrary.monitoring.series import Series, read
from AIGCLibrary.monitoring.slo import evaluate, objectives_of
from AIGCLibrary.monitoring.units import base_of
from AIGCLibrary.monitoring.verdict import TROUBLE
from AIGCLibrary.store import Store

_HELP = {
    "aigc_samples_total": ("counter", "Samples of a metric"),
    "aigc_values_total": ("counter", "Sum of the values of a metric, in base units"),
    "aigc_weights_total": ("counter", "Sum of the weights of a metric; the number of samples where they have none"),
    "aigc_slo_value": ("gauge", "Measured value of an objective, in base units"),
    "aigc_slo_low": ("gauge", "Lower end of its confidence interval"),
    "aigc_slo_high": ("gauge", "Upper end of its confidence interval"),
    "aigc_slo_samples": ("gauge", "Samples of an objective"),
    "aigc_slo_limit": ("gauge", "Hard limit of an objective, in base units"),
    "aigc_slo_verdict": ("gauge", "1 for the verdict that holds, 0 for the others"),
}


def exposition(store: Store) -> str:
    """Return the latest run as text for Prometheus; the label `run` keeps the counters of runs apart."""
    run_id = latest_run(store, going_at=time.time())
    if run_id is None:
        return ""
    found: dict[str, list[str]] = {name: [] for name in _HELP}
    sums = read(store, run_id=run_id)
    objectives = objectives_of(store, run_id).items.values()
    # What is demanded counts from 0 on: `increase` misses what a counter shows when it is first seen.
    expected = {objective.metric: Series(objective.metric, base_of(objective.unit)) for objective in objectives}
    for name, series in sorted((expected | sums).items()):
        labels = {"metric": name, "unit": series.unit, "run": run_id}
        found["aigc_samples_total"].append(_line("aigc_samples_total", labels, series.n))
        found["aigc_values_total"].append(_line("aigc_values_total", labels, series.total))
        found["aigc_weights_total"].append(_line("aigc_weights_total", labels, series.weight))
    for status in evaluate(store, objectives, run_id=run_id, found=sums):
        labels = {"slo": status.objective.name, "run": run_id}
        found["aigc_slo_samples"].append(_line("aigc_slo_samples", labels, status.n))
        for bound, limit in (("min", status.objective.least), ("max", status.objective.most)):
            if limit is not None:
                found["aigc_slo_limit"].append(_line("aigc_slo_limit", {**labels, "bound": bound}, limit))
        for verdict in TROUBLE:
            line = _line("aigc_slo_verdict", {**labels, "verdict": str(verdict)}, float(status.verdict is verdict))
            found["aigc_slo_verdict"].append(line)
        if status.value is not None and status.interval is not None:
            found["aigc_slo_value"].append(_line("aigc_slo_value", labels, status.value))
            found["aigc_slo_low"].append(_line("aigc_slo_low", labels, status.interval.low))
            found["aigc_slo_high"].append(_line("aigc_slo_high", labels, status.interval.high))
    return "".join(_family(name, lines) for name, lines in found.items() if lines)


def _family(name: str, lines: Iterable[str]) -> str:
    kind, text = _HELP[name]
    return f"# HELP {name} {text}.\n# TYPE {name} {kind}\n" + "".join(lines)


def _line(name: str, labels: dict[str, Any], value: float) -> str:
    shown = ",".join(f'{key}="{_escape(str(text))}"' for key, text in labels.items())
    number = repr(float(value)) if math.isfinite(value) else ("+Inf" if value > 0 else "-Inf")
    return f"{name}{{{shown}}} {'NaN' if math.isnan(value) else number}\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
