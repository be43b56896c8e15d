"""Histories by environment, provider, kind and bucket: read from the store once, kept up to date in memory."""

import asyncio
from typing import Any

from sqlalchemy import select

from AIGCLibrary.store import Store, tables
from AIGCLibrary.tasks.censoring import ObservedDuration
from AIGCLibrary.tasks.history import KEPT, History
from AIGCLibrary.tasks.poll_interval import PollPlan
from AIGCLibrary.tasks.providers.model import Provider
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.states import TaskOutcome

Key = tuple[str, str, str, str]
FEW = 8
"""Tasks of the same bucket below which those of the whole kind are planned with."""
_ENDS = (TaskOutcome.FAILED, TaskOutcome.CANCELLED)


class Histories:
    """Knows how long earlier tasks took.

    Args:
        store: Where they are remembered.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records: dict[Key, list[ObservedDuration]] = {}
        self._kinds: dict[tuple[str, str, str], list[ObservedDuration]] = {}
        self._locks: dict[tuple[Any, ...], asyncio.Lock] = {}
        self._changes: dict[Key, int] = {}
        self._histories: dict[Key, tuple[int, History]] = {}
        self._plans: dict[tuple[Any, ...], tuple[int, PollPlan]] = {}

    async def of(self, task: Task) -> History:
        """Return the history of tasks like this one."""
        key = _key(task)
        if key not in self._records:
            async with self._lock(key):
                if key not in self._records:
                    self._records[key] = await asyncio.to_thread(self._read, key)
        records = self._records[key]
        known = self._histories.get(key)
        if known is None or known[0] != self._changes.get(key, 0):
            known = self._histories[key] = (self._changes.get(key, 0), History(records))
        return known[1]

    def _lock(self, key: tuple[Any, ...]) -> asyncio.Lock:
        """Return the lock under which a key is read, so that ten thousand waits read it once."""
        return self._locks.setdefault(key, asyncio.Lock())

    async def plan(self, task: Task, provider: Provider) -> PollPlan:
        """Return the planned looks for tasks like this one."""
        async with self._lock((*_key(task), "plan")):
            return await self._plan(task, provider)

    async def _plan(self, task: Task, provider: Provider) -> PollPlan:
        key = _key(task)
        if key not in self._records:
            await self.of(task)
        records = self._records[key]
        if len(records) < FEW:
            if key[:3] not in self._kinds:
                self._kinds.setdefault(key[:3], await asyncio.to_thread(self._read, key[:3]))
            records = max(records, self._kinds[key[:3]], key=len)
        least = max(task.sla.min_poll_interval, provider.hints.min_interval)
        name = (*key, task.sla.max_poll_interval, least)
        known = self._plans.get(name)
        count = len(records) + (self._changes.get(key, 0) if len(records) >= KEPT else 0)
        if known is None or abs(count - known[0]) > max(2, known[0] // 5):
            history = History(records)
            plan = await asyncio.to_thread(PollPlan, history, provider.prior, task.sla.max_poll_interval, least)
            known = self._plans[name] = (count, plan)
        return known[1]

    def add(self, task: Task, now: float) -> None:
        """Take in a task whose wait is over."""
        if task.tracked or (task.attempt > 1 and task.outcome is None):
            return
        measured = (task.duration, task.duration_max_error, task.queued, task.queued_max_error)
        record = to_record(str(task.outcome), *measured, (task.looked_at or now) - task.submitted_at)
        if record is None:
            return
        for records in (self._records.get(_key(task)), self._kinds.get(_key(task)[:3])):
            if records is not None:
                records.append(record)
                del records[: -2 * KEPT]
        self._changes[_key(task)] = self._changes.get(_key(task), 0) + 1

    def _read(self, key: tuple[str, ...]) -> list[ObservedDuration]:
        table = tables.task
        where = (table.c.environment == key[0]) & (table.c.provider == key[1]) & (table.c.kind == key[2])
        if len(key) > 3:
            where &= table.c.bucket == key[3]
        c = table.c
        columns = (c.duration, c.duration_max_error, c.queued, c.queued_max_error)
        query = select(c.outcome, *columns, c.submitted_at, c.updated_at).where(where & c.outcome.is_not(None))
        rows = self._store.query(query.order_by(c.submitted_at.desc()).limit(KEPT))
        found = [
            to_record(
                row["outcome"],
                row["duration"],
                row["duration_max_error"],
                row["queued"],
                row["queued_max_error"],
                (row["updated_at"] or 0) - row["submitted_at"],
            )
            for row in reversed(rows)
        ]
        return [record for record in found if record is not None]


def to_record(
    outcome: str,
    duration: float | None,
    duration_error: float | None,
    queued: float | None,
    queued_error: float | None,
    watched: float,
) -> ObservedDuration | None:
    """Return what history keeps of a task; None for one without a usable duration."""
    if outcome == TaskOutcome.COMPLETED or outcome in _ENDS:
        if duration is None or (outcome in _ENDS and not duration):
            return None
        failed = outcome in _ENDS
        errors = {"error": duration_error or 0.0, "queued_error": queued_error or 0.0}
        return ObservedDuration(duration, censored=failed, queued=queued, failed=failed, **errors)
    return ObservedDuration(watched, censored=True) if outcome != TaskOutcome.VANISHED and watched > 0 else None


def _key(task: Task) -> Key:
    return (task.environment, task.provider, task.kind, task.bucket)
