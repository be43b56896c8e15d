"""What happened, published to subscribers: frozen events on a small typed bus.

The capabilities emit; store, metrics, listener and plug-ins subscribe. A subscriber that fails is logged
and never disturbs the one who emits.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

log = logging.getLogger("aigc.events")
E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Args:
        at: When, in seconds since 1970.
    """

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRecorded(Event):
    """A value was measured.

    Args:
        name: Name of the metric, for example `locator.locate_time`.
        value: The value in `unit`.
        unit: `s`, `ms`, `bytes`, `1` for ratios and counts …
        labels: What the value belongs to, for example `{"kind": "video"}`.
    """

    name: str
    value: float
    unit: str = "1"
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLocated(Event):
    """A target was looked for.

    Args:
        outcome: `found`, `healed`, `missing`, `ambiguous` or `conflict`.
        tier: `gold`, `silver`, `bronze`, or None when nothing was found.
        elapsed: Seconds from the request to the answer.
        cached: The selector that won is the one remembered for this page; None when nothing was remembered.
    """

    target: str
    page: str
    outcome: str
    tier: str | None
    selector: str | None
    elapsed: float
    cached: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChanged(Event):
    """A task was submitted or changed its state, progress or queue position."""

    task: str
    provider: str
    kind: str
    state: str
    raw: str | None = None
    progress: float | None = None
    queue_position: int | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFinished(Event):
    """The wait for a task ended.

    Args:
        outcome: `completed`, `failed`, `cancelled`, `timeout`, `stalled` or `vanished`.
        duration: Seconds from submission to the end; to the deadline when it timed out.
        queued: Seconds of it spent in the queue, where known.
        within_sla: The task ended as asked, inside its SLA.
        error_class: `bad_input`, `quota`, `moderation`, `unauthorized`, `internal` or `unknown`.
    """

    task: str
    provider: str
    kind: str
    outcome: str
    duration: float
    queued: float | None = None
    within_sla: bool = True
    polls: int = 0
    error_class: str | None = None
    cost: float | None = None
    cost_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProcessed(Event):
    """A file went through the pipeline.

    Args:
        report: The report as plain JSON data.
        elapsed: Seconds from the first byte asked to the verdict.
        disk_efficiency: Bytes of the files kept or delivered / peak bytes taken on disk, 0 to 1.
    """

    source: str
    success: bool
    elapsed: float
    size: int
    media_type: str | None = None
    disk_efficiency: float | None = None
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadProgress(Event):
    """A download moved on; `total` is None while the length is unknown. Sizes in bytes."""

    source: str
    received: int
    total: int | None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChanged(Event):
    """A record of test data was created, removed, or could not be.

    Args:
        state: `created`, `reused`, `removed`, `failed` or `orphan`.
    """

    template: str
    node: str
    key: str
    state: str
    remote_id: str | None = None


class Bus:
    """Delivers each event to the subscribers of its class and of its base classes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: dict[type[Event], tuple[Callable[[Any], None], ...]] = {}

    def subscribe(self, event_type: type[E], subscriber: Callable[[E], None]) -> Callable[[], None]:
        """Call `subscriber` with every event of a class; returns the function that ends the subscription."""
        with self._lock:
            self._subscribers[event_type] = (*self._subscribers.get(event_type, ()), subscriber)

        def unsubscribe() -> None:
            with self._lock:
                kept = tuple(subscribed for subscribed in self._subscribers[event_type] if subscribed is not subscriber)
                self._subscribers[event_type] = kept

        return unsubscribe

    def emit(self, event: Event) -> None:
        """Notify all subscribers, on the caller's thread."""
        for event_type in type(event).__mro__:
            for subscriber in self._subscribers.get(event_type, ()):
                try:
                    subscriber(event)
                except Exception:
                    log.warning("A subscriber of %s failed.", type(event).__name__, exc_info=True)
