"""Makes one thing in the product exactly once, as far as its API allows: intent, request, outcome.

intended ──► request ──► clear answer ──► created | failed
▲            └─ unclear (timeout, cut off, 5xx), or the process died:
│                 lookup finds it ──► created
└──── otherwise the same request with the same idempotency key
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import jmespath

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.addresses import (
    id_from_links,
    id_from_location,
    identity,
    is_of_operation,
    operation_address,
    operation_in,
    own_address,
    wrapped_identity,
)
from AIGCLibrary.data.answers import AnswerHeaders, says_deleted
from AIGCLibrary.data.calls import Caller, CallOutcome
from AIGCLibrary.data.evidence import contradicts
from AIGCLibrary.data.failure import NodeFailure, excerpt, refused
from AIGCLibrary.data.journal import Preparation
from AIGCLibrary.data.model import DEFAULT_ID, CreateIdempotency, Node, RecordState, RetryPolicy
from AIGCLibrary.data.operations import OperationPoll, OperationProgress, OperationWaiter
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.refusals import refusal_in
from AIGCLibrary.data.request import ApiRequest, reading
from AIGCLibrary.data.self_path import filled
from AIGCLibrary.http.json_schema import compiled
from AIGCLibrary.http.redirects import absolute
from AIGCLibrary.http.response import Response
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor

log = logging.getLogger("aigc.data")

GRACE = 2.0
"""Seconds in which a request whose sender is gone may still be acted upon by the product."""


class RecordJournal(Protocol):
    """Remembers what is created."""

    async def intend(self, work: Preparation, record: DataRecord) -> None:
        """Write what is about to be asked of the product."""

    def note(self, record: DataRecord) -> None:
        """Write what came of it."""


class Creator:
    """Creates, finds and changes single things.

    Args:
        caller: Sends the requests.
        journal: Remembers them.
        redactor: Masks secrets in messages.
        clock: Time.
        reads_answers: Headers or status of answers are used: what a lookup found is read at its own address as well.
    """

    def __init__(
        self, caller: Caller, journal: RecordJournal, redactor: Redactor, clock: Clock, *, reads_answers: bool = False
    ) -> None:
        self._clock = clock
        self._reads_answers = reads_answers
        self._caller = caller
        self._journal = journal
        self._redactor = redactor
        self._operations = OperationWaiter(caller, clock)

    async def create(
        self,
        work: Preparation,
        record: DataRecord,
        node: Node,
        request: ApiRequest,
        lookup: ApiRequest | None,
        deletion: ApiRequest | None = None,
        poll: OperationPoll | None = None,
    ) -> None:
        """Make a thing; a record that is already `intended` in the journal is first looked for.

        Args:
            work: The preparation.
            record: What is made.
            node: Its node.
            request: The request that makes it.
            lookup: The request that finds it.
            deletion: The request that will remove it, with marks for the fields of its answer.
            poll: How its end is awaited, with such marks; None when the template does not say.

        Raises:
            NodeFailure: The product refused, or its answer has no id.
        """
        request, keyed = with_idempotency(request, node.idempotency, record.id)
        again = record.create is not None
        record.create = {
            **request.stored(),
            "repeatable": keyed,
            "id": node.id,
            "delete": deletion.stored() if deletion else None,
            "removal": f"{node.delete.method} {node.delete.path.raw}" if node.delete else None,
            "poll": poll.stored() if poll else None,
            "operation": record.operation,
        }
        record.lookup = lookup.stored() if lookup else None
        record.inputs_hash = request.fingerprint(self._redactor.data)
        if not again:
            await self._journal.intend(work, record)
        elif record.operation and await self._finished(record, node, request.path, lookup):
            record.state = RecordState.CREATED
            return
        elif lookup and await self._adopt_late(record, node, lookup, keyed=keyed):
            log.info("'%s' had been created before the run ended: %s.", record.key, record.remote_id)
            return
        elif not (keyed or lookup):
            log.warning(
                "'%s' may exist twice now: the run ended while it was created, and the template gives neither "
                "lookup nor idempotency.",
                record.key,
            )
        attempt = await self._attempts(record, node, request, lookup, keyed=keyed, again=again)
        if attempt is None:
            return
        if attempt.response is None or not request.accepted(attempt.response):
            await self._failed(record, attempt)
            raise refused(record.key, "created", request, attempt, self._redactor)
        record.elapsed = attempt.response.elapsed
        await self.take(record, node, attempt.response, request, lookup)
        record.state = RecordState.CREATED

    async def _attempts(
        self,
        record: DataRecord,
        node: Node,
        request: ApiRequest,
        lookup: ApiRequest | None,
        *,
        keyed: bool,
        again: bool,
    ) -> CallOutcome | None:
        """Send the creation, again where that is safe; None when a lookup found the thing meanwhile."""
        sent = 0
        number = 0
        record.doubtful = record.doubtful or again
        while True:
            attempt = await self._caller.once(request)
            sent += attempt.sent
            record.doubtful = record.doubtful or attempt.unclear
            safe = keyed or (lookup is not None and attempt.unclear)
            if number >= node.retry.times or not self._caller.passing(attempt, safe=safe):
                return replace(attempt, sent=sent)
            await self._caller.pause(attempt, number, node.retry)
            if attempt.unclear and lookup and not keyed and await self.adopt(record, node, lookup):
                return None
            number += 1

    async def _adopt_late(self, record: DataRecord, node: Node, lookup: ApiRequest, *, keyed: bool) -> bool:
        """Take over what an earlier process asked for; without a key, its request may still be on the way."""
        if await self.adopt(record, node, lookup):
            return True
        wait = record.at + GRACE - self._clock.now()
        if keyed or wait <= 0:
            return False
        await self._clock.sleep(wait)
        return await self.adopt(record, node, lookup)

    async def adopt(self, record: DataRecord, node: Node, lookup: ApiRequest) -> bool:
        """Look for a thing that may be there already; take it over when it is."""
        found = await self.find(record.key, lookup, node.retry)
        if found is None or contradicts(found, lookup):
            return False
        record.body = found
        record.remote_id = identity(node.id, found)
        record.state = RecordState.CREATED
        if record.remote_id is not None and self._reads_answers:
            await self._read_answer(record, node, record.create or lookup.stored())
        return record.remote_id is not None

    async def _read_answer(self, record: DataRecord, node: Node, create: Mapping[str, Any]) -> None:
        """Take headers and status from the thing's own address: those of a lookup, a list, are not the thing's."""
        address = own_address(str(create["path"]), str(record.remote_id), str(create["method"]))
        sent = {"headers": create.get("headers"), "params": create.get("params") if record.create else None}
        attempt = await self._caller.send(reading(sent, address), safe=True, retry=node.retry)
        if attempt.response is not None and attempt.response.ok:
            record.headers, record.status = dict(AnswerHeaders(attempt.response.headers)), attempt.response.status

    async def is_gone(self, record: DataRecord, node: Node) -> bool:
        """Return whether lookup and address of a thing of the journal agree that it is not there any more.

        The address alone does not show it: products without a way to read single things answer 404, too.
        """
        create = record.create or {}
        if not record.remote_id or not record.lookup or "path" not in create:
            return False
        try:
            if await self.find(record.key, ApiRequest.restored(record.lookup), node.retry) is not None:
                return False
        except NodeFailure:
            return False
        address = own_address(str(create["path"]), record.remote_id, str(create["method"]))
        attempt = await self._caller.send(reading(create, address), safe=True, retry=node.retry)
        return attempt.response is not None and attempt.response.status in (404, 410)

    async def find(self, key: str, lookup: ApiRequest, retry: RetryPolicy | None = None) -> Any:
        """Send a lookup; return what it found, or None.

        Raises:
            NodeFailure: It was answered with neither.
        """
        attempt = await self._caller.send(lookup, safe=True, retry=retry)
        if attempt.response is not None and attempt.response.status in (404, 410):
            return None
        if attempt.response is None or not lookup.accepted(attempt.response):
            raise refused(key, "looked up", lookup, attempt, self._redactor)
        found = jmespath.search(lookup.match or "@", attempt.response.json) or None
        return None if says_deleted(found) else found

    async def update(self, record: DataRecord, node: Node, request: ApiRequest) -> None:
        """Change a thing.

        Raises:
            NodeFailure: The product refused.
        """
        attempt = await self._caller.send(request, safe=True, retry=node.retry)
        if attempt.response is None or not request.accepted(attempt.response):
            raise refused(record.key, "updated", request, attempt, self._redactor)
        if isinstance(attempt.response.json, dict):
            record.answered(attempt.response)

    async def take(
        self, record: DataRecord, node: Node, response: Response, request: ApiRequest, lookup: ApiRequest | None = None
    ) -> None:
        """Take id and fields from an answer, and wait for the operation it names.

        Raises:
            NodeFailure: The answer breaks the schema of the node, its operation failed, or it has no id though one is
                needed.
        """
        record.answered(response)
        deletion = ((record.create or {}).get("delete") or {}).get("path")
        identify(record, node.id, request.path, response, deletion)
        if record.operation or (record.create or {}).get("poll"):
            if record.create is not None and record.operation:
                record.create["operation"] = record.operation
            self._journal.note(record)
            await self._finished(record, node, request.path, lookup)
        if node.schema is not None:
            self._meets(record, node, request, response)
        if record.remote_id is None and (node.delete or node.task):
            raise self._without_id(record, node, request, response)

    def _without_id(self, record: DataRecord, node: Node, request: ApiRequest, response: Response) -> NodeFailure:
        answer = refusal_in(response.json) or excerpt(response, self._redactor)
        answer = self._redactor.text(answer)
        # What was made cannot be removed without its id; the journal says so.
        record.state = RecordState.ORPHAN
        record.message = f"the answer has no id at '{node.id}'"
        return NodeFailure(
            record.key,
            f"may be there or not: {request.method} {self._redactor.text(response.url)} answered {response.status} "
            f"without an id at '{node.id}'{f': {answer}' if answer else ''}",
            hint=Text("data.hint.no_id", path=node.id),
            facts={"class": "bad_template", "curl": response.request, "excerpt": answer, "code": "AIGC414"},
        )

    async def _finished(self, record: DataRecord, node: Node, collection: str, lookup: ApiRequest | None) -> bool:
        """Wait for what the product does later, and take over the thing it made.

        Raises:
            NodeFailure: It failed, or its end was not seen.
        """
        create = record.create or {}
        address = own_address(collection, record.remote_id, str(create.get("method"))) if record.remote_id else None
        poll = OperationPoll.restored(filled(create.get("poll") or {}, record), record.operation or address, create)
        if poll is None:
            return False
        outcome = await self._operations.wait(poll)
        deletion = (create.get("delete") or {}).get("path")
        if outcome.progress is OperationProgress.DONE:
            body, found, response = await self._operations.thing(outcome, poll, node.id, collection, deletion)
            if poll.thing and body is None and found is None:
                raise self._without_thing(record, poll)
            if response is not None and body is not None:
                record.answered(response)
            record.body = record.body if body is None else body
            record.remote_id = found or record.remote_id
            if record.remote_id is None and lookup:
                await self.adopt(record, node, lookup)
            return True
        said = self._redactor.text(outcome.reason)
        if record.remote_id is not None:
            record.state = RecordState.CREATED
        else:
            record.state = RecordState.FAILED if outcome.progress is OperationProgress.FAILED else RecordState.ORPHAN
            record.message = f"the end of its creation was not seen: {said}"
        what = "failed" if outcome.progress is OperationProgress.FAILED else "has an unknown end"
        raise NodeFailure(
            record.key,
            f"was accepted, but its creation {what}: {said}",
            hint=Text("data.hint.poll"),
            facts={"class": "operation", "operation": self._redactor.text(poll.address), "code": "AIGC410"},
        )

    def _without_thing(self, record: DataRecord, poll: OperationPoll) -> NodeFailure:
        record.remote_id = None  # what was found before may be the id of the operation
        record.state = RecordState.ORPHAN
        record.message = f"its operation is done, but the answer has nothing at '{poll.thing}'"
        return NodeFailure(
            record.key,
            f"was accepted, but {record.message}",
            hint=Text("data.hint.poll"),
            facts={"class": "bad_template", "operation": self._redactor.text(poll.address), "code": "AIGC410"},
        )

    def _meets(self, record: DataRecord, node: Node, request: ApiRequest, response: Response) -> None:
        errors = list(compiled(dict(node.schema or {})).iter_errors(record.body))
        if not errors:
            return
        record.state = RecordState.CREATED if record.remote_id is not None else RecordState.ORPHAN
        problems = "; ".join(
            f"{'.'.join(map(str, error.instance_path)) or 'the answer'}: {self._redactor.text(error.message)}"
            for error in errors[:5]
        )
        raise NodeFailure(
            record.key,
            f"got an answer that breaks its schema: {request.method} {self._redactor.text(response.url)} "
            f"answered {response.status}: {problems}",
            hint=Text("data.hint.schema"),
            facts={"class": "schema", "status": response.status, "curl": response.request, "code": "AIGC411"},
        )

    async def _failed(self, record: DataRecord, attempt: CallOutcome) -> None:
        """Note a refusal; after an unclear end the record stays `intended` and is settled at clean-up."""
        if not attempt.unclear and not (attempt.unsent and record.doubtful):
            record.state = RecordState.FAILED
            record.message = f"HTTP {attempt.response.status}" if attempt.response else None
        self._journal.note(record)


def identify(record: DataRecord, path: str, collection: str, response: Response, deletion: str | None) -> None:
    """Take the id of a thing, and the operation that makes it, from the answer to its creation.

    Args:
        record: The thing; holds the answer already.
        path: JMESPath to the id.
        collection: Path that the creation was sent to.
        response: The answer.
        deletion: Path that removes the thing, with `SELF_ID`.
    """
    own = id_from_location(response.headers.get("location", ""), collection, deletion)
    operation = operation_address(response.headers, response.status, own) or operation_in(record.body)
    relative = operation and "://" not in operation and not operation.startswith("/")
    record.operation = absolute(response.url, operation) if operation and relative else operation
    found = identity(path, record.body)
    found = None if is_of_operation(found, record.operation) else found
    if found is None and record.operation is None and path == DEFAULT_ID:
        found = wrapped_identity(record.body, collection)
    record.remote_id = found or own or id_from_links(record.body, collection, deletion)


def with_idempotency(request: ApiRequest, rule: CreateIdempotency | None, key: str) -> tuple[ApiRequest, bool]:
    """Put the key that makes a repetition harmless into a request; say whether there is one."""
    if rule is None:
        return request, request.method in ("PUT", "GET")
    if rule.header:
        return request.with_key(rule.header, key), True
    body = request.json if isinstance(request.json, dict) else {}
    return replace(request, json={**body, str(rule.field): key}), True


def identity_of(record: DataRecord) -> str | None:
    """Find the id in the answer a record holds."""
    path = (record.create or {}).get("id", DEFAULT_ID)
    return identity(path, record.body)
