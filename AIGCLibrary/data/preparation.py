"""Carries an order out: begins or takes up a preparation, makes everything, undoes it when something fails."""

import asyncio
import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from AIGCLibrary.data.adopt import AdoptingWorker
from AIGCLibrary.data.cache import PreparedDataCache
from AIGCLibrary.data.calls import Caller
from AIGCLibrary.data.clients import Clients
from AIGCLibrary.data.creation import Creator
from AIGCLibrary.data.environments import Environment
from AIGCLibrary.data.errors import PreparationError
from AIGCLibrary.data.execution import Tools, Worker
from AIGCLibrary.data.failure import NodeFailure
from AIGCLibrary.data.journal import Journal, Preparation
from AIGCLibrary.data.model import Template
from AIGCLibrary.data.options import OnFailure, Scope
from AIGCLibrary.data.preparation_request import PreparationRequest, Prepared, gather_copies
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.removal_report import CleanUp
from AIGCLibrary.data.tasknode import TaskClient, TaskRunner
from AIGCLibrary.data.variables import given, lay_out, situate
from AIGCLibrary.events import MetricRecorded
from AIGCLibrary.http.connection import Connection

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.data")

_OTHER_DAY = 86_400.0
"""Seconds to another moment: names that hold the time are not the same then."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where an order is carried out, and from which template."""

    template: Template
    environment: Environment | None
    connection: Connection

    @property
    def name(self) -> str:
        """Name of the environment, or the base URL."""
        return self.environment.name if self.environment else self.connection.base_url


