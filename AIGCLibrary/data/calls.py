"""Sends the requests of data preparation: limited in number and rate, repeated where that is safe."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.model import RetryPolicy
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.response import Response
from AIGCLibrary.http.retry import is_lasting, may_have_been_processed, may_repeat, never_sent, retry_after_of

log = logging.getLogger("aigc.data")

LONGEST_ASKED = 60.0
"""Seconds of a Retry-After that are waited at most."""


class CallLimits:
    """How much may be asked of one product at a time.

    Args:
        concurrency: Requests under way at once.
        rate: Requests a second at most; None for no limit.
        clock: Time.
    """

    def __init__(self, concurrency: int, rate: float | None, clock: Clock) -> None:
        self.concurrency = concurrency
        self.rate = rate
        self._gap = 1 / rate if rate else 0.0
        self._clock = clock
        self._slots = asyncio.Semaphore(concurrency)
        self._next = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a free slot and for the time of the next request."""
        async with self._slots:
            now = self._clock.monotonic()
            start = max(now, self._next)
            self._next = start + self._gap
            if start > now:
                await self._clock.sleep(start - now)
            yield

    def hold(self, seconds: float) -> None:
        """Let nobody ask before `seconds` are over: the product said Retry-After."""
        self._next = max(self._next, self._clock.monotonic() + seconds)


@dataclass(slots=True)
class CallOutcome:
    """What came of sending a request: an answer, or the reason why none came; and how often it was sent."""

    response: Response | None
    error: ApiError | None
    sent: int

    @property
    def unsent(self) -> bool:
        """True when no connection came about: the product knows nothing of the request."""
        return self.error is not None and never_sent(self.error)

    @property
    def unclear(self) -> bool:
        """True when the product may have acted on the request without our seeing it."""
        if self.response is None:
            return not self.unsent
        return may_have_been_processed(self.response.status)


class Caller:
    """Sends requests to one product and counts them.

    Args:
        http: The HTTP client.
        connection: Where to.
        limits: Shared by all who ask this product.
        clock: Time.
        retry: How requests are repeated unless they say otherwise.
    """

    def __init__(
        self,
        http: HttpClient,
        connection: Connection,
        limits: CallLimits,
        clock: Clock,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.connection = connection
        self.limits = limits
        self.sent = 0
        self._http = http
        self._clock = clock
        self._retry = retry or RetryPolicy()
        self._random = random.Random(0)  # noqa: S311 - spreads repeated requests in time

    async def once(self, request: ApiRequest) -> CallOutcome:
        """Send a request one time."""
        async with self.limits.slot():
            self.sent += 1
            content = await asyncio.to_thread(request.body.content) if request.body else None
            try:
                response = await self._http.request(
                    request.method,
                    request.path,
                    self.connection,
                    json=request.json,
                    data=content,
                    params=request.params,
                    headers=request.headers,
                    timeout=request.timeout,
                )
            except ApiError as error:
                log.debug("%s %s: %s", request.method, request.path, error.message)
                return CallOutcome(None, error, 1)
        log.debug("%s %s -> %s in %.0f ms", request.method, request.path, response.status, response.elapsed * 1000)
        return CallOutcome(response, None, 1)

    async def send(self, request: ApiRequest, *, safe: bool, retry: RetryPolicy | None = None) -> CallOutcome:
        """Send a request, again while the failure may pass.

        Args:
            request: The request.
            safe: It may be repeated although the product may have acted on it: reads, deletions, and creations
                with an idempotency key.
            retry: How often and when.
        """
        policy = retry or self._retry
        attempt = await self.once(request)
        for number in range(policy.times):
            if not self.passing(attempt, safe=safe):
                break
            await self.pause(attempt, number, policy)
            again = await self.once(request)
            attempt = CallOutcome(again.response, again.error, attempt.sent + 1)
        return attempt

    def passing(self, attempt: CallOutcome, *, safe: bool) -> bool:
        """Return whether to send the request again."""
        if attempt.response is None:
            lasting = attempt.error is not None and is_lasting(attempt.error)
            return (safe or attempt.unsent) and not lasting
        return may_repeat(attempt.response.status, safe=safe)

    async def pause(self, attempt: CallOutcome, number: int, policy: RetryPolicy) -> None:
        """Wait before the next attempt: as long as the product asks, else longer each time."""
        headers = attempt.response.headers if attempt.response else {}
        asked = retry_after_of(headers, now=self._clock.now(), longest=LONGEST_ASKED)
        if asked is not None:
            self.limits.hold(asked)
            await self._clock.sleep(asked)
        else:
            longest = min(policy.backoff * 2**number, policy.longest)
            await self._clock.sleep(longest * self._random.uniform(0.5, 1.0))
