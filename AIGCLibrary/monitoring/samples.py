"""Turns what happened into samples: one row a measured value, zeros and ones for shares."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from AIGCLibrary.events import Bus, DataChanged, FileProcessed, MetricRecorded, TargetLocated, TaskFinished
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import sample

REFUSALS = ("bad_input", "moderation")
TIERS = {"gold": "locator.gold_hit", "silver": "locator.silver_fallback", "bronze": "locator.bronze_fallback"}


class MeasuredValue(NamedTuple):
    """One measured value: its metric, the number, its unit, and how much it weighs in a mean."""

    metric: str
    number: float
    unit: str = "1"
    weight: float | None = None


class Collector:
    """Subscribes to the bus and writes samples.

    Args:
        bus: Where events come from.
        store: Where samples go.
        place: Returns the id of the running keyword in log.html, where there is one.
    """

    def __init__(self, bus: Bus, store: Store, place: Callable[[], str | None] = lambda: None) -> None:
        self._store = store
        self.place = place
        bus.subscribe(TargetLocated, self.target_located)
        bus.subscribe(TaskFinished, self.task_finished)
        bus.subscribe(FileProcessed, self.file_processed)
        bus.subscribe(DataChanged, self.data_changed)
        bus.subscribe(MetricRecorded, self.metric_recorded)

    def target_located(self, event: TargetLocated) -> None:
        """Count which tier answered, a target that was not found counting against all, and how long it took.

        Also how often tiers disagreed, how often something was healed, and, where a winner was remembered for the
        page, how often it won again.
        """
        labels = {"target": event.target, "page": event.page, "outcome": event.outcome, "tier": event.tier or ""}
        remembered = []
        if event.cached is not None:
            labels["remembered"] = "held" if event.cached else "changed"
            remembered.append(MeasuredValue("locator.cache_hit", float(event.cached)))
        self._add(
            event.at,
            labels,
            *remembered,
            *(MeasuredValue(metric, float(event.tier == tier)) for tier, metric in TIERS.items()),
            MeasuredValue("locator.conflict", float(event.outcome == "conflict")),
            MeasuredValue("locator.healed", float(event.outcome == "healed")),
            MeasuredValue("locator.locate_time", event.elapsed, "s"),
        )

    def task_finished(self, event: TaskFinished) -> None:
        """Count completions, timeouts and kept SLAs, and how long it took.

        A cancelled task and one that was rightly refused (bad input, moderation) say nothing of the product's
        reliability, as 4xx answers do not count against the availability of a web service.
        """
        if event.outcome == "cancelled" or event.error_class in REFUSALS:
            return
        labels = {"task": event.task, "kind": event.kind, "provider": event.provider, "outcome": event.outcome}
        values = [
            MeasuredValue("async_task.completed", float(event.outcome == "completed")),
            MeasuredValue("async_task.timeout", float(event.outcome in ("timeout", "stalled"))),
            MeasuredValue("async_task.within_sla", float(event.within_sla)),
            MeasuredValue("async_task.wait_time", event.duration, "s"),
        ]
        if event.queued is not None:
            values.append(MeasuredValue("async_task.queue_time", event.queued, "s"))
        if event.cost is not None:
            values.append(MeasuredValue("async_task.cost", event.cost, event.cost_unit or "1"))
        self._add(event.at, labels, *values)

    def file_processed(self, event: FileProcessed) -> None:
        """Count files that passed, and how long and how much disk they took."""
        labels = {"source": event.source, "media_type": event.media_type or ""}
        values = [
            MeasuredValue("file_processing.success", float(event.success)),
            MeasuredValue("file_processing.processing_time", event.elapsed, "s"),
            MeasuredValue("file_processing.size", float(event.size), "bytes"),
        ]
        if event.disk_efficiency:
            allocated = max(event.size / event.disk_efficiency, 1.0)
            values.append(MeasuredValue("file_processing.disk_efficiency", event.disk_efficiency, weight=allocated))
        self._add(event.at, labels, *values)

    def data_changed(self, event: DataChanged) -> None:
        """Count what could be created and removed."""
        labels = {"template": event.template, "node": event.node}
        if event.state in ("created", "failed"):
            self._add(event.at, labels, MeasuredValue("api_mixing.created", float(event.state == "created")))
        elif event.state in ("removed", "orphan"):
            self._add(event.at, labels, MeasuredValue("api_mixing.removed", float(event.state == "removed")))

    def metric_recorded(self, event: MetricRecorded) -> None:
        """Keep a user's own value."""
        self._add(event.at, event.labels or {}, MeasuredValue(event.name, event.value, event.unit))

    def _add(self, at: float, labels: Mapping[str, str], *values: MeasuredValue) -> None:
        rows = [
            {"name": value.metric, "value": float(value.number), "unit": value.unit, "weight": value.weight}
            for value in values
        ]
        self._store.insert_rows(sample, rows, at=at, labels=dict(labels), place=self.place())
