"""All tasks by handle: those of this process in memory, all others in the store."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import select

from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.store import Store, tables
from AIGCLibrary.tasks.compact import Moment
from AIGCLibrary.tasks.errors import UnknownTaskError
from AIGCLibrary.tasks.record import Task, from_row, to_row
from AIGCLibrary.tasks.snapshot import ResultFile
from AIGCLibrary.tasks.states import TaskState

DELAY = 0.1
"""Seconds within which several changes of a task become one write."""
CHUNK = 250
"""Tasks written at a time, so that ten thousand changes at once do not all lie in memory as rows."""
PATIENCE = 0.5
"""Seconds after which the next ones are handed to the store even if it has not written these."""
LARGEST_RAW = 200_000
"""Characters of a raw result kept in the store."""


class TaskRegistry:
    """Knows tasks by handle.

    Args:
        store: Where they are remembered.
        redactor: Masks secrets in what is remembered.
    """

    def __init__(self, store: Store, redactor: Redactor) -> None:
        self._store = store
        self._redactor = redactor
        self._tasks: dict[str, Task] = {}
        self._dirty: dict[str, Task] = {}
        self._untold: dict[str, int] = {}  # moments that are not in the store yet, the last ones of each history
        self._timer: asyncio.TimerHandle | None = None
        self._by_id: dict[tuple[str, str | None, str], dict[str, Task]] = {}

    def add(self, task: Task) -> None:
        """Remember a new task."""
        self._tasks[task.handle] = task
        if task.remote_id is not None:
            self._ids(task.provider, task.session, task.origin)[task.remote_id] = task
        self.save(task)

    def save(self, task: Task) -> None:
        """Write what is known of a task to the store within `DELAY` seconds; several changes are written once."""
        task.scope = task.scope or self._store.scope  # where it was submitted, no matter who waits for it later
        self._dirty[task.handle] = task
        self._soon()
        if task.ended:
            self.write()  # the test that waited for it may read the store at once, as the files do

    def record(self, task: Task, moment: Moment) -> None:
        """Add a change to the task's history, here and soon in the store."""
        task.note(moment)
        self._untold[task.handle] = self._untold.get(task.handle, 0) + 1
        self._tasks.setdefault(task.handle, task)
        self._soon()

    def write(self) -> None:
        """Hand what was saved to the store now."""
        while self._dirty or self._untold:
            self._write_some()

    def _soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY, self._write_soon)

    def _write_soon(self) -> None:
        self._timer = None
        self._write_some()
        if self._dirty or self._untold:
            loop = asyncio.get_running_loop()
            timer = self._timer = loop.call_later(PATIENCE, self._write_soon)

            def written(_: object) -> None:
                with contextlib.suppress(RuntimeError):  # the loop is closed, and everything written
                    loop.call_soon_threadsafe(self._go_on, timer)

            self._store.written().add_done_callback(written)

    def _go_on(self, timer: asyncio.TimerHandle) -> None:
        """Write what follows now that what was handed to the store is on disk."""
        if self._timer is timer:
            timer.cancel()
            self._write_soon()

    def _write_some(self) -> None:
        for handle in list(islice(self._dirty, CHUNK)):
            task = self._dirty.pop(handle)
            row = to_row(task)
            row["inputs"] = self._redactor.data(row["inputs"])
            row["error_message"] = self._redactor.data(row["error_message"])
            row["inputs_hash"] = inputs_hash(task.inputs)
            row["result"] = _bounded(row["result"])
            self._store.upsert(tables.task, **row)
        for handle in list(islice(self._untold, CHUNK)):
            task = self._tasks[handle]
            for moment in task.history[-self._untold.pop(handle) :]:
                self._write_moment(task, moment)

    def _write_moment(self, task: Task, moment: Moment) -> None:
        self._store.insert(
            tables.transition,
            task=task.handle,
            at=moment.at,
            state=str(moment.state),
            raw=moment.raw if moment.note is None else f"{moment.raw or ''} ({moment.note})".strip(),
            progress=moment.progress,
            queue_position=moment.queue_position,
            http_status=moment.http_status,
            latency=moment.latency,
        )

    async def find(self, handle: str) -> Task:
        """Return a task by handle.

        Raises:
            UnknownTaskError: There is none; the message lists near ones.
        """
        handle = str(handle).strip()
        if handle not in self._tasks:
            task = await asyncio.to_thread(self._read, handle)
            self._tasks.setdefault(handle, task)
        return self._tasks[handle]

    async def by_remote_id(self, provider: str, session: str | None, remote_id: str, origin: str) -> Task | None:
        """Return the last task that has this id with this provider at this address, from whatever process."""
        known = self._ids(provider, session, origin).get(remote_id)
        return known or await asyncio.to_thread(self._read_by_id, provider, session, remote_id, origin)

    def find_duplicate(self, task: Task, remote_id: str) -> Task | None:
        """Note the id that a product gave to a task; returns the task of this process that had it before."""
        ids = self._ids(task.provider, task.session, task.origin)
        twin, ids[remote_id] = ids.get(remote_id), task
        return twin if twin is not task else None

    def owner_of(self, task: Task, files: Iterable[ResultFile]) -> str | None:
        """Return another task of the same provider that has one of these files, by link or hash."""
        wanted = {mark for file in files for mark in (file.url, file.sha256, file.md5) if mark}
        for other in self._tasks.values():
            if other is not task and other.provider == task.provider:
                marks = {mark for file in other.files for mark in (file.url, file.sha256, file.md5) if mark}
                if wanted & marks:
                    return other.handle
        return None

    def known(self) -> list[Task]:
        """Return the tasks of this process."""
        return list(self._tasks.values())

    async def flush(self) -> None:
        """Wait until all that was saved is on disk."""
        self.write()
        await asyncio.to_thread(self._store.flush)

    def _ids(self, provider: str, session: str | None, origin: str) -> dict[str, Task]:
        """Return the tasks of one product by its ids."""
        return self._by_id.setdefault((provider, session, origin), {})

    def _read(self, handle: str) -> Task:
        rows = self._store.query(select(tables.task).where(tables.task.c.handle == handle))
        if not rows:
            raise UnknownTaskError(  # without near matches: handles are random, so likeness means nothing
                f"There is no task '{handle}'.",
                hint=Text("tasks.hint.unknown_handle"),
                facts={"task": handle},
            )
        return self._with_history(from_row(rows[0]))

    def _read_by_id(self, provider: str, session: str | None, remote_id: str, origin: str) -> Task | None:
        table = tables.task
        where = (table.c.provider == provider) & (table.c.remote_id == remote_id)
        where &= table.c.origin == origin
        where &= table.c.session.is_(None) if session is None else (table.c.session == session)
        rows = self._store.query(select(table).where(where).order_by(table.c.submitted_at.desc()).limit(1))
        if not rows:
            return None
        task = self._tasks.get(rows[0]["handle"]) or self._with_history(from_row(rows[0]))
        return self._tasks.setdefault(task.handle, task)

    def _with_history(self, task: Task) -> Task:
        table = tables.transition
        rows = self._store.query(select(table).where(table.c.task == task.handle).order_by(table.c.at, table.c.id))
        for row in rows:
            task.note(
                Moment(
                    row["at"],
                    TaskState(row["state"]),
                    row["raw"],
                    row["progress"],
                    row["queue_position"],
                    row["http_status"],
                    row["latency"],
                )
            )
        return task


def inputs_hash(inputs: Mapping[str, Any]) -> str:
    """Return a hash that is the same for the same inputs."""
    return hashlib.sha256(json.dumps(dict(inputs), sort_keys=True, default=str).encode()).hexdigest()


def _bounded(result: dict[str, Any] | None) -> dict[str, Any] | None:
    if result is None:
        return None
    if len(json.dumps(result.get("raw"), default=str)) > LARGEST_RAW:
        return {**result, "raw": "(too large to be kept)"}
    return json.loads(json.dumps(result, default=str))  # type: ignore[no-any-return]
