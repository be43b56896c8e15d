"""Evaluates the objectives of a run from the store: the same in a test, after a crash, on another machine."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from AIGCLibrary.monitoring.catalogue import MetricKind
from AIGCLibrary.monitoring.objectives import Better, Objective, Objectives, built_in, from_data
from AIGCLibrary.monitoring.series import Series, count_beyond, read
from AIGCLibrary.monitoring.verdict import TROUBLE, Status, judge
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import run


def evaluate(
    store: Store,
    objectives: Iterable[Objective],
    *,
    run_id: str | None = None,
    since: float | None = None,
    until: float | None = None,
    found: Mapping[str, Series] | None = None,
) -> list[Status]:
    """Judge objectives by the samples of a run or of a time.

    Args:
        store: Where the samples are.
        objectives: What is demanded.
        run_id: Only this run.
        since: Only from this time on, in seconds since 1970.
        until: Only before this time.
        found: The sums by metric, where they were read already.
    """
    if found is None:
        found = read(store, run_id=run_id, since=since, until=until)
    return [
        judge(objective, found.get(objective.metric), _beyond(store, objective, found, run_id, since))
        for objective in objectives
    ]


def by_trouble(statuses: Iterable[Status]) -> list[Status]:
    """Sort: breach first, then at risk, unproven, healthy; what was not measured at all comes last.

    Of the unproven those come first that look worse than the limit.
    """
    return sorted(
        statuses, key=lambda status: (status.n == 0, TROUBLE.index(status.verdict), status.needed is not None)
    )


def objectives_of(store: Store, run_id: str) -> Objectives:
    """Return the objectives a run was held to; the built-in ones when it left none."""
    rows = store.query(select(run.c.labels).where(run.c.id == run_id))
    labels = (rows[0]["labels"] if rows else None) or {}
    source = labels.get("objectives")
    return from_data(source) if source else built_in()


def _beyond(
    store: Store, objective: Objective, found: Mapping[str, Series], run_id: str | None, since: float | None
) -> int | None:
    """Count single values beyond the hard line, where values are not zeros and ones."""
    series = found.get(objective.metric)
    if series is None or (objective.kind or series.kind) is not MetricKind.MEAN:
        return None
    low, high = sorted((series.least - objective.line, series.greatest - objective.line))
    if high <= 0 or low > 0:  # all on one side: nothing to count
        above, n = (0 if high <= 0 else series.n), series.n
        return above if objective.better is Better.LOWER else n - above
    above, n = count_beyond(store, objective.metric, objective.line, run_id=run_id, since=since)
    return above if objective.better is Better.LOWER else n - above
