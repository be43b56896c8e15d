"""Removes what was made: deepest first, in parallel, again where it fails, with a report of what stayed."""

import asyncio
import logging
from collections.abc import Iterable

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.deletion import Deleter, DeletionResult
from AIGCLibrary.data.journal import Journal
from AIGCLibrary.data.model import RecordState, RetryPolicy
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.removal_report import CleanUp, Orphan, RemovalOutcome
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.data.settling import Settler
from AIGCLibrary.events import Bus, DataChanged
from AIGCLibrary.redaction.redactor import Redactor

log = logging.getLogger("aigc.data")

PASSES = 3
"""How often everything that is still there is tried again, after all else is gone."""
RETRY = RetryPolicy(times=4, backoff=0.2, longest=5.0)
_CONFIRMED = (RemovalOutcome.REMOVED, RemovalOutcome.GONE)


class Remover:
    """Removes records.

    Args:
        caller: Sends the requests.
        journal: Receives what is removed.
        redactor: Masks secrets in reasons.
        bus: Receives events.
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
        self._settler = Settler(caller, redactor, clock, retry)
        self._deleter = Deleter(caller, redactor, clock, retry)
        self._answered = False

    async def remove(self, records: Iterable[DataRecord], template: str = "") -> CleanUp:
        """Remove what is there because of these records; what cannot be removed is reported, never raised."""
        started, sent = self._clock.monotonic(), self._caller.sent
        self._answered = False
        waiting = [record for record in records if record.exists or record.state is RecordState.ORPHAN]
        results: dict[str, DeletionResult] = {}
        everything = sorted(waiting, key=lambda record: -record.position)
        for number in range(PASSES):
            again: list[DataRecord] = []
            for level in _levels(waiting):
                found = await asyncio.gather(*(self._one(record, template) for record in level))
                results |= {record.id: result for record, result in zip(level, found, strict=True)}
                if not self._answered:
                    # Nothing of the product answers: to try every thing for itself would only take long.
                    break
                again += [
                    data_record for data_record in level if results[data_record.id].outcome is RemovalOutcome.RETRYABLE
                ]
            waiting = again
            if not waiting or not self._answered or not any(record.delete for record in waiting):
                break
            if number + 1 < PASSES:
                await self._clock.sleep(self._retry.backoff * 2**number)
        return self._report(everything, results, template, self._caller.sent - sent, self._clock.monotonic() - started)

    def _report(
        self,
        records: list[DataRecord],
        results: dict[str, DeletionResult],
        template: str,
        api_calls: int,
        elapsed: float,
    ) -> CleanUp:
        orphans: list[Orphan] = []
        for record in records:
            result = results.get(record.id) or DeletionResult(
                RemovalOutcome.LEFT, "its removal was not sent, since the product does not answer"
            )
            if result.outcome in (RemovalOutcome.LEFT, RemovalOutcome.RETRYABLE):
                record.message = result.reason
                certain = result.certain and record.remote_id is not None
                self._set(record, RecordState.ORPHAN, template)
                orphans.append(self._orphan(record, certain=certain))
        outcomes = [result.outcome for result in results.values()]
        return CleanUp(
            removed=sum(outcome in _CONFIRMED for outcome in outcomes),
            gone=outcomes.count(RemovalOutcome.GONE),
            left=tuple(
                str(record)
                for record in records
                if record.id in results and results[record.id].outcome is RemovalOutcome.NO_DELETION
            ),
            orphans=tuple(orphans),
            api_calls=api_calls,
            elapsed=elapsed,
        )

    async def _one(self, record: DataRecord, template: str) -> DeletionResult:
        """Remove one thing."""
        try:
            result = await self._settled(record) or await self._removed(record)
        except Exception as error:  # noqa: BLE001 - one thing that cannot be removed must not keep the others
            own = isinstance(error, ConnectionError) and str(error)  # a request of ours that got no usable answer
            reason = self._redactor.text(str(error) if own else f"{type(error).__name__}: {error}")
            return DeletionResult(RemovalOutcome.RETRYABLE, reason, answered=False, certain=False)
        self._answered = self._answered or result.answered
        if result.outcome in _CONFIRMED:
            record.message = None
            self._set(record, RecordState.REMOVED, template)
        elif result.outcome is RemovalOutcome.NO_DELETION:
            self._set(record, RecordState.LEFT, template)
        elif result.outcome is RemovalOutcome.NEVER_MADE:
            record.state = RecordState.FAILED
            self._journal.note(record)
        return result

    async def _settled(self, record: DataRecord) -> DeletionResult | None:
        """Find out whether a thing exists; None when it does, and its removal can be sent."""
        open_end = record.state is RecordState.INTENDED or (
            record.state is RecordState.ORPHAN and record.remote_id is None
        )
        if not open_end:
            return None
        settled = await self._settler.settle(record)
        self._answered = self._answered or settled.answered
        if settled.exists is False:
            return DeletionResult(RemovalOutcome.NEVER_MADE)
        if settled.exists is None:
            reason = self._redactor.text(settled.reason)
            return DeletionResult(RemovalOutcome.RETRYABLE, reason, settled.answered, certain=False)
        return DeletionResult(RemovalOutcome.LEFT, self._redactor.text(settled.reason)) if settled.reason else None

    async def _removed(self, record: DataRecord) -> DeletionResult:
        if record.delete is not None:
            return await self._deleter.delete(record, ApiRequest.restored(record.delete))
        if record.state is RecordState.ORPHAN or (record.create or {}).get("removal"):
            reason = record.message or "the request that removes it could not be built"
            return DeletionResult(RemovalOutcome.LEFT, reason)
        return DeletionResult(RemovalOutcome.NO_DELETION)

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

    def _orphan(self, record: DataRecord, *, certain: bool) -> Orphan:
        delete = record.delete or {}
        request = f"{delete['method']} {delete['path']}" if delete else str((record.create or {}).get("removal", ""))
        reason = record.message or "no reason is known"
        return Orphan(record.key, record.remote_id, reason, self._redactor.text(request), certain)


def _levels(records: list[DataRecord]) -> list[list[DataRecord]]:
    """Sort by depth in the graph, the deepest first; several preparations may be mixed."""
    levels: dict[int, list[DataRecord]] = {}
    for record in records:
        levels.setdefault(record.position, []).append(record)
    return [levels[position] for position in sorted(levels, reverse=True)]
