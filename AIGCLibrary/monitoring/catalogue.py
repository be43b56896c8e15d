"""The metrics that are measured without being asked, and what kind of number each one is."""

from dataclasses import dataclass
from enum import StrEnum


class MetricKind(StrEnum):
    """How the samples of a metric are summed up."""

    SHARE = "share"
    """Zeros and ones: k of n, Wilson interval."""
    MEAN = "mean"
    """Measured values: mean, Hall interval."""
    RATIO = "ratio"
    """Shares with weights: sum of parts by sum of wholes, never the mean of ratios."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A kind of sample.

    Args:
        name: Name of the samples.
        kind: How they are summed up.
        unit: `1` for shares, `s` for times, `bytes` for sizes.
    """

    name: str
    kind: MetricKind
    unit: str = "1"


MEASURED = {
    "locator.gold_hit_rate": Metric("locator.gold_hit", MetricKind.SHARE),
    "locator.silver_fallback_rate": Metric("locator.silver_fallback", MetricKind.SHARE),
    "locator.bronze_fallback_rate": Metric("locator.bronze_fallback", MetricKind.SHARE),
    "locator.cache_hit_rate": Metric("locator.cache_hit", MetricKind.SHARE),
    "locator.conflict_rate": Metric("locator.conflict", MetricKind.SHARE),
    "locator.heal_rate": Metric("locator.healed", MetricKind.SHARE),
    "locator.avg_locate_time": Metric("locator.locate_time", MetricKind.MEAN, "s"),
    "async_task.completion_rate": Metric("async_task.completed", MetricKind.SHARE),
    "async_task.avg_wait_time": Metric("async_task.wait_time", MetricKind.MEAN, "s"),
    "async_task.timeout_rate": Metric("async_task.timeout", MetricKind.SHARE),
    "async_task.sla_compliance": Metric("async_task.within_sla", MetricKind.SHARE),
    "file_processing.success_rate": Metric("file_processing.success", MetricKind.SHARE),
    "file_processing.avg_processing_time": Metric("file_processing.processing_time", MetricKind.MEAN, "s"),
    "file_processing.disk_efficiency": Metric("file_processing.disk_efficiency", MetricKind.RATIO),
    "api_mixing.creation_rate": Metric("api_mixing.created", MetricKind.SHARE),
    "api_mixing.removal_rate": Metric("api_mixing.removed", MetricKind.SHARE),
}
"""What an objective's name stands for; any other name stands for the own metric of that name."""

BY_METRIC = {metric.name: metric for metric in MEASURED.values()}


def metric_of(name: str) -> str:
    """Return the name of the samples behind an objective or metric name."""
    return MEASURED[name].name if name in MEASURED else name
