"""The metrics that are measured without being asked, and what kind of number each one is."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
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
    kind: Kind
    unit: str = "1"


MEASURED = {
    "locator.gold_hit_rate": Metric("locator.gold_hit", Kind.SHARE),
    "locator.silver_fallback_rate": Metric("locator.silver_fallback", Kind.SHARE),
    "locator.bronze_fallback_rate": Metric("locator.bronze_fallback", Kind.SHARE),
    "locator.cache_hit_rate": Metric("locator.cache_hit", Kind.SHARE),
    "locator.conflict_rate": Metric("locator.conflict", Kind.SHARE),
    "locator.heal_rate": Metric("locator.healed", Kind.SHARE),
    "locator.avg_locate_time": Metric("locator.locate_time", Kind.MEAN, "s"),
    "async_task.completion_rate": Metric("async_task.completed", Kind.SHARE),
    "async_task.avg_wait_time": Metric("async_task.wait_time", Kind.MEAN, "s"),
    "async_task.timeout_rate": Metric("async_task.timeout", Kind.SHARE),
    "async_task.sla_compliance": Metric("async_task.within_sla", Kind.SHARE),
    "file_processing.success_rate": Metric("file_processing.success", Kind.SHARE),
    "file_processing.avg_processing_time": Metric("file_processing.processing_time", Kind.MEAN, "s"),
    "file_processing.disk_efficiency": Metric("file_processing.disk_efficiency", Kind.RATIO),
    "api_mixing.creation_rate": Metric("api_mixing.created", Kind.SHARE),
    "api_mixing.removal_rate": Metric("api_mixing.removed", Kind.SHARE),
}
"""What an objective's name stands for; any other name stands for the own metric of that name."""

BY_METRIC = {metric.name: metric for metric in MEASURED.values()}


def metric_of(name: str) -> str:
    """Give the name of the samples behind an objective or metric name."""
    return MEASURED[name].name if name in MEASURED else name
