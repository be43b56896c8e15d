"""The production board: a queue by priority, a number of places, and jobs that end when their time has come."""

from __future__ import annotations

import bisect
import heapq
import itertools
import logging
import math
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, Protocol

from AIGCLibrary.studio.clock import StudioClock
from AIGCLibrary.studio.errors import ApiError, ErrorClass, conflict, not_found
from AIGCLibrary.studio.jobs import Job, Status
from AIGCLibrary.studio.media.order import Order, Product

log = logging.getLogger("aigc.studio")


class Producer(Protocol):
    """Makes products in the background (see `Renderer`)."""

    def submit(self, order: Order) -> Future[Product]:
        """The product of an order, now or soon."""


class Board:
    """All jobs of a studio. State moves only in `advance`, which is a function of the clock alone.

    ::

        submit ──▶ queued ──place free──▶ running ──due and product made──▶ succeeded
                     │                      ├─────due, set to fail────────▶ failed
                     └───────cancel─────────┴────────────────────────────▶ cancelled

    Args:
        clock: Returns the time.
        producer: Makes the files.
        places: Jobs that run at once.
        queue_limit: Jobs that may wait.
        on_change: Called with a job that entered a state.
        on_product: Called (on any thread) when a product was made that a job waits for.
        deliver: Turns a finished product into the file entries of a job.
    """

    def __init__(
        self,
        clock: StudioClock,
        producer: Producer,
        places: int,
        queue_limit: int,
        *,
        on_change: Callable[[Job], None] = lambda _job: None,
        on_product: Callable[[], None] = lambda: None,
        deliver: Callable[[Job, Product], list[dict[str, Any]]] = lambda _job, _product: [],
    ) -> None:
        self._clock = clock
        self._producer = producer
        self._places = places
        self._queue_limit = queue_limit
        self._on_change = on_change
        self._on_product = on_product
        self._deliver = deliver
        self._jobs: dict[str, Job] = {}
        self._queue: list[tuple[tuple[int, int], str]] = []  # sorted
        self._running: set[str] = set()
        self._due: list[tuple[float, int, str]] = []  # heap
        self._late: set[str] = set()  # due, product not made yet

    def add(self, job: Job) -> None:
        """Queue a new job, and start it when there is a place.

        Raises:
            ApiError: 429 when the queue is full.
        """
        if len(self._queue) >= self._queue_limit:
            message = f"The queue is full ({self._queue_limit} tasks wait)."
            raise ApiError(429, ErrorClass.RATE_LIMITED, "queue_full", message, headers={"Retry-After": "5"})
        self.advance()
        self._jobs[job.id] = job
        bisect.insort(self._queue, (job.rank, job.id))
        self._on_change(job)
        self._fill(self._clock.now())

    def get(self, name: str) -> Job:
        """The job of that id, as it stands now.

        Raises:
            ApiError: 404.
        """
        self.advance()
        try:
            return self._jobs[name]
        except KeyError:
            raise not_found("task", name) from None

    def find(self, names: Iterable[str]) -> list[Job]:
        """The jobs of these ids that exist, in the order asked for."""
        self.advance()
        return [self._jobs[name] for name in names if name in self._jobs]

    def latest(self, status: str | None = None, limit: int = 50) -> list[Job]:
        """The newest jobs, newest first."""
        self.advance()
        jobs = (job for job in reversed(self._jobs.values()) if status is None or job.status == status)
        return list(itertools.islice(jobs, limit))

    def running(self) -> list[Job]:
        """The jobs that hold a place."""
        return [self._jobs[name] for name in self._running]

    def queued(self, limit: int) -> list[Job]:
        """The first jobs of the queue."""
        return [self._jobs[name] for _rank, name in self._queue[:limit]]

    def position(self, job: Job) -> int | None:
        """Place in the queue from 1; None when the job is not queued."""
        if job.status is not Status.QUEUED:
            return None
        return bisect.bisect_left(self._queue, (job.rank, job.id)) + 1

    def eta(self, job: Job) -> float | None:
        """Estimated wall seconds to the end; None when it has ended."""
        now = self._clock.now()
        position = self.position(job)
        if position is None:
            return job.eta(now)
        rounds = (position - 1) // self._places
        free = self._due[0][0] - now if self._due else job.typical
        return round(max(free, 0.0) + rounds * job.typical + job.typical, 3)

    def cancel(self, name: str) -> Job:
        """Cancel a job that has not ended.

        Raises:
            ApiError: 404; 409 when it has ended.
        """
        job = self.get(name)
        if job.status.ended:
            raise conflict("task_ended", f"The task '{name}' has already ended as '{job.status}'.")
        self._leave(job, Status.CANCELLED, self._clock.now())
        self._fill(self._clock.now())
        return job

    def next_event(self) -> float:
        """Seconds since 1970 at which something happens by itself; infinite when nothing does."""
        return self._due[0][0] if self._due else math.inf

    def advance(self) -> None:
        """Let everything happen that is due by now, in the order in which it was due."""
        now = self._clock.now()
        for name in [n for n in self._late if self._made(self._jobs[n])]:
            self._finish(self._jobs[name], now)
        while self._due and self._due[0][0] <= now:
            due, _number, name = heapq.heappop(self._due)
            job = self._jobs[name]
            if job.status is not Status.RUNNING:
                continue
            if job.bad.fail_class or self._made(job):
                self._finish(job, due)
            else:
                self._late.add(name)

    @staticmethod
    def _made(job: Job) -> bool:
        return job.product is not None and job.product.done()

    def _fill(self, now: float) -> None:
        while self._queue and len(self._running) < self._places:
            job = self._jobs[self._queue.pop(0)[1]]
            job.status, job.started_at = Status.RUNNING, now
            self._running.add(job.id)
            if not job.endless:
                heapq.heappush(self._due, (job.due, job.number, job.id))
                if not job.bad.fail_class:
                    job.product = self._producer.submit(job.order)
                    job.product.add_done_callback(lambda _future: self._on_product())
            self._on_change(job)

    def _finish(self, job: Job, when: float) -> None:
        if job.bad.fail_class:
            job.fail(job.bad.fail_class, when)
        elif job.product is not None and not job.product.cancelled() and (error := job.product.exception()):
            log.error("Rendering of %s failed", job.id, exc_info=error)
            job.fail("internal", when)
        elif job.product is None or job.product.cancelled():
            job.fail("internal", when)
        else:
            job.files = self._deliver(job, job.product.result())
        self._leave(job, Status.FAILED if job.error else Status.SUCCEEDED, when)
        self._fill(when)

    def _leave(self, job: Job, status: Status, when: float) -> None:
        if job.status is Status.QUEUED:
            del self._queue[bisect.bisect_left(self._queue, (job.rank, job.id))]
        self._running.discard(job.id)
        self._late.discard(job.id)
        job.end(status, when)
        job.product = None
        self._on_change(job)