class Preparer:
    """Prepares data.

    Args:
        runtime: The services.
        journal: Remembers what was made.
        clients: Send the requests.
        cache: Holds what was made.
    """

    def __init__(
        self,
        runtime: "Runtime",
        journal: Journal,
        clients: Clients,
        cache: PreparedDataCache,
        tasks: Callable[[], TaskClient],
    ) -> None:
        self._runtime = runtime
        self._tasks = tasks
        self._journal = journal
        self._clients = clients
        self._cache = cache
        self._ordinals: dict[str, int] = {}

    async def prepare(self, order: PreparationRequest, site: Site) -> Prepared:
        """Carry an order out; see `DataService.prepare`."""
        clock = self._runtime.clock
        values = given(site.template, order.variables, site.environment)
        work, known = await self._begin(order, site, values)
        seed = self._seed(order, values) or work.id
        situation = situate(site.template, values, site.environment, run_id=self._runtime.run_id, seed=seed, at=work.at)
        graph = lay_out(situation)
        caller = self._clients.caller(site.connection, site.template, site.environment)
        tools = self._tools_for(order, site, caller)
        await self._journal.begin(work)
        self._cache.put(work)
        started = clock.monotonic()
        try:
            prefixes = [f"{copy}/" if order.count > 1 else "" for copy in range(order.count)]
            workers = [Worker(work, graph, situation, tools, prefix, known) for prefix in prefixes]
            copies = await gather_copies([worker.run() for worker in workers])
        except NodeFailure as failure:
            work.api_calls, work.elapsed = caller.sent, clock.monotonic() - started
            raise await self._failed(work, site.template, order, caller, failure) from None
        work.api_calls, work.elapsed = caller.sent, clock.monotonic() - started
        await self._journal.end(work, "done")
        self._measure(work)
        data = copies[0] if order.count == 1 else copies
        self._cache.deliver(work, data)
        log.info(
            "Prepared '%s' in %s: %d records with %d requests in %.2f s.",
            site.template.name,
            self._runtime.redactor.text(site.name),
            len(work.records),
            work.api_calls,
            work.elapsed,
        )
        return Prepared(site.template.name, data, copies, work)

    async def adopt(self, order: PreparationRequest, site: Site) -> Prepared:
        """Take what is there already; see `DataService.adopt`."""
        clock = self._runtime.clock
        values = given(site.template, order.variables, site.environment)
        work = self._new(order, site)
        work.keep = True
        situation, other = (
            situate(site.template, values, site.environment, run_id=seed, seed=seed, at=at)
            for seed, at in ((self._runtime.run_id, work.at), (uuid.uuid4().hex, work.at + _OTHER_DAY))
        )
        caller = self._clients.caller(site.connection, site.template, site.environment)
        worker = AdoptingWorker(
            work,
            lay_out(situation),
            situation,
            self._tools_for(order, site, caller),
            caller=caller,
            redactor=self._runtime.redactor,
            other=other,
        )
        started = clock.monotonic()
        try:
            data = await worker.run()
        except NodeFailure as failure:
            raise failure.adoption_error(site.template.title) from None
        work.api_calls, work.elapsed = caller.sent, clock.monotonic() - started
        self._cache.deliver(work, data)
        return Prepared(site.template.name, data, [data], work)

    def _tools_for(self, order: PreparationRequest, site: Site, caller: Caller) -> Tools:
        session = order.session or (site.connection.alias if site.environment else None)
        runtime, reads = self._runtime, site.template.reads_answers
        creator = Creator(caller, self._journal, runtime.redactor, runtime.clock, reads_answers=reads)
        tasks = TaskRunner(self._tasks(), session)
        return Tools(creator, self._journal, tasks, runtime.bus, runtime.clock)

    def _new(self, order: PreparationRequest, site: Site) -> Preparation:
        scope = self._runtime.store.scope
        return Preparation(
            id=uuid.uuid4().hex,
            identity="",
            template=site.template.name,
            connection=site.connection,
            environment=site.environment.name if site.environment else None,
            scope=order.scope,
            suite=order.suite or scope.suite,
            test=(order.test or scope.test) if order.scope is Scope.TEST else None,
            at=self._runtime.data_time(),
            name=order.reuse_as,
        )

    async def _begin(
        self, order: PreparationRequest, site: Site, values: Mapping[str, Any]
    ) -> tuple[Preparation, dict[str, DataRecord]]:
        """Make a preparation, or take up the one of a run that ended before its clean-up."""
        work = self._new(order, site)
        work.identity = self._identity(order, work, site.name, values)
        earlier = await asyncio.to_thread(self._journal.unfinished, work.identity)
        if earlier is None:
            return work, {}
        row, records = earlier
        if row["state"] == "removing":
            # The process died while it cleaned up: what it wanted gone goes first, then everything is created again.
            done = Preparation(
                **{
                    **_fields(work),
                    "id": row["id"],
                    "records": {data_record.key: data_record for data_record in records},
                }
            )
            await self.remove([done])
            return work, {}
        log.info("Resuming '%s': %d records are already known.", site.template.name, len(records))
        known = {record.key: record for record in records}
        work.id, work.at, work.resumed = row["id"], row["at"], True
        work.records.update(known)
        return work, known

    def _seed(self, order: PreparationRequest, values: Mapping[str, Any]) -> str | None:
        """Return what names and texts are made from where a replay must make the same ones as its recording."""
        if self._runtime.data_seed is None:
            return None
        call = [self._runtime.data_seed, order.template, order.count, self._runtime.redactor.data(dict(values))]
        return self._numbered(call)

    def _numbered(self, call: list[Any]) -> str:
        """Return a hash of a call and of how often it was made before."""
        same = json.dumps(call, default=str)
        self._ordinals[same] = self._ordinals.get(same, 0) + 1
        return hashlib.sha256(json.dumps([*call, self._ordinals[same]], default=str).encode()).hexdigest()

    def _identity(self, order: PreparationRequest, work: Preparation, where: str, values: Mapping[str, Any]) -> str:
        """Hash what makes two calls the same call; without a name, the order of equal calls counts."""
        call: list[Any] = [self._runtime.run_id, where, order.template, str(order.scope), order.reuse_as]
        if order.reuse_as is None:
            call += [work.suite, work.test, order.count, self._runtime.redactor.data(dict(values))]
            return self._numbered(call)
        return hashlib.sha256(json.dumps(call, default=str).encode()).hexdigest()

    async def _failed(
        self, work: Preparation, template: Template, order: PreparationRequest, caller: Caller, failure: NodeFailure
    ) -> PreparationError:
        if "curl" in failure.facts:
            log.info("The request that failed: %s", failure.facts["curl"])
        made = [str(record) for record in work.records.values() if record.remote_id is not None and record.exists]
        policy = order.on_failure or template.defaults.on_failure
        report = CleanUp()
        if policy is OnFailure.ROLLBACK:
            report = await self._clients.remover(caller).remove(list(work.records.values()), template.name)
            if not report.orphans:
                self._cache.drop(work)
        else:
            work.keep = True
        await self._journal.end(work, "kept" if work.keep else ("failed" if report.orphans else "removed"))
        self._measure(work)
        return failure.error(
            template.name,
            created=made,
            removed=report.removed,
            orphans=report.orphans,
            kept=work.keep,
        )

    async def remove(self, works: list[Preparation]) -> CleanUp:
        """Remove what some preparations made."""
        report = CleanUp()
        for work in works:
            await self._journal.end(work, "removing")
            remover = self._clients.remover(self._clients.caller(work.connection))
            removed = await remover.remove(list(work.records.values()), work.template)
            await self._journal.end(work, "failed" if removed.orphans else "removed")
            self._cache.drop(work)
            report += removed
        if report.removed or report.orphans:
            log.info(
                "Removed %d records with %d requests in %.2f s; %d could not be removed.",
                report.removed,
                report.api_calls,
                report.elapsed,
                len(report.orphans),
            )
        return report

    def _measure(self, work: Preparation) -> None:
        labels = {"template": work.template, "environment": work.environment or ""}
        figures = (("data.prepare_time", work.elapsed, "s"), ("data.api_calls", float(work.api_calls), "1"))
        for name, value, unit in figures:
            now = self._runtime.clock.now()
            self._runtime.bus.emit(MetricRecorded(at=now, name=name, value=value, unit=unit, labels=labels))


def _fields(work: Preparation) -> dict[str, Any]:
    return {name: getattr(work, name) for name in work.__slots__}
