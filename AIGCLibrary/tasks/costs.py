"""What generation costs: as the provider reports it, else by its price table; and budgets that refuse a submission."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import Store, tables
from AIGCLibrary.tasks.budgets import CostBudget, RunBudgets
from AIGCLibrary.tasks.errors import BudgetError
from AIGCLibrary.tasks.leases import Leases
from AIGCLibrary.tasks.limits import SetScope
from AIGCLibrary.tasks.providers.model import Price
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.registry import TaskRegistry
from AIGCLibrary.tasks.states import TaskOutcome, TaskState

log = logging.getLogger("aigc.tasks")

RESERVING = 10.0
"""Seconds after which a process that was killed while it reserved is not waited for any more."""
NEARLY = 0.8
"""Share of a budget at which it is nearly spent; the submission that gets there is reported once."""


class Costs:
    """Keeps the books.

    Args:
        store: With the suite and test that costs belong to.
        clock: For pauses.
        run_id: The run that costs belong to.
        budget: Returns the budgets that the settings have for the run, by unit.
        registry: Writes the reservation before a submission is sent, so that all processes see it.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        run_id: str,
        budget: Callable[[], Mapping[str, float]],
        registry: TaskRegistry,
    ) -> None:
        self._store = store
        self._clock = clock
        self._run_id = run_id
        self._configured = budget
        self._registry = registry
        self._leases = Leases(store, clock)
        self._of_run = RunBudgets(store, clock, run_id)
        self._budgets: list[CostBudget] = []
        self._one_read = asyncio.Lock()
        self._reading: asyncio.Task[dict[str, float]] | None = None

    def set_budget(self, amount: float | None, unit: str = "credits", scope: str = "suite") -> float | None:
        """Set a budget; None takes it away.

        Args:
            amount: How much may be spent.
            unit: `credits`, `tokens`, `USD` …, as providers and price tables name it.
            scope: `test`, `suite`, or `run`: all its processes together, whichever of them said so.

        Returns:
            The budget that held before.

        Raises:
            ConfigError: The scope is unknown, or the amount is less than 0.
        """
        chosen = _scope(scope)
        if amount is not None and not amount >= 0:
            raise ConfigError(f"The budget is {amount:g} {unit}; expected an amount of 0 or more.")
        if chosen is SetScope.GLOBAL:
            before = self._whole_run().get(unit)
            self._of_run.set(unit, None if amount is None else float(amount))
            return before
        place = self._place(chosen)
        same = [b for b in self._budgets if (b.unit, b.scope, b.place) == (unit, chosen, place)]
        self._budgets = [b for b in self._budgets if b not in same]
        if amount is not None:
            self._budgets.append(CostBudget(float(amount), unit, chosen, place))
        return same[-1].amount if same else None

    async def reserve(self, task: Task, price: Price | None) -> None:
        """Note what a task will cost, and refuse it when a budget does not allow for it.

        Raises:
            BudgetError: It would cost more than is left (AIGC208).
        """
        if price is not None:
            task.cost, task.cost_unit = estimate(price, task.inputs), price.unit
        whole = await self._held()
        found = [*(CostBudget(amount, unit, SetScope.GLOBAL) for unit, amount in whole.items()), *self._budgets]
        budgets = [b for b in found if self._counts(b) and (price is None or b.unit == price.unit)]
        if not budgets:
            return
        name = f"tasks:budget:{self._run_id}"[:160]
        while (slot := await self._leases.take(name, 1, RESERVING)) is None:
            await self._clock.sleep(0.02)  # another process reserves; one at a time, so that none is refused
        try:
            await self._reserve(task, budgets)
        finally:
            await self._leases.give_back(name, slot)

    async def _reserve(self, task: Task, budgets: list[CostBudget]) -> None:
        """Count a task in before its submission is sent, so that two processes cannot both take the last credits."""
        self._registry.save(task)
        self._registry.write()
        near: list[Text] = []
        for budget in budgets:
            spent = await asyncio.to_thread(self._spent, budget)
            own = task.cost or 0.0
            before = spent - own
            line = NEARLY * budget.amount
            if before < line <= spent <= budget.amount:
                near.append(self._near(budget, spent))
            if spent > budget.amount + 1e-9 or (own == 0.0 and before >= budget.amount):
                task.cost = None
                task.state, task.outcome = TaskState.FAILED, TaskOutcome.FAILED  # it is not an open task
                self._registry.save(task)
                self._registry.write()
                raise self._refusal(task, budget, own, before)
        for text in near:
            log.warning(text)

    def of_test(self, test: str) -> tuple[dict[str, float], int, int]:
        """Return what a test of this process has spent by unit, on how many tasks, and how many have no known cost."""
        run = self._run_id
        ordered = [t for t in self._registry.known() if t.scope and t.scope.test == test and t.scope.run_id == run]
        totals: dict[str, float] = {}
        for task in ordered:
            if task.cost is not None:
                unit = task.cost_unit or "credits"
                totals[unit] = totals.get(unit, 0.0) + task.cost
        known = sum(task.cost is not None for task in ordered)
        return totals, known, len(ordered) - known

    async def totals(self, scope: str = "run") -> dict[str, float]:
        """Return what was spent in the running test or suite, or in the whole run, by unit."""
        chosen = _scope(scope)
        self._registry.write()
        return await asyncio.to_thread(self._totals, chosen)

    @staticmethod
    def _near(budget: CostBudget, spent: float) -> Text:
        values = {"spent": f"{spent:g}", "amount": f"{budget.amount:g}", "unit": budget.unit}
        return Text("tasks.warning.budget_near", scope=Text(f"tasks.scope.{budget.scope}"), **values)

    def _refusal(self, task: Task, budget: CostBudget, own: float, spent: float) -> BudgetError:
        return BudgetError(
            Text(
                "tasks.error.budget",
                kind=task.kind,
                provider=task.provider,
                cost=f"{own:g}",
                spent=f"{spent:g}",
                amount=f"{budget.amount:g}",
                unit=budget.unit,
                scope=Text(f"tasks.scope.{budget.scope}"),
            ),
            hint=Text("tasks.hint.budget"),
            facts={"kind": task.kind, "provider": task.provider, "cost": own, "spent": spent, "budget": budget.amount},
        )

    async def _held(self) -> dict[str, float]:
        """Read the budgets of the run; submissions of one moment share a read, which begins after all of them came."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read_together())
        return await asyncio.shield(self._reading)

    async def _read_together(self) -> dict[str, float]:
        async with self._one_read:  # a caller that comes while another read goes on waits for the next one
            self._reading = None
            return await asyncio.to_thread(self._whole_run)

    def _whole_run(self) -> dict[str, float]:
        """Return the budgets of the run by unit: those of the settings, unless another was set since."""
        held = {**self._configured(), **self._of_run.read()}
        return {unit: float(amount) for unit, amount in held.items() if amount is not None}

    def _counts(self, budget: CostBudget) -> bool:
        now = self._place(budget.scope)
        return budget.place is None or now == budget.place or str(now).startswith(f"{budget.place}.")

    def _place(self, scope: SetScope) -> str | None:
        here = self._store.scope
        return {SetScope.TEST: here.test, SetScope.SUITE: here.suite}.get(scope)

    def _spent(self, budget: CostBudget) -> float:
        return self._totals(budget.scope, budget.place).get(budget.unit, 0.0)

    def _totals(self, scope: SetScope, place: str | None = None) -> dict[str, float]:
        table = tables.task
        where = table.c.run_id == self._run_id
        place = place or self._place(scope)
        if scope is SetScope.TEST:
            where &= table.c.test == place
        elif scope is SetScope.SUITE and place is not None:
            where &= (table.c.suite == place) | table.c.suite.startswith(f"{place}.", autoescape=True)
        total = func.sum(table.c.cost).label("total")
        query = select(table.c.cost_unit, total).where(where & table.c.cost.is_not(None)).group_by(table.c.cost_unit)
        return {row["cost_unit"] or "credits": float(row["total"]) for row in self._store.query(query)}


def _scope(name: str) -> SetScope:
    try:
        return SetScope("global" if name.lower() == "run" else name.lower())
    except ValueError:
        raise ConfigError(f"There is no scope '{name}'. {near_matches(name, ['test', 'suite', 'run'])}") from None


def estimate(price: Price, inputs: Mapping[str, Any]) -> float:
    """Return what a task will cost by a price table: the amount, times the numbers of some inputs."""
    amount = price.amount
    for name in price.times:
        try:
            amount *= float(inputs.get(name, 1))
        except (TypeError, ValueError):
            continue
    return amount
