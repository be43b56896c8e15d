"""One generation job: what was asked for, where it stands, and how the API shows it."""

from __future__ import annotations

import math
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from AIGCLibrary.studio.clock import iso
from AIGCLibrary.studio.media.order import Order, Product
from AIGCLibrary.studio.misbehaviour import Misbehaviour


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)


FAILURES = {
    "bad_input": (
        "invalid_input",
        "The prompt cannot be rendered with these settings; simplify it or change the style.",
    ),
    "quota": ("quota_exceeded", "The account has no credits left for this job; add credits or ask your administrator."),
    "content_policy": ("content_policy_violation", "The prompt was rejected by the content policy; rephrase it."),
    "internal": ("renderer_crashed", "The renderer stopped unexpectedly; try again."),
}
_FAIL_AT = {"bad_input": 0.05, "quota": 0.02, "content_policy": 0.1, "internal": 0.6}


@dataclass(slots=True)
class Job:
    """A job of the board. Times are seconds since 1970; durations are wall seconds.

    Attributes:
        id: `task_…`.
        number: Order of arrival.
        request: The validated body of the request.
        order: What the generator is ordered to make.
        bad: What goes wrong with this job.
        production: Wall seconds it takes once started, when nothing goes wrong.
        typical: Wall seconds the kind usually takes, for estimates.
        credits: Its price.
        created_at: When it was submitted.
        attempt: 1, or more for retries.
        retry_of: The job this one repeats.
    """

    id: str
    number: int
    request: dict[str, Any]
    order: Order
    bad: Misbehaviour
    production: float
    typical: float
    credits: int
    created_at: float
    attempt: int = 1
    retry_of: str | None = None
    status: Status = Status.QUEUED
    started_at: float | None = None
    finished_at: float | None = None
    product: Future[Product] | None = None
    error: tuple[str, str, str] | None = None  # code, class, message
    files: list[dict[str, Any]] = field(default_factory=list)
    skew: float = 1.0  # how far the estimate is off
    last_progress: float = 0.0

    @property
    def kind(self) -> str:
        """image, video, audio or bundle."""
        return self.order.kind

    @property
    def rank(self) -> tuple[int, int]:
        """Sort key in the queue: higher priority first, then first come."""
        return -int(self.request["priority"]), self.number

    @property
    def endless(self) -> bool:
        """Whether it will never end by itself."""
        return self.bad.never_end or self.bad.stall is not None

    @property
    def due(self) -> float:
        """When a running job ends, in seconds since 1970; infinite for one that never does."""
        if self.started_at is None or self.endless:
            return math.inf
        return self.started_at + self.production * (self._fail_at() if self.bad.fail_class else 1.0)

    def _fail_at(self) -> float:
        return _FAIL_AT[str(self.bad.fail_class)] if self.bad.fail_at is None else self.bad.fail_at

    def progress(self, now: float) -> float:
        """Part that is done, 0 to 1; it never goes back."""
        if self.status is Status.SUCCEEDED:
            return 1.0
        if self.status is Status.RUNNING and self.started_at is not None:
            share = (now - self.started_at) / max(self.production, 1e-9)
            if self.bad.never_end:
                share = 0.99 * (1 - math.exp(-share))
            if self.bad.stall is not None:
                share = min(share, self.bad.stall)
            self.last_progress = max(self.last_progress, min(math.floor(share * 100) / 100, 0.99))
        return self.last_progress

    def eta(self, now: float) -> float | None:
        """Estimated wall seconds to the end of a running job; honest, and a little off as real ones are."""
        if self.status is not Status.RUNNING or self.started_at is None:
            return None
        gone = (now - self.started_at) / max(self.production, 1e-9)
        if self.bad.stall is not None:
            gone = min(gone, self.bad.stall)
        return round(max(self.production * self.skew * (1.0 - min(gone, 1.0)), 0.0), 3)

    def fail(self, kind: str, now: float) -> None:
        """End as failed with the code and message of a class of failures."""
        code, message = FAILURES[kind]
        self.error = (code, kind, message)
        self.end(Status.FAILED, now)

    def end(self, status: Status, now: float) -> None:
        """End, once."""
        self.progress(now)
        self.status, self.finished_at = status, now

    def view(self, now: float, position: int | None, eta: float | None, origin: str) -> dict[str, Any]:
        """The job as the API shows it.

        Args:
            now: Seconds since 1970.
            position: Place in the queue from 1; None when it is not queued.
            eta: Estimated wall seconds to the end.
            origin: Scheme, host and port for the links.
        """
        error = None
        if self.error:
            error = dict(zip(("code", "class", "message"), self.error, strict=True))
        shown = ("prompt", "style", "duration", "resolution", "scene_id", "reference_image_id", "priority", "seed")
        return {
            "id": self.id,
            "kind": self.kind,
            **{name: self.request.get(name) for name in shown},
            "status": str(self.status),
            "progress": self.progress(now),
            "queue_position": position,
            "eta_s": eta,
            "attempt": self.attempt,
            "retry_of": self.retry_of,
            "created_at": iso(self.created_at),
            "started_at": iso(self.started_at),
            "finished_at": iso(self.finished_at),
            "cost": {"credits": self.credits if self.status is not Status.FAILED else 0},
            "result": {"files": [{**f, "url": origin + f["url"]} for f in self.files]} if self.files else None,
            "error": error,
        }
