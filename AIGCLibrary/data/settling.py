"""Finds out whether a thing exists whose creation got no clear answer, and how it is removed if it does."""

from dataclasses import dataclass
from typing import Any

import jmespath

from AIGCLibrary.data.addresses import own_address
from AIGCLibrary.data.creation import GRACE, identify, identity_of
from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.evidence import confirms
from AIGCLibrary.data.failure import excerpt
from AIGCLibrary.data.model import DEFAULT_ID, RecordState
from AIGCLibrary.data.operations import OperationPoll, OperationProgress, RecordRequests
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.request import ApiRequest, reading
from AIGCLibrary.data.self_path import filled
from AIGCLibrary.redaction.rule import MASK

OURS = ("id", "delete", "removal", "poll", "operation", "repeatable")
"""What the journal keeps with a creation beside the request."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a thing now.

    Args:
        exists: True or False where the product said so; None where it cannot be known.
        reason: Why it cannot be known, or not be removed.
        answered: The product answered something.
    """

    exists: bool | None
    reason: str = ""
    answered: bool = True


class Settler(RecordRequests):
    """Settles what earlier requests left open."""

    async def settle(self, record: DataRecord) -> Settled:
        """Find a thing by its operation, its lookup, or by repeating its creation under its key.

        Raises:
            ConnectionError: A lookup got no usable answer.
        """
        settled = await self._found(record)
        if settled.exists is not True:
            return settled
        record.remote_id = record.remote_id or identity_of(record)
        if record.remote_id is None:
            return Settled(None, "what was found has no id")
        record.state = RecordState.CREATED
        return await self.address(record)

    async def address(self, record: DataRecord) -> Settled:
        """Build the request that removes a thing from what was written down before it existed."""
        pattern = (record.create or {}).get("delete")
        if record.delete is not None or pattern is None:
            return Settled(True)
        try:
            record.delete = filled(pattern, record)
        except ExpressionError:
            await self._read(record)
            try:
                record.delete = filled(pattern, record)
            except ExpressionError as error:
                return Settled(True, f"the request that removes it cannot be built: {error}")
        return Settled(True)

    async def _found(self, record: DataRecord) -> Settled:
        create = {name: value for name, value in (record.create or {}).items() if name not in OURS}
        if record.operation:
            settled = await self._of_operation(record)
            if settled is not None:
                return settled
        if record.lookup:
            return await self._by_lookup(record, ApiRequest.restored(record.lookup))
        if (record.create or {}).get("repeatable") and "method" in create and MASK not in str(create):
            return await self._by_repetition(record, ApiRequest.restored(create))
        return Settled(
            None, record.message or "it got no clear answer, and neither lookup nor idempotency shows whether it exists"
        )

    async def _of_operation(self, record: DataRecord) -> Settled | None:
        """Wait for the operation that makes a thing; None where it does not lead to the thing."""
        create = record.create or {}
        poll = OperationPoll.restored(create.get("poll") or {}, record.operation, create)
        if poll is None or "path" not in create:
            return None
        outcome = await self._operations.wait(poll)
        if outcome.progress is OperationProgress.FAILED and record.remote_id is None and not record.lookup:
            return Settled(False)
        if outcome.progress is not OperationProgress.DONE:
            return None
        deletion = (create.get("delete") or {}).get("path")
        body, found, response = await self._operations.thing(outcome, poll, create["id"], create["path"], deletion)
        if found is None:
            return None
        if response is not None:
            record.answered(response)
        record.body = record.body if body is None else body
        record.remote_id = found
        return Settled(True)

    async def _by_lookup(self, record: DataRecord, lookup: ApiRequest) -> Settled:
        found = await self._look(lookup)
        wait = record.at + GRACE - self._clock.now()
        if found is None and wait > 0:
            await self._clock.sleep(wait)
            found = await self._look(lookup)
        if found is None:
            return Settled(False)
        if not confirms(found, lookup):
            return Settled(None, "the lookup found something that does not match what was looked for")
        record.body = found
        return Settled(True)

    async def _by_repetition(self, record: DataRecord, request: ApiRequest) -> Settled:
        attempt = await self._caller.send(request, safe=True, retry=self._retry)
        response = attempt.response
        if response is None:
            return Settled(None, "it is unknown whether it was created: it got no answer again", answered=False)
        if not request.accepted(response):
            return Settled(None if attempt.unclear else False, "it is unknown whether it was created")
        record.answered(response)
        create = record.create or {}
        deletion = (create.get("delete") or {}).get("path")
        identify(record, str(create.get("id", DEFAULT_ID)), request.path, response, deletion)
        if record.operation:
            return await self._of_operation(record) or Settled(
                True if record.remote_id else None, "the end of its creation was not seen"
            )
        return Settled(True)

    async def _look(self, lookup: ApiRequest) -> Any:
        attempt = await self._caller.send(lookup, safe=True, retry=self._retry)
        if attempt.response is None:
            raise ConnectionError(attempt.error.message if attempt.error else "no answer")
        if attempt.response.status in (404, 410):
            return None
        if not lookup.accepted(attempt.response):
            said = excerpt(attempt.response, self._redactor)
            status = f"the lookup was answered with HTTP {attempt.response.status}"
            raise ConnectionError(f"{status}: {said}" if said else status)
        return jmespath.search(lookup.match or "@", attempt.response.json) or None

    async def _read(self, record: DataRecord) -> None:
        """Read a thing at its own address, for what a lookup does not show, such as its ETag."""
        create = record.create or {}
        if record.remote_id is None or "path" not in create:
            return
        address = own_address(create["path"], record.remote_id, create["method"])
        attempt = await self._caller.send(reading(create, address), safe=True, retry=self._retry)
        if attempt.response is not None and attempt.response.status == 200:
            record.answered(attempt.response)
