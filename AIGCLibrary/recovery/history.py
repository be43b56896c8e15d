"""What earlier runs know: durations of tasks, and when a target was last found and how."""

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from AIGCLibrary.i18n import Text, catalogue
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.values import UNKNOWN
from AIGCLibrary.units import format_duration

if TYPE_CHECKING:
    from AIGCLibrary.store import Store

log = logging.getLogger("aigc.recovery")


class StoreSource(Protocol):
    """Opens the store when it is first asked for it, as the runtime does."""

    @property
    def store(self) -> "Store":
        """The store."""
        ...


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """How long completed tasks of one sort took.

    Args:
        count: How many there were.
        median: Seconds.
        p95: Seconds that 95 % of them needed at most.
    """

    count: int = 0
    median: float | None = None
    p95: float | None = None

    def words(self) -> dict[str, object]:
        """Return them for a text."""
        return {
            "n": self.count,
            "median": format_duration(self.median, UNKNOWN),
            "p95": format_duration(self.p95, UNKNOWN),
        }

    def evidence(self) -> dict[str, object]:
        """Return them as evidence."""
        return {"earlier_tasks": self.count, "p95_s": self.p95} if self.count else {}


@dataclass(frozen=True, slots=True)
class LastSeen:
    """How a target was found before.

    Args:
        tier: `gold`, `silver` or `bronze`.
        selector: What found it.
        run: The run it was last found in.
        at: Seconds since 1970.
        page: Where.
    """

    tier: str
    selector: str
    run: str
    at: float

    def words(self) -> dict[str, object]:
        """Return it for a text."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.at)) if self.at else UNKNOWN
        tier = Text(f"locators.tier.{self.tier}") if self.tier in catalogue("locators")["tier"] else self.tier
        return {"tier": tier, "old": self.selector, "run": self.run, "when": when}


def task_history(failure: Failure, source: StoreSource | None) -> TaskHistory:
    """Read how long completed tasks of this kind and provider took, over all runs in the store."""
    if source is None:
        return TaskHistory()
    from sqlalchemy import select

    from AIGCLibrary.store.tables import task

    query = select(task.c.duration).where(task.c.outcome == "completed", task.c.duration.is_not(None))
    for column, name in ((task.c.kind, "kind"), (task.c.provider, "provider")):
        if failure.fact(name):
            query = query.where(column == str(failure.fact(name)))
    rows = _read(source, query.order_by(task.c.finished_at.desc()).limit(500))
    found = sorted(float(row["duration"]) for row in rows)
    if not found:
        return TaskHistory()
    return TaskHistory(len(found), _quantile(found, 0.5), _quantile(found, 0.95))


def last_seen(target: str, source: StoreSource | None) -> LastSeen | None:
    """Read how a target was found the last time it was."""
    if source is None:
        return None
    from sqlalchemy import select

    from AIGCLibrary.store.tables import target_hit

    query = (
        select(target_hit)
        .where(target_hit.c.target == target, target_hit.c.tier.is_not(None), target_hit.c.outcome == "found")
        .order_by(target_hit.c.at.desc())
        .limit(1)
    )
    for row in _read(source, query):
        return LastSeen(str(row["tier"]), str(row["selector"]), str(row["run_id"]), float(row["at"] or 0))
    return None


def remembered_names(target: str, source: StoreSource | None) -> list[str]:
    """Return what a target was called when it was last found: accessible name, label, text, placeholder.

    Args:
        target: Its name.
        source: Has the store; None where there is none.
    """
    if source is None or not target:
        return []
    from sqlalchemy import select

    from AIGCLibrary.store.tables import fingerprint

    query = select(fingerprint.c.data).where(fingerprint.c.target == target).order_by(fingerprint.c.at.desc()).limit(1)
    rows = [row["data"] or {} for row in _read(source, query)]
    found = [str(data.get(name) or "").strip() for data in rows for name in ("name", "label", "text", "placeholder")]
    return list(dict.fromkeys(name for name in found if name))


def _read(source: StoreSource, query: Any) -> list[dict[str, Any]]:
    """Read from the store; history that cannot be read is no reason to make no suggestion."""
    try:
        return source.store.query(query)
    except Exception as error:  # noqa: BLE001 - a suggestion must never fail because history is missing
        log.debug("The history could not be read: %s", error)
        return []


def _quantile(ordered: list[float], share: float) -> float:
    """Return the nearest-rank quantile: the smallest value that `share` of all do not exceed."""
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
