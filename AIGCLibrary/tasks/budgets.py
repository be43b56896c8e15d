"""Budgets: how much generation may cost, and those of a run, which all its processes and machines share."""

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import Store, tables
from AIGCLibrary.store.dialect import dialect
from AIGCLibrary.tasks.limits import SetScope

log = logging.getLogger("aigc.tasks")


@dataclass(frozen=True, slots=True)
class CostBudget:
    """How much may be spent in a scope; `place` is the suite or test it belongs to."""

    amount: float
    unit: str
    scope: SetScope
    place: str | None = None


class RunBudgets:
    """The budgets that were set for a whole run while it was going on, by whichever of its processes.

    Args:
        store: Shared by all processes of the run.
        clock: Time of day.
        run_id: The run.
    """

    def __init__(self, store: Store, clock: Clock, run_id: str) -> None:
        self._store = store
        self._clock = clock
        self._run_id = run_id
        self._known: dict[str, float | None] = {}

    def set(self, unit: str, amount: float | None) -> None:
        """Set the budget of a unit for all; None: none holds, not even that of an import."""
        self._known[unit] = amount
        statement = dialect(self._store.url).insert(tables.budget)
        row = {"run_id": self._run_id, "unit": unit, "amount": amount, "at": self._clock.now()}
        changes = {"amount": statement.excluded.amount, "at": statement.excluded.at}
        kept = statement.values(**row).on_conflict_do_update(index_elements=["run_id", "unit"], set_=changes)
        try:
            self._store.execute(kept)
        except (SQLAlchemyError, MonitoringError, TimeoutError) as error:
            log.warning(Text("tasks.warning.budget_alone", why=str(error)))

    def read(self) -> dict[str, float | None]:
        """Return what was set, by unit; what this process knows, while the store cannot be read."""
        c = tables.budget.c
        try:
            # Written at once, so there is nothing to flush: a submission need not wait for samples that are queued.
            with self._store.engine.connect() as connection:
                rows = connection.execute(select(c.unit, c.amount).where(c.run_id == self._run_id)).all()
        except (SQLAlchemyError, MonitoringError) as error:
            log.debug("The budgets of the run could not be read: %s", error)
        else:
            self._known = {row.unit: row.amount for row in rows}
        return dict(self._known)
