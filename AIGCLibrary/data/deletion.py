"""Sends one deletion and reads whether the product confirms it for this very thing."""

from dataclasses import dataclass, replace

import jmespath

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.addresses import OPERATION_HEADERS, identity, own_address
from AIGCLibrary.data.answers import is_web_page, refusal_in, says_deleted
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.failure import excerpt
from AIGCLibrary.data.model import RetryPolicy
from AIGCLibrary.data.operations import OperationPoll, OperationProgress, OperationWaiter
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.removal_report import RemovalOutcome
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.http.response import Response
from AIGCLibrary.redaction.redactor import Redactor

PATIENCE = 60.0
"""Seconds that a deletion which was only accepted (HTTP 202) may take until the thing is gone."""
ABSENT = (404, 410)


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """What came of a deletion.

    Args:
        outcome: What became of the thing.
        reason: Why it is, or may be, still there.
        answered: The product answered something.
        certain: False when the thing may be gone all the same.
    """

    outcome: RemovalOutcome
    reason: str = ""
    answered: bool = True
    certain: bool = True


class Deleter:
    """Removes single things.

    Args:
        caller: Sends the requests.
        redactor: Masks secrets in reasons.
        clock: Time.
        retry: How one request is repeated.
    """

    def __init__(self, caller: Caller, redactor: Redactor, clock: Clock, retry: RetryPolicy) -> None:
        self._caller = caller
        self._redactor = redactor
        self._clock = clock
        self._retry = retry
        self._operations = OperationWaiter(caller, clock)

    async def delete(self, record: DataRecord, request: ApiRequest) -> DeletionResult:
        """Remove a thing."""
        attempt = await self._caller.send(request, safe=True, retry=self._retry)
        response = attempt.response
        if response is not None and response.status == 412 and (fresh := await self._fresh(request)):
            attempt = await self._caller.send(fresh, safe=True, retry=self._retry)
            response = attempt.response
        if response is None:
            reason = attempt.error.message.rstrip(".") if attempt.error else "no answer"
            return DeletionResult(RemovalOutcome.RETRYABLE, reason, answered=False, certain=attempt.unsent)
        if response.status in ABSENT and response.status not in request.expect:
            return await self._absent(record, request, response, first=attempt.sent == 1)
        if not request.accepted(response):
            said = excerpt(response, self._redactor)
            return DeletionResult(RemovalOutcome.RETRYABLE, f"HTTP {response.status}{f': {said}' if said else ''}")
        unclear = None if request.expect or request.condition else self._unclear(request, response)
        if unclear:
            return DeletionResult(RemovalOutcome.LEFT, unclear, certain=False)
        if response.status == 202 and 202 not in request.expect:
            return await self._later(request, response)
        return DeletionResult(RemovalOutcome.REMOVED)

    def _unclear(self, request: ApiRequest, response: Response) -> str | None:
        """Return why an answer with a status of success does not confirm a deletion; None when it does."""
        if response.method != request.method:
            return f"it was redirected to {self._redactor.text(response.url)}, which does not confirm the removal"
        if is_web_page(response):
            return f"HTTP {response.status} came with a web page, which does not confirm the removal"
        if response.status == 207:
            return "HTTP 207 does not say that this thing was removed"
        said = refusal_in(response.json)
        return f"HTTP {response.status}: {self._redactor.text(said)}" if said else None

    async def _absent(
        self, record: DataRecord, request: ApiRequest, response: Response, *, first: bool
    ) -> DeletionResult:
        """Look whether a thing is gone that a deletion did not find: the deletion's address may be wrong."""
        there = await self._there(record, skip=request.path)
        if there:
            reason = (
                f"{request.method} {request.path} answered HTTP {response.status}, but the thing is still at {there}"
            )
            return DeletionResult(RemovalOutcome.LEFT, self._redactor.text(reason))
        return DeletionResult(RemovalOutcome.GONE if first else RemovalOutcome.REMOVED)

    async def _later(self, request: ApiRequest, response: Response) -> DeletionResult:
        """Wait until a thing is gone whose deletion was accepted only."""
        headers = response.headers
        link = next((headers[name] for name in OPERATION_HEADERS if headers.get(name)), None) or headers.get("location")
        if link:
            outcome = await self._operations.wait(OperationPoll(link, timeout=PATIENCE))
            if outcome.progress is OperationProgress.DONE:
                return DeletionResult(RemovalOutcome.REMOVED)
            if outcome.response is None or outcome.response.status not in ABSENT:
                return DeletionResult(RemovalOutcome.LEFT, self._redactor.text(outcome.reason), certain=False)
        return await self._until_gone(request)

    async def _until_gone(self, request: ApiRequest) -> DeletionResult:
        started, pause = self._clock.monotonic(), 0.2
        while True:
            attempt = await self._caller.send(ApiRequest("GET", request.path), safe=True, retry=self._retry)
            response = attempt.response
            if response is not None and (response.status in ABSENT or (response.ok and says_deleted(response.json))):
                return DeletionResult(RemovalOutcome.REMOVED)
            spent = self._clock.monotonic() - started
            readable = response is not None and response.ok
            if not readable or spent >= PATIENCE:
                why = f"is still there after {spent:.0f} s" if readable else "cannot be read to see whether it is gone"
                reason = f"the removal was only accepted (HTTP 202), and the thing {why}"
                return DeletionResult(RemovalOutcome.LEFT, reason, certain=readable)
            await self._clock.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _there(self, record: DataRecord, skip: str) -> str | None:
        """Return where a thing can still be read; None when nothing shows it."""
        if record.lookup:
            lookup = ApiRequest.restored(record.lookup)
            attempt = await self._caller.send(lookup, safe=True, retry=self._retry)
            if attempt.response is not None and lookup.accepted(attempt.response):
                found = jmespath.search(lookup.match or "@", attempt.response.json)
                known = identity((record.create or {}).get("id", "id || data.id || [0].id"), found)
                return lookup.path if known is not None and known == record.remote_id else None
        create = record.create or {}
        if record.remote_id is None or "path" not in create:
            return None
        address = own_address(create["path"], record.remote_id, create["method"])
        if address.strip("/") == skip.strip("/"):
            return None  # the deletion asked there already
        attempt = await self._caller.send(ApiRequest("GET", address), safe=True, retry=self._retry)
        response = attempt.response
        if response is None or response.status != 200 or is_web_page(response):
            return None
        body = response.json
        return None if not isinstance(body, dict) or refusal_in(body) or says_deleted(body) else address

    async def _fresh(self, request: ApiRequest) -> ApiRequest | None:
        """Return a deletion with the ETag the thing has now; None when it carries none, or the thing cannot be read."""
        name = next((one for one in request.headers if one.lower() == "if-match"), None)
        if name is None:
            return None
        attempt = await self._caller.send(ApiRequest("GET", request.path), safe=True, retry=self._retry)
        tag = attempt.response.headers.get("etag") if attempt.response is not None and attempt.response.ok else None
        return replace(request, headers={**request.headers, name: tag}) if tag else None
