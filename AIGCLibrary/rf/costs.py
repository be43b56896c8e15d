"""What a test spent on generation, among its metadata in log.html."""

from typing import Any

from AIGCLibrary.engine import Engine
from AIGCLibrary.harmless import robot_text
from AIGCLibrary.i18n import Text


def note_costs(engine: Engine, result: Any) -> None:
    """Write what the tasks that a test ordered cost beside its result; nothing where no cost is known.

    Args:
        engine: The services; where no task was ever used, nothing is looked at.
        result: The test that ended.
    """
    if not engine.started("tasks"):
        return
    totals, n, unknown = engine.tasks.costs.of_test(result.full_name)
    if not n:
        return
    from AIGCLibrary.monitoring.units import amounts

    parts = [engine.text(Text("monitoring.page.test_cost_value", cost=amounts(totals), n=n))]
    if unknown:
        parts.append(engine.text(Text("monitoring.page.test_cost_unknown", unknown=unknown)))
    result.metadata[engine.text(Text("monitoring.page.test_cost"))] = robot_text(", ".join(parts))
