"""Keywords for what tasks may take: time and money."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from AIGCLibrary.keywords.component import Component, dotted, seconds
from AIGCLibrary.keywords.results import TaskLimits


class TaskLimitKeywords(Component):
    """Keywords of the group Task that limit time and cost."""

    @keyword("Set Task SLA", tags=("Task",))
    def set_task_sla(self, *, kind: str | None = None, scope: str = "suite", **limits: Any) -> TaskLimits:
        """Changes the limits that tasks are held to; returns the changes that held before.

        Args:
            kind: Only for tasks of this kind; for all when not given.
            scope: How long it holds: `test`, `suite` or `global`.
            **limits: `timeout` (or `auto`), `queue_timeout`, `run_timeout`, `stall_timeout`, `warn_after`,
                `retry_times`, `backoff`, `max_poll_interval`, `min_poll_interval`, `outage`, `on_timeout`.

        Returns:
            The changes that held before, as a dictionary; restore them with `&{old}`.

        Raises:
            ConfigError: The limit does not exist, or a value is out of range.

        Example:
            ```robotframework
            ${old} =    Set Task SLA    kind=video    timeout=5 min    stall_timeout=1 min    scope=test
            ```
        """
        given = {name: seconds(value) if isinstance(value, timedelta) else value for name, value in limits.items()}
        return dotted(self.engine.tasks.set_sla(given, kind, scope))

    @keyword(tags=("Task",))
    def set_task_budget(self, amount: float | None, *, unit: str = "credits", scope: str = "suite") -> float | None:
        """Limits what generation may cost: a submission that would exceed it is refused before it is sent.

        Costs are those the product reports, before that those of the price table in the provider file.

        Args:
            amount: How much may be spent; None takes the budget away.
            unit: What it is counted in: `credits`, `tokens`, `USD` …, as the provider file names it.
            scope: `test`, `suite`, or `run`: it holds in all processes of the run, under pabot and on other machines
                that share the store, in place of the one that was set before or given by the import argument `budget`.

        Returns:
            The budget that held before, or None.

        Example:
            ```robotframework
            ${old} =    Set Task Budget    50    scope=run
            ```
        """
        return self.engine.tasks.costs.set_budget(amount, unit, scope)

    @keyword(tags=("Task", "Getter", "Assertion"))
    def get_task_costs(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        unit: str = "credits",
        scope: str = "test",
    ) -> float:
        """Returns what the tasks of the running test, suite or run have cost.

        Args:
            assertion_operator: See `Assertions`.
            assertion_expected: What the cost is compared with.
            message: Message of the failure, in place of the default.
            unit: What it is counted in.
            scope: `test`, `suite` or `run`.

        Returns:
            The sum in this unit; 0 when there was none.

        Example:
            ```robotframework
            Get Task Costs    <=    20    scope=suite
            ```
        """
        totals = self.run(self.engine.tasks.costs.totals(scope))
        return self.verify(totals.get(unit, 0.0), assertion_operator, assertion_expected, message, f"Costs in {unit}")
