"""Which runs are compared: by id, the previous one, or the last few of the same suites."""

import re

from sqlalchemy import func, select

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.runs import find_run, wanted_run
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import parts
from AIGCLibrary.store.tables import run, test_result

MOST = 20
_LAST = re.compile(r"last\s+(\d+)", re.IGNORECASE)


def earlier_runs(store: Store, run_id: str, than: str) -> list[str]:
    """Return the runs that a run is compared with, the latest first.

    Args:
        store: Where the runs are.
        run_id: The run that is judged.
        than: Ids with commas between them, `previous`, or `last 5`: runs of the same suites and environment before it.

    Raises:
        ConfigError: There is no earlier run, or it is the run itself (AIGC013).
        MonitoringError: There is no run of an id (AIGC503).
    """
    last = _LAST.fullmatch(than.strip())
    if last or than.strip().lower() == "previous":
        found = _before(store, run_id, min(int(last[1]), MOST) if last else 1)
    else:
        found = [wanted_run(store, name.strip()) for name in than.split(",") if name.strip()]
    if not found or run_id in found:
        what = "is the run itself" if run_id in found else "names no earlier run of the same suites and environment"
        raise ConfigError(
            f"'{than}' {what}; run '{run_id}' cannot be compared with it.",
            code="AIGC013",
            hint=Text("compare.hint.than"),
        )
    return found


def _before(store: Store, run_id: str, most: int) -> list[str]:
    mine = find_run(store, run_id) or {}
    c = run.c
    tested = select(1).where(test_result.c.run_id == c.id).exists()
    statement = (
        select(c.id)
        .where(
            c.started_at < (mine.get("started_at") or 0.0),
            func.coalesce(c.name, "") == (mine.get("name") or ""),
            func.coalesce(c.environment, "") == (mine.get("environment") or ""),
            c.id.not_in(parts(store, run_id)),
            tested,
        )
        .order_by(c.started_at.desc())
        .limit(most)
    )
    return [row["id"] for row in store.query(statement)]
