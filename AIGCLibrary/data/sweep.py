"""Removes what earlier runs left behind, from the journal: by run, age and template."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.data.clients import Clients
from AIGCLibrary.data.journal import Journal, records_of
from AIGCLibrary.data.removal_report import CleanUp, Orphan
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.process import has_ended


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something an earlier run left, as the journal tells it."""

    run_id: str
    template: str
    key: str
    remote_id: str | None
    environment: str | None
    base_url: str | None
    at: float
    state: str
    running: bool


class Sweeper:
    """Finds and removes what is left.

    Args:
        journal: Knows what was made.
        clients: Send the requests.
        connect: Returns the connection for an environment and base URL; None when it is not known.
    """

    def __init__(
        self,
        journal: Journal,
        clients: Clients,
        connect: Callable[[str | None, str | None], Connection | None],
    ) -> None:
        self._journal = journal
        self._clients = clients
        self._connect = connect

    async def find(
        self, *, run_id: str | None = None, before: float | None = None, template: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the journal's rows of what is, or may be, still there."""
        return await asyncio.to_thread(self._journal.standing, run_id=run_id, before=before, template=template)

    async def of_dead_processes(self, run_id: str) -> CleanUp:
        """Remove what processes of a run made that have died since."""
        rows = [row for row in await self.find(run_id=run_id) if has_ended(row["owner"])]
        return await self.remove(rows)

    async def remove(self, rows: list[dict[str, Any]]) -> CleanUp:
        """Remove what some rows of the journal stand for."""
        report = CleanUp()
        places: dict[tuple[str | None, str | None], list[dict[str, Any]]] = {}
        for row in rows:
            places.setdefault((row["environment"], row["base_url"]), []).append(row)
        for (environment, base_url), here in places.items():
            connection = self._connect(environment, base_url)
            if connection is None:
                reason = f"no connection to {environment or base_url} is known; name it with --environment or --url"
                orphans = tuple(Orphan(row["key"], row["remote_id"], reason, "") for row in here)
                report += CleanUp(orphans=orphans)
                continue
            remover = self._clients.remover(self._clients.caller(connection))
            report += await remover.remove(records_of(here))
        for work in {row["preparation"] for row in rows if row["preparation"]}:
            await self._journal.close(work)
        return report


def leftovers(rows: list[dict[str, Any]]) -> list[Leftover]:
    """Return rows of the journal for a table."""
    return [
        Leftover(
            row["run_id"] or "",
            row["template"] or "",
            row["key"] or "",
            row["remote_id"],
            row["environment"],
            row["base_url"],
            row["at"] or 0.0,
            row["state"],
            bool(row["owner"]) and not has_ended(row["owner"]),
        )
        for row in rows
    ]
