"""Removes what was made: deepest first, in parallel, again where it fails, with a report of what stayed."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.creation import GRACE, SELF_ID, identity_of
from AIGCLibrary.data.failure import excerpt
from AIGCLibrary.data.journal import Journal
from AIGCLibrary.data.model import RecordState, RetryPolicy
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.events import Bus, DataChanged
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rules import MASK

log = logging.getLogger("aigc.data")

PASSES = 3
"""How often everything that is still there is tried again, after all else is gone."""
RETRY = RetryPolicy(times=4, backoff=0.2, longest=5.0)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A thing that could not be removed.

    Args:
        key: Its record.
        remote_id: Its id in the product, if known.
        reason: Why it is still there.
        request: The request that would remove it.
    """

    key: str
    remote_id: str | None
    reason: str
    request: str


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What a clean-up did.

    Args:
        removed: How many things were removed.
        gone: How many of them had gone already.
        left: Things whose template gives no way to remove them.
        orphans: Things that should be gone and are not.
        api_calls: Requests that were needed.
        elapsed: Seconds it took.
    """

    removed: int = 0
    gone: int = 0
    left: tuple[str, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    api_calls: int = 0
    elapsed: float = 0.0

    def __add__(self, other: "CleanUp") -> "CleanUp":
        return CleanUp(
            self.removed + other.removed,
            self.gone + other.gone,
            self.left + other.left,
            self.orphans + other.orphans,
            self.api_calls + other.api_calls,
            self.elapsed + other.elapsed,
        )


class Remover:
    """Removes records.

    Args:
        caller: Sends the requests.
        journal: Is told what is gone.
        redactor: Masks secrets in reasons.
        bus: Is told, too.
        clock: Time.
        retry: How one deletion is repeated.
    """

    def __init__(
        self, caller: Caller, journal: Journal, redactor: Redactor, bus: Bus, clock: Clock, retry: RetryPolicy = RETRY
    ) -> None:
        self._caller = caller
        self._journal = journal
        self._redactor = redactor
        self._bus = bus
        self._clock = clock
        self._retry = retry
        self._answered = False

    async def remove(self, records: Iterable[DataRecord], template: str = "") -> CleanUp:
        """Remove what is there because of these records; what cannot be removed is reported, never raised."""
        started, sent = self._clock.monotonic(), self._caller.sent
        self._answered = False
        waiting = [record for record in records if record.exists or record.state is RecordState.ORPHAN]
        done: list[DataRecord] = []
        gone = 0
        for number in range(PASSES):
            failed: list[DataRecord] = []
            for level in _levels(waiting):
                outcomes = await asyncio.gather(*(self._one(record, template) for record in level))
                gone += sum(outcome == "gone" for outcome in outcomes)
                failed += [record for record, outcome in zip(level, outcomes, strict=True) if outcome == "failed"]
                if not self._answered:
                    # Nothing of the product answers: to try every thing for itself would only take long.
                    failed = waiting
                    break
            done += [record for record in waiting if record not in failed]
            waiting = failed
            if not waiting or not self._answered or not any(record.delete for record in waiting):
                break
            if number + 1 < PASSES:
                await self._clock.sleep(self._retry.backoff * 2**number)
        for record in waiting:
            self._set(record, RecordState.ORPHAN, template)
        return CleanUp(
            removed=sum(record.state is RecordState.REMOVED for record in done),
            gone=gone,
            left=tuple(str(record) for record in done if record.state is RecordState.LEFT),
            orphans=tuple(self._orphan(record) for record in waiting),
            api_calls=self._caller.sent - sent,
            elapsed=self._clock.monotonic() - started,
        )

    async def _one(self, record: DataRecord, template: str) -> str:
        """Remove one thing: `removed`, `gone`, `left` or `failed`."""
        try:
            if record.state is RecordState.INTENDED and not await self._settle(record):
                return "failed" if record.exists else "gone"
            if record.delete is not None:
                return await self._delete(record, ApiRequest.restored(record.delete), template)
        except Exception as error:  # noqa: BLE001 - one thing that cannot be removed must not keep the others
            record.message = self._redactor.text(f"{type(error).__name__}: {error}")
            return "failed"
        self._answered = True  # nothing had to be asked
        if record.state is RecordState.ORPHAN:
            return "failed"
        self._set(record, RecordState.LEFT, template)
        return "left"

    async def _delete(self, record: DataRecord, request: ApiRequest, template: str) -> str:
        attempt = await self._caller.send(request, safe=True, retry=self._retry)
        response = attempt.response
        if response is None:
            record.message = attempt.error.message if attempt.error else "no answer"
            return "failed"
        self._answered = True
        if response.status in (404, 410) or request.accepted(response):
            record.message = None
            self._set(record, RecordState.REMOVED, template)
            return "gone" if response.status in (404, 410) and attempt.sent == 1 else "removed"
        said = excerpt(response, self._redactor)
        record.message = f"HTTP {response.status}{f': {said}' if said else ''}"
        return "failed"

    async def _settle(self, record: DataRecord) -> bool:
        """Find out whether an intended thing exists; True when it does and can be removed."""
        create = dict(record.create or {})
        repeatable = create.pop("repeatable", False)
        for ours in ("id", "delete"):
            create.pop(ours, None)
        if record.lookup:
            lookup = ApiRequest.restored(record.lookup)
            found = await self._look(lookup)
            wait = record.at + GRACE - self._clock.now()
            if found is None and wait > 0:
                await self._clock.sleep(wait)
                found = await self._look(lookup)
            if found is None:
                record.state = RecordState.REMOVED
                self._journal.note(record)
                return False
            record.body = found
        elif repeatable and "method" in create and MASK not in str(create):
            request = ApiRequest.restored(create)
            attempt = await self._caller.send(request, safe=True, retry=self._retry)
            self._answered = self._answered or attempt.response is not None
            if attempt.response is None or not request.accepted(attempt.response):
                refused = attempt.response is not None and not attempt.unclear
                if refused:
                    record.state = RecordState.REMOVED
                    self._journal.note(record)
                else:
                    record.message = "whether it was created cannot be told"
                return False
            record.body = attempt.response.json
        else:
            self._answered = True
            record.message = "it got no clear answer, and neither lookup nor idempotency tells whether it exists"
            return False
        record.remote_id = identity_of(record)
        record.state = RecordState.CREATED
        if record.delete is None:
            pattern = (record.create or {}).get("delete")
            record.delete = _filled(pattern, str(record.remote_id)) if pattern else None
        return True

    async def _look(self, lookup: ApiRequest) -> Any:
        import jmespath

        attempt = await self._caller.send(lookup, safe=True, retry=self._retry)
        if attempt.response is None:
            raise ConnectionError(attempt.error.message if attempt.error else "no answer")
        self._answered = True
        if attempt.response.status in (404, 410):
            return None
        if not lookup.accepted(attempt.response):
            said = excerpt(attempt.response, self._redactor)
            status = f"the lookup was answered with HTTP {attempt.response.status}"
            raise ConnectionError(f"{status}: {said}" if said else status)
        return jmespath.search(lookup.match or "@", attempt.response.json) or None

    def _set(self, record: DataRecord, state: RecordState, template: str) -> None:
        record.state = state
        self._journal.note(record)
        self._bus.emit(
            DataChanged(
                at=self._clock.now(),
                template=template,
                node=record.node,
                key=record.key,
                state=str(state),
                remote_id=record.remote_id,
            )
        )

    def _orphan(self, record: DataRecord) -> Orphan:
        delete = record.delete or {}
        request = f"{delete['method']} {delete['path']}" if delete else "unknown"
        return Orphan(record.key, record.remote_id, record.message or "unknown", self._redactor.text(request))


def _levels(records: list[DataRecord]) -> list[list[DataRecord]]:
    """Sort by depth in the graph, the deepest first; several preparations may be mixed."""
    levels: dict[int, list[DataRecord]] = {}
    for record in records:
        levels.setdefault(record.position, []).append(record)
    return [levels[position] for position in sorted(levels, reverse=True)]


def _filled(value: Any, identity: str) -> Any:
    """Put an id where it was not known yet."""
    if isinstance(value, str):
        return value.replace(SELF_ID, identity)
    if isinstance(value, dict):
        return {name: _filled(item, identity) for name, item in value.items()}
    return [_filled(item, identity) for item in value] if isinstance(value, list | tuple) else value
