"""The journal of prepared data: what is intended is on disk before the request, what came of it after the answer.

A process that dies leaves records that say `intended` or `created`; later processes find them here.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable, Table, bindparam, insert, select, update

from AIGCLibrary.clock import Clock
from AIGCLibrary.data.model import RecordState
from AIGCLibrary.data.options import Scope
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.process import has_ended, process_mark
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import data_record, preparation

log = logging.getLogger("aigc.data")

_NOTE = update(data_record).where(data_record.c.id == bindparam("record_id"))
STANDING = (RecordState.INTENDED, RecordState.CREATED, RecordState.ORPHAN)
"""States of records that are, or may be, in the product because of us."""


@dataclass(slots=True)
class Preparation:
    """One call of Prepare Data.

    Args:
        id: Its own id; also the seed of names and texts.
        identity: Hash of what makes two calls the same call, for a resumed run.
        template: Name of the template.
        connection: Where the data lives.
        environment: Name of the environment, if one was used.
        scope: When it is removed.
        suite: Long name of the suite it was prepared in.
        test: Long name of the test it was prepared in.
        at: When it began, seconds since 1970: what `now()` means.
        records: What was made, by key.
    """

    id: str
    identity: str
    template: str
    connection: Connection
    environment: str | None
    scope: Scope
    suite: str | None
    test: str | None
    at: float
    name: str | None = None
    resumed: bool = False
    keep: bool = False
    records: dict[str, DataRecord] = field(default_factory=dict)
    api_calls: int = 0
    elapsed: float = 0.0


class Journal:
    """Writes and reads the journal.

    Args:
        store: Where it is kept.
        redactor: Masks secrets in what is kept.
        clock: Time.
    """

    def __init__(self, store: Store, redactor: Redactor, clock: Clock) -> None:
        self._store = store
        self._redactor = redactor
        self._clock = clock

    async def begin(self, work: Preparation) -> None:
        """Write that a preparation begins, or is taken up again."""
        now = self._clock.now()
        if work.resumed:
            await self._write(
                update(preparation)
                .where(preparation.c.id == work.id)
                .values(owner=process_mark(), updated_at=now, state="running")
            )
            return
        await self._insert(
            preparation,
            id=work.id,
            run_id=self._store.scope.run_id,
            suite=work.suite,
            test=work.test,
            at=work.at,
            updated_at=now,
            identity=work.identity,
            owner=process_mark(),
            name=work.name,
            template=work.template,
            environment=work.environment,
            base_url=self._redactor.text(work.connection.base_url),
            scope=str(work.scope),
            state="running",
        )

    async def end(self, work: Preparation, state: str) -> None:
        """Write how a preparation ended: `done`, `failed`, `kept` or `removed`."""
        await self._write(
            update(preparation)
            .where(preparation.c.id == work.id)
            .values(state=state, updated_at=self._clock.now(), api_calls=work.api_calls, elapsed=work.elapsed)
        )

    async def close(self, work: str) -> None:
        """Write that nothing of a preparation is left, when that is so."""
        still = data_record.c.state.in_([str(state) for state in STANDING])
        left = select(data_record.c.id).where(data_record.c.preparation == work, still).exists()
        await self._write(
            update(preparation)
            .where(preparation.c.id == work, ~left)
            .values(state="removed", updated_at=self._clock.now())
        )

    async def intend(self, work: Preparation, record: DataRecord) -> None:
        """Write what is about to be asked of the product."""
        record.at = self._clock.now()
        await self._insert(
            data_record,
            id=record.id,
            run_id=self._store.scope.run_id,
            suite=work.suite,
            test=work.test,
            preparation=work.id,
            at=record.at,
            environment=work.environment,
            base_url=self._redactor.text(work.connection.base_url),
            template=work.template,
            node=record.node,
            key=record.key,
            scope=str(work.scope),
            position=record.position,
            **self._columns(record),
        )

    def note(self, record: DataRecord) -> None:
        """Write what came of it.

        Nobody waits for it: writes are done in order, so that it is on disk before the next intent that is
        awaited, and before the end of the preparation.
        """
        self._store.submit(_NOTE, {"record_id": record.id, **self._columns(record)}).add_done_callback(_complain)

    def unfinished(self, identity: str) -> tuple[Mapping[str, Any], list[DataRecord]] | None:
        """Find the preparation of a run that ended before its clean-up: its row and its records."""
        rows = self._store.query(
            select(preparation)
            .where(preparation.c.identity == identity, preparation.c.state != "removed")
            .order_by(preparation.c.at.desc())
        )
        found = next((row for row in rows if row["owner"] == process_mark() or has_ended(row["owner"])), None)
        if found is None:
            return None
        return found, [_record(row) for row in self._records(data_record.c.preparation == found["id"])]

    def standing(
        self, *, run_id: str | None = None, before: float | None = None, template: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows of records that are, or may be, still in the product.

        Args:
            run_id: Only of this run.
            before: Only those made before this moment, in seconds since 1970.
            template: Only of this template.
        """
        wanted: list[Any] = [data_record.c.state.in_([str(state) for state in STANDING])]
        if run_id is not None:
            wanted.append(data_record.c.run_id == run_id)
        if before is not None:
            wanted.append(data_record.c.at < before)
        if template is not None:
            wanted.append(data_record.c.template == template)
        rows = self._records(*wanted)
        owners = {
            row["id"]: row["owner"]
            for row in self._store.query(
                select(preparation.c.id, preparation.c.owner).where(
                    preparation.c.id.in_({row["preparation"] for row in rows})
                )
            )
        }
        return [{**row, "owner": owners.get(row["preparation"])} for row in rows]

    def durations(self, template: str, environment: str | None) -> dict[str, list[float]]:
        """Return the seconds earlier creations took, by node."""
        rows = self._store.query(
            select(data_record.c.node, data_record.c.elapsed)
            .where(
                data_record.c.template == template,
                data_record.c.environment == environment,
                data_record.c.elapsed.is_not(None),
            )
            .order_by(data_record.c.at.desc())
            .limit(5000)
        )
        found: dict[str, list[float]] = {}
        for row in rows:
            found.setdefault(row["node"], []).append(row["elapsed"])
        return found

    def _records(self, *wanted: Any) -> list[dict[str, Any]]:
        return self._store.query(select(data_record).where(*wanted).order_by(data_record.c.at))

    def _columns(self, record: DataRecord) -> dict[str, Any]:
        return {
            "updated_at": self._clock.now(),
            "state": str(record.state),
            "remote_id": record.remote_id,
            "inputs_hash": record.inputs_hash,
            "elapsed": record.elapsed,
            "create_request": self._redactor.data(record.create),
            "delete_request": self._redactor.data(record.delete),
            "lookup_request": self._redactor.data(record.lookup),
            "response": self._redactor.data(
                {"body": record.body, "result": record.result, "headers": record.headers, "status": record.status}
            ),
            "message": self._redactor.text(record.message) if record.message else None,
        }

    async def _insert(self, table: Table, **row: Any) -> None:
        await asyncio.wrap_future(self._store.submit(insert(table), row))

    async def _write(self, statement: Executable) -> None:
        await asyncio.wrap_future(self._store.submit(statement))


def _complain(done: "Future[int]") -> None:
    if not done.cancelled() and done.exception():
        log.warning("The journal of prepared data could not be written: %s", done.exception())


def _record(row: Mapping[str, Any]) -> DataRecord:
    """Make a record again from its row."""
    response = row["response"] or {}
    return DataRecord(
        id=row["id"],
        node=row["node"],
        key=row["key"],
        position=row["position"] or 0,
        state=RecordState(row["state"]),
        remote_id=row["remote_id"],
        body=response.get("body"),
        result=response.get("result"),
        delete=row["delete_request"],
        lookup=row["lookup_request"],
        create=row["create_request"],
        inputs_hash=row["inputs_hash"],
        elapsed=row["elapsed"],
        at=row["at"] or 0.0,
        headers=response.get("headers") or {},
        status=response.get("status"),
        operation=(row["create_request"] or {}).get("operation"),
        message=row["message"],
    )


def records_of(rows: Sequence[Mapping[str, Any]]) -> list[DataRecord]:
    """Make records again from rows of the journal."""
    return [_record(row) for row in rows]
