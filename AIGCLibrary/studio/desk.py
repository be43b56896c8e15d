"""The order desk: turns a validated request into a job with price, production time and misbehaviour."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from AIGCLibrary.studio.clock import StudioClock
from AIGCLibrary.studio.errors import bad_input, conflict
from AIGCLibrary.studio.ids import IdSource
from AIGCLibrary.studio.jobs import Job, Status
from AIGCLibrary.studio.media.order import Order
from AIGCLibrary.studio.media.render import OF_KIND
from AIGCLibrary.studio.misbehaviour import Misbehaviour, parse_misbehaviour
from AIGCLibrary.studio.settings import StudioSettings

MAX_PIXELS = 1920 * 1080
_FORBIDDEN = ("forbidden", "违禁")
_DEFAULTS = {"style": "cinematic", "resolution": "640x360", "priority": 5}
_SECONDS = {"video": 4.0, "audio": 6.0}


class Desk:
    """Takes orders.

    Args:
        settings: Seed, durations by kind.
        clock: For times and the speed.
        ids: For new ids.
    """

    def __init__(self, settings: StudioSettings, clock: StudioClock, ids: IdSource) -> None:
        self.misbehave = Misbehaviour()  # what goes wrong for everybody at present; may be replaced at any time
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._numbers = itertools.count(1)

    def take(self, body: Mapping[str, Any]) -> Job:
        """Make a job of a request.

        Raises:
            ApiError: 422 with the field.
        """
        request = {**_DEFAULTS, **{k: v for k, v in body.items() if v is not None}}
        return self._job(request, self._own(request))

    def again(self, job: Job) -> Job:
        """Make a new job that repeats one that failed or was cancelled.

        Raises:
            ApiError: 409 when it did neither.
        """
        if job.status not in (Status.FAILED, Status.CANCELLED):
            raise conflict(
                "not_retryable", f"The task '{job.id}' is '{job.status}'; only failed or cancelled ones can be retried."
            )
        return self._job(job.request, self._own(job.request), job)

    def _own(self, request: Mapping[str, Any]) -> Misbehaviour:
        base = self._settings.family(request["kind"])
        try:
            return parse_misbehaviour(request.get("misbehave") or {}, base)
        except ValueError as error:
            raise bad_input("invalid_misbehave", str(error), "misbehave") from None

    def _job(self, request: dict[str, Any], own: Misbehaviour, former: Job | None = None) -> Job:
        kind, number = request["kind"], next(self._numbers)
        attempt = former.attempt + 1 if former else 1
        # Each job has its own dice: what others do does not change its duration.
        salt = request["seed"] if request.get("seed") is not None else number
        dice = random.Random(f"{self._settings.seed}:{kind}:{salt}:{attempt}")  # noqa: S311
        family = self._settings.family(kind)
        bad = self._fate(own, dice.random(), attempt)
        if any(word in request["prompt"].lower() for word in _FORBIDDEN):
            bad = replace(bad, fail_class="content_policy", stall=None, never_end=False)
        order = self._order(request, bad)
        production = (bad.duration or family).sample(dice)
        return Job(
            id=self._ids.next("task"),
            number=number,
            request=request,
            order=order,
            bad=bad,
            production=self._clock.wall(production),
            typical=self._clock.wall((bad.duration or family).median),
            credits=_price(order),
            created_at=self._clock.now(),
            attempt=attempt,
            retry_of=former.id if former else None,
            skew=dice.uniform(0.85, 1.2),
        )

    def _fate(self, own: Misbehaviour, chance: float, attempt: int) -> Misbehaviour:
        shared = self.misbehave if chance < self.misbehave.share else Misbehaviour()
        # Bursts of the server's configuration hit routes, not jobs.
        bad = replace(shared, http_burst=None).overlaid(own)
        if bad.attempts is not None and attempt > bad.attempts:
            return Misbehaviour(duration=bad.duration)
        return bad

    def _order(self, request: Mapping[str, Any], bad: Misbehaviour) -> Order:
        kind = request["kind"]
        width, height = (int(side) for side in request["resolution"].split("x"))
        if width % 2 or height % 2 or width * height > MAX_PIXELS:
            message = f"'resolution' is '{request['resolution']}'; expected even sides and at most 1920x1080 pixels."
            raise bad_input("invalid_resolution", message, "resolution")
        wanted = request.get("format", "")
        if wanted and wanted not in OF_KIND[kind]:
            message = f"'format' is '{wanted}'; {kind} knows: {', '.join(OF_KIND[kind])}."
            raise bad_input("invalid_format", message, "format")
        return Order(
            kind=kind,
            prompt=request["prompt"],
            style=request["style"],
            width=width,
            height=height,
            seconds=float(request.get("duration", _SECONDS.get(kind, 0.0))),
            frames=int(request.get("frames", 8)),
            seed=int(request.get("seed") or 0),
            size=int(float(request.get("size_mb") or 0) * 1024 * 1024),
            format=wanted,
            faults=bad.output,
            black=bad.black,
            frozen=bad.frozen,
            silent=bad.silent,
        )


def _price(order: Order) -> int:
    """Credits: 1 a picture, 1 a ten seconds of sound, 5 a second of video (more above 640x360), 1 a frame."""
    match order.kind:
        case "video":
            return max(1, round(5 * order.seconds * max(1.0, order.width * order.height / (640 * 360))))
        case "audio":
            return max(1, round(order.seconds / 10))
        case "bundle":
            return order.frames
        case _:
            return 1
