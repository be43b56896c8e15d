"""Sends one deletion and reads whether the product confirms it for this very thing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import jmespath

from AIGCLibrary.data.addresses import OPERATION_HEADERS, identity, own_address
from AIGCLibrary.data.answers import is_web_page, says_deleted
from AIGCLibrary.data.failure import excerpt
from AIGCLibrary.data.model import DEFAULT_ID
from AIGCLibrary.data.operations import OperationPoll, OperationProgress, RecordRequests
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.refusals import is_thing, refusal_in, removal_said
from AIGCLibrary.data.removal_report import RemovalOutcome
from AIGCLibrary.data.request import ApiRequest, reading
from AIGCLibrary.http.response import Response

PATIENCE = 60.0
"""Seconds that a deletion which was only accepted (HTTP 202) may take until the thing is gone."""
SETTLING = 3.0
"""Seconds that a thing may still be read after its deletion was answered, before it counts as left."""
ABSENT = (404, 410)


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """What came of a deletion.

    Args:
        outcome: What became of the thing.
        reason: Why it is, or may be, still there.
        answered: The product answered something.
        certain: False when the thing may nevertheless be gone.
    """

    outcome: RemovalOutcome
    reason: str = ""
    answered: bool = True
    certain: bool = True


@dataclass(frozen=True, slots=True)
class ThingPresence:
    """Whether a thing is there.

    Args:
        where: Where it was read; None when it was not.
        known: False when nothing shows whether it is there.
    """

    where: str | None
    known: bool


class Deleter(RecordRequests):
    """Removes single things."""

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
        return await self._accepted(record, request, response)

    async def _accepted(self, record: DataRecord, request: ApiRequest, response: Response) -> DeletionResult:
        """Read whether an answer with a status of success confirms the deletion."""
        defined = bool(request.expect or request.condition)  # the template says what confirms it
        unclear = None if defined else self._unclear(record, request, response)
        if unclear:
            return DeletionResult(RemovalOutcome.LEFT, unclear, certain=False)
        if response.status == 202 and 202 not in request.expect:
            return await self._later(record, request, response)
        # The payload of a mutation was judged above; there is no address to read a thing of GraphQL at.
        defined = defined or request.graphql
        body = response.text.strip() if response.json is None else response.json
        confirmed = True if defined else removal_said(body)
        if confirmed:
            return DeletionResult(RemovalOutcome.REMOVED)
        return await self._seen(record, request, response, confirmed)

    async def _seen(
        self, record: DataRecord, request: ApiRequest, response: Response, said: bool | None
    ) -> DeletionResult:
        """Look whether a thing is gone whose deletion was answered without a word that it is."""
        started, pause = self._clock.monotonic(), 0.2
        presence = await self._presence(record, request)
        while presence.where and said is None and self._clock.monotonic() - started < SETTLING:
            await self._clock.sleep(pause)
            pause *= 2
            presence = await self._presence(record, request)
        answered = f"{request.method} {request.path} answered HTTP {response.status}"
        if presence.where:
            reason = f"{answered}, but the thing is still at {presence.where}"
            return DeletionResult(RemovalOutcome.LEFT, self._redactor.text(reason))
        if said is None or presence.known:
            return DeletionResult(RemovalOutcome.REMOVED)
        reason = f"{answered} and says that nothing was removed: {excerpt(response, self._redactor)}"
        return DeletionResult(RemovalOutcome.LEFT, self._redactor.text(reason), certain=False)

    def _unclear(self, record: DataRecord, request: ApiRequest, response: Response) -> str | None:
        """Return why an answer with a status of success does not confirm a deletion; None when it does."""
        if response.method != request.method:
            return f"it was redirected to {self._redactor.text(response.url)}, which does not confirm the removal"
        if is_web_page(response):
            return f"HTTP {response.status} came with a web page, which does not confirm the removal"
        if response.status == 207:
            return "HTTP 207 does not say that this thing was removed"
        said = refusal_in(response.json, record.remote_id)
        if request.graphql and not said and not _is_made(response.json):
            said = "the answer holds no result of the mutation"
        return f"HTTP {response.status}: {self._redactor.text(said)}" if said else None

    async def _absent(
        self, record: DataRecord, request: ApiRequest, response: Response, *, first: bool
    ) -> DeletionResult:
        """Look whether a thing is gone that a deletion did not find: the deletion's address may be wrong."""
        presence = await self._presence(record, request)
        if presence.where:
            answered = f"{request.method} {request.path} answered HTTP {response.status}"
            reason = f"{answered}, but the thing is still at {presence.where}"
            return DeletionResult(RemovalOutcome.LEFT, self._redactor.text(reason))
        return DeletionResult(RemovalOutcome.GONE if first else RemovalOutcome.REMOVED)

    async def _later(self, record: DataRecord, request: ApiRequest, response: Response) -> DeletionResult:
        """Wait until a thing is gone whose deletion was accepted only."""
        headers = response.headers
        link = next((headers[name] for name in OPERATION_HEADERS if headers.get(name)), None) or headers.get("location")
        if link:
            outcome = await self._operations.wait(OperationPoll(link, timeout=PATIENCE, like=record.create))
            if outcome.progress is OperationProgress.DONE:
                return DeletionResult(RemovalOutcome.REMOVED)
            if outcome.response is None or outcome.response.status not in ABSENT:
                return DeletionResult(RemovalOutcome.LEFT, self._redactor.text(outcome.reason), certain=False)
        return await self._until_gone(record, request)

    async def _until_gone(self, record: DataRecord, request: ApiRequest) -> DeletionResult:
        started, pause = self._clock.monotonic(), 0.2
        while True:
            attempt = await self._caller.send(reading(record.create, request.path), safe=True, retry=self._retry)
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

    async def _presence(self, record: DataRecord, request: ApiRequest) -> ThingPresence:
        """Return where a thing can still be read: by its lookup, at its own address, where it was to be removed."""
        if record.lookup:
            found = await self._by_lookup(record)
            if found is not None:
                return found
        create = record.create or {}
        if record.remote_id is None or "path" not in create:
            return ThingPresence(None, known=False)
        addresses = [own_address(create["path"], record.remote_id, create["method"])]
        if request.method == "DELETE" and record.remote_id in request.path:
            addresses.append(request.path)
        known = False
        for address in dict.fromkeys(addresses):
            attempt = await self._caller.send(reading(record.create, address), safe=True, retry=self._retry)
            response = attempt.response
            if response is not None and response.status == 200 and _shows(response, record.remote_id):
                return ThingPresence(address, known=True)
            known = known or (response is not None and (response.status in ABSENT or response.status == 200))
        return ThingPresence(None, known=known)

    async def _by_lookup(self, record: DataRecord) -> ThingPresence | None:
        """Return what the lookup of a thing says; None when it gives no clear answer."""
        lookup = ApiRequest.restored(record.lookup or {})
        attempt = await self._caller.send(lookup, safe=True, retry=self._retry)
        if attempt.response is None or not lookup.accepted(attempt.response):
            return None
        found = jmespath.search(lookup.match or "@", attempt.response.json)
        known = identity((record.create or {}).get("id", DEFAULT_ID), found)
        there = known is not None and known == record.remote_id and not says_deleted(found)
        return ThingPresence(lookup.path if there else None, known=True)

    async def _fresh(self, request: ApiRequest) -> ApiRequest | None:
        """Return a deletion with the ETag the thing has now; None when it carries none, or the thing cannot be read."""
        name = next((header for header in request.headers if header.lower() == "if-match"), None)
        if name is None:
            return None
        attempt = await self._caller.send(ApiRequest("GET", request.path), safe=True, retry=self._retry)
        tag = attempt.response.headers.get("etag") if attempt.response is not None and attempt.response.ok else None
        return replace(request, headers={**request.headers, name: tag}) if tag else None


def _shows(response: Response, remote_id: str) -> bool:
    """Return whether an answer shows a thing that is not deleted, rather than a refusal or a page for people."""
    body = response.json
    if is_web_page(response) or not isinstance(body, Mapping) or not body or says_deleted(body):
        return False
    return is_thing(body, remote_id) or refusal_in(body) is None


def _is_made(body: object) -> bool:
    """Return whether an answer of GraphQL holds what its mutation made of it, rather than null or false."""
    data = body.get("data") if isinstance(body, Mapping) else None
    return isinstance(data, Mapping) and bool(data) and all(member not in (None, False) for member in data.values())
