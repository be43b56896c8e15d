"""Compares and synchronises two environments by name, and remembers what was the same at the end."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from AIGCLibrary.data.clients import Clients
from AIGCLibrary.data.compare import Drift, compare
from AIGCLibrary.data.environments import Environment
from AIGCLibrary.data.errors import SyncError
from AIGCLibrary.data.inventory import Inventory, leave_own_out, take_inventory
from AIGCLibrary.data.model import Template
from AIGCLibrary.data.names import Situation
from AIGCLibrary.data.sync import Synchroniser
from AIGCLibrary.data.sync_plan import Step, SyncResult, fingerprint, plan_sync
from AIGCLibrary.data.variables import given, situate
from AIGCLibrary.store.tables import sync_mark

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime


class Drifts:
    """Knows how two environments differ.

    Args:
        runtime: The services.
        clients: Send the requests.
    """

    def __init__(self, runtime: "Runtime", clients: Clients) -> None:
        self._runtime = runtime
        self._clients = clients

    async def compare(
        self, template: Template, first: Environment, second: Environment, variables: Mapping[str, Any]
    ) -> Drift:
        """Compare two environments; see `DataService.compare`."""
        one, other = await asyncio.gather(
            self._inventory(template, first, variables), self._inventory(template, second, variables)
        )
        return compare(template, one, other)

    async def sync(
        self,
        template: Template,
        source: Environment,
        target: Environment,
        variables: Mapping[str, Any],
        *,
        dry_run: bool,
        overwrite: bool,
    ) -> SyncResult:
        """Bring the target into line with the source; see `DataService.sync`."""
        if source.name == target.name:
            raise SyncError(f"Environment '{source.name}' cannot be synchronised with itself.")
        ours, theirs = await asyncio.gather(
            self._inventory(template, source, variables), self._inventory(template, target, variables)
        )
        leave_own_out(template, ours, theirs)
        marks = await asyncio.to_thread(self._marks, template.name, source.name, target.name)
        actions = plan_sync(template, ours, theirs, marks, overwrite=overwrite)
        if dry_run:
            return SyncResult(template.name, source.name, target.name, tuple(actions), True)
        caller = self._clients.caller(target.connection, template, target)
        situation = self._situation(template, target, variables)
        worker = Synchroniser(
            template,
            ours,
            theirs,
            situation,
            caller,
            self._runtime.redactor,
            source_situation=self._situation(template, source, variables),
            source_caller=self._clients.caller(source.connection, template, source),
            clock=self._runtime.clock,
        )
        done = await worker.apply(actions)
        same = {
            (action.node, action.key)
            for action in done
            if action.done or (action.step is Step.SKIP and action.reason == "the same")
        }
        self._mark(template.name, ours, target.name, same)
        return SyncResult(template.name, source.name, target.name, tuple(done), False)

    async def _inventory(self, template: Template, environment: Environment, variables: Mapping[str, Any]) -> Inventory:
        caller = self._clients.caller(environment.connection, template, environment)
        situation = self._situation(template, environment, variables)
        return await take_inventory(environment, template, situation, caller, self._runtime.redactor)

    def _situation(self, template: Template, environment: Environment, variables: Mapping[str, Any]) -> Situation:
        values = given(template, variables, environment)
        now = self._runtime.clock.now()
        return situate(template, values, environment, run_id=self._runtime.run_id, seed="sync", at=now)

    def _marks(self, template: str, source: str, target: str) -> dict[tuple[str, str], str]:
        table = sync_mark.c
        wanted = (table.template == template, table.source == source, table.target == target)
        rows = self._runtime.store.query(select(sync_mark).where(*wanted))
        return {(row["node"], row["key"]): row["hash"] for row in rows}

    def _mark(self, template: str, source: Inventory, target: str, same: set[tuple[str, str]]) -> None:
        for node in source.things:
            for thing in source.all(node):
                if (node, thing.name) not in same:
                    continue
                where = "\n".join((template, source.environment, target, node, thing.name))
                self._runtime.store.upsert(
                    sync_mark,
                    id=hashlib.sha256(where.encode()).hexdigest()[:40],
                    template=template,
                    source=source.environment,
                    target=target,
                    node=node,
                    key=thing.name,
                    hash=fingerprint(thing),
                    at=self._runtime.clock.now(),
                )
