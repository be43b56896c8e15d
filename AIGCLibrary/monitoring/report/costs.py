"""What generation cost in a run: by provider and kind, and by the test that ordered it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import last_results, within
from AIGCLibrary.store.tables import task, test_result


@dataclass(frozen=True, slots=True)
class CostFacts:
    """What the tasks of one kind cost at one provider, in the provider's unit; tasks without a known cost apart."""

    provider: str
    kind: str
    unit: str
    n: int
    total: float
    unknown: int


@dataclass(frozen=True, slots=True)
class TestCosts:
    """What the tasks that one test ordered cost, by unit.

    Args:
        test: Its full name; None for what was ordered outside of tests, in the setup or teardown of the suite.
        place: Its id in log.html.
        n: Tasks whose cost is known.
        unknown: Tasks whose cost is not.
    """

    suite: str
    test: str | None
    totals: dict[str, float]
    n: int
    unknown: int
    place: str | None = None

    @property
    def name(self) -> str | None:
        """The name of the test without that of its suite."""
        return None if self.test is None else self.test.removeprefix(f"{self.suite}.")


def costs(store: Store, run_id: str) -> list[CostFacts]:
    """Return what generation cost, by provider, kind and unit; nothing where no cost is known at all."""
    c = task.c
    rows = _sums(store, run_id, c.provider, c.kind)
    if not any(row["n"] for row in rows):
        return []
    # A task that never got to a cost has no unit; it stands with its kind.
    units = {(row["provider"], row["kind"]): row["cost_unit"] for row in rows if row["cost_unit"]}
    found: dict[tuple[str, str, str], CostFacts] = {}
    for row in rows:
        provider, kind = row["provider"], row["kind"]
        key = (provider or "?", kind or "?", row["cost_unit"] or units.get((provider, kind)) or "credits")
        before = found.get(key, CostFacts(*key, 0, 0.0, 0))
        found[key] = CostFacts(
            *key, before.n + row["n"], before.total + float(row["total"] or 0.0), before.unknown + row["unknown"]
        )
    return list(found.values())


def cost_totals(found: list[CostFacts]) -> dict[str, float]:
    """Add costs up by unit: credits and dollars are never one number."""
    return added({cost_facts.unit: cost_facts.total} for cost_facts in found if cost_facts.n)


def costs_by_test(store: Store, run_id: str) -> list[TestCosts]:
    """Return what each test spent, the dearest first; nothing where no cost is known at all.

    Of units that cannot be compared, each test counts with its share of what was spent in that unit.
    """
    c = task.c
    sums: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for row in _sums(store, run_id, c.suite, c.test):
        sums.setdefault((row["suite"] or "", row["test"]), []).append(row)
    places = {
        row["test"]: row["place"]
        for row in store.query(select(test_result.c.test, test_result.c.place).where(last_results(store, run_id)))
    }
    found = [
        TestCosts(
            suite=suite,
            test=test,
            totals={row["cost_unit"] or "credits": float(row["total"]) for row in rows if row["n"]},
            n=sum(row["n"] for row in rows),
            unknown=sum(row["unknown"] for row in rows),
            place=places.get(test),
        )
        for (suite, test), rows in sums.items()
    ]
    spent = added(test_costs.totals for test_costs in found)

    def share(test_costs: TestCosts) -> float:
        return sum(total / spent[unit] for unit, total in test_costs.totals.items() if spent[unit])

    dearest = sorted(found, key=lambda test_costs: (-share(test_costs), test_costs.suite, test_costs.test or ""))
    return dearest if spent else []


def added(totals: Any) -> dict[str, float]:
    """Add up sums by unit."""
    whole: dict[str, float] = {}
    for amounts in totals:
        for unit, total in amounts.items():
            whole[unit] = whole.get(unit, 0.0) + total
    return whole


def _sums(store: Store, run_id: str, *columns: Any) -> list[dict[str, Any]]:
    c = task.c
    known = func.count(c.cost)
    statement = (
        select(
            *columns,
            c.cost_unit,
            known.label("n"),
            func.sum(c.cost).label("total"),
            (func.count() - known).label("unknown"),
        )
        .where(within(store, c.run_id, run_id))
        .group_by(*columns, c.cost_unit)
        .order_by(*columns, c.cost_unit)
    )
    return store.query(statement)
