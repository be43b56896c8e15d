"""RealTimeMonitor: collects every 10 s, checks the objectives every 60 s, notifies the alerts, serves the dashboard.

One process of many checks (it holds a lease in the store), all collect. The monitor lives on the loop thread; what it
finds never reaches a test.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.alerts.manager import AlertManager, Condition
from AIGCLibrary.monitoring.alerts.outbox import Outbox
from AIGCLibrary.monitoring.alerts.rules import When, read_rules
from AIGCLibrary.monitoring.heartbeat import Heartbeat
from AIGCLibrary.monitoring.history import ErrorBudget, budgets
from AIGCLibrary.monitoring.live import ALPHA, LiveEvidence
from AIGCLibrary.monitoring.objectives import Objectives
from AIGCLibrary.monitoring.slo import evaluate
from AIGCLibrary.monitoring.summary import counted_text, line_text
from AIGCLibrary.monitoring.units import shown
from AIGCLibrary.monitoring.verdict import Status, Verdict
from AIGCLibrary.process import identity
from AIGCLibrary.store.lease import acquire, release
from AIGCLibrary.store.tables import download, sample, task

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.monitor")

OPEN_STATES = ("queued", "processing")
END_TRIES = 10
END_SECONDS = 1.5
"""Longest wait for a dead channel; with what loading its client takes, the end of a run comes at most 2 s later."""


class RealTimeMonitor:
    """Watches a run while it runs.

    Args:
        runtime: The services.
        objectives: What is demanded; also says how often to look.
        owner: Name of this process in the leases and heartbeats of the run; unique by default.
    """

    def __init__(self, runtime: "Runtime", objectives: Objectives, owner: str | None = None) -> None:
        self._runtime = runtime
        self._store = runtime.store
        self._clock = runtime.clock
        self._objectives = objectives
        self._owner = owner or identity()
        self._live = {name: LiveEvidence(objective, runtime.run_id) for name, objective in objectives.items.items()}
        self._running: list[Future[None]] = []
        self._told: set[str] = set()
        self._wait_end: float | None = None
        self._presence = Heartbeat(runtime.store, runtime.run_id, self._owner, 3 * objectives.check_every)
        facts = {"environment": runtime.environment or ""}
        rules = read_rules(objectives.source)
        self.alert_manager = AlertManager(runtime.store, runtime.run_id, rules, runtime.language, facts)
        self.outbox = Outbox(runtime.store, runtime.clock, self._owner, runtime.own_transport, rules.address)

    def start_monitoring(self) -> None:
        """Start to collect and to check; does nothing when it runs already."""
        if self._running:
            return
        start = self._runtime.loop.start
        self._running = [start(self._join()), start(self._collect_metrics_loop()), start(self._check_slo_loop())]

    def stop_monitoring(self) -> None:
        """Stop; check again, and send what waits within 2 s."""
        if not self._running:
            return
        for loop in self._running:
            loop.cancel()
        self._running = []
        try:
            self._runtime.loop.run(self._finish())
        except Exception as error:  # noqa: BLE001 - the end of a run is not held up by its monitor
            log.warning("The last check failed: %s", error)

    async def _join(self) -> None:
        await self._guarded("join the run", self._show)

    def _show(self) -> None:
        self._presence.show(self._clock.now())

    async def _collect_metrics_loop(self) -> None:
        while True:
            await self._clock.sleep(self._objectives.collect_every)
            await self._guarded("collect", self.collect)

    async def _check_slo_loop(self) -> None:
        while True:
            await self._clock.sleep(self.until_next_check())
            await self._guarded("check", self.check)
            await self.outbox.deliver()

    def until_next_check(self) -> float:
        """Return the seconds to wait: fewer than usual when an alert waits for its `for` or its group until then."""
        every, waits = self._objectives.check_every, self._wait_end
        return every if waits is None else min(every, max(waits - self._clock.now(), 0.1))

    async def _finish(self) -> None:
        over = await self._guarded("leave the run", self._leave)
        for _ in range(END_TRIES):  # another process may hold the lease this moment, without our last samples
            if self._store.away:
                return  # nothing can be judged, sent or released
            if await self._guarded("check", partial(self.check, over=over)):
                break
            await self._clock.sleep(0.1)
        await self.outbox.finish(END_SECONDS)
        await asyncio.to_thread(release, self._store, self._lease_name, self._owner)

    async def _guarded(self, what: str, step: Callable[[], object]) -> bool:
        try:
            return bool(await asyncio.to_thread(step))
        except Exception as error:  # noqa: BLE001 - a monitor that fails once looks again
            text = str(error).split("\n", 1)[0]
            reported = (
                self._store.away or text in self._told
            )  # a store that is away was reported of; one line for the rest
            self._told.add(text)
            log.log(logging.DEBUG if reported else logging.WARNING, "The monitor could not %s: %s", what, text)
            return False

    def _leave(self) -> bool:
        return not self._store.away and self._presence.leave(self._clock.now())

    def collect(self) -> None:
        """Keep how many tasks and downloads are under way."""
        self._show()
        now, run_id = self._clock.now(), self._runtime.run_id
        tasks = self._store.query(
            select(task.c.state, func.count().label("n"))
            .where(task.c.run_id == run_id, task.c.state.in_(OPEN_STATES))
            .group_by(task.c.state)
        )
        counts = dict.fromkeys(OPEN_STATES, 0) | {row["state"]: row["n"] for row in tasks}
        active = self._store.query(
            select(func.count().label("n"), func.sum(download.c.received).label("bytes")).where(
                download.c.run_id == run_id, download.c.done.is_(False), download.c.updated_at > now - 60
            )
        )[0]
        gauges = {f"live.tasks_{state}": (float(n), "tasks") for state, n in counts.items()}
        gauges["live.downloads"] = (float(active["n"]), "downloads")
        gauges["live.downloaded"] = (float(active["bytes"] or 0), "bytes")
        for name, (value, unit) in gauges.items():
            self._store.insert(
                sample, at=now, name=name, value=value, weight=None, unit=unit, labels={}, place=None, test=None
            )

    def check(self, *, over: bool = False) -> bool:
        """Judge the objectives and bring the alerts up to date, if it is this process's turn; says whether it was.

        Args:
            over: No other process of the run is at work: what waits for others or for its time is reported now.
        """
        self._wait_end = None
        now = self._clock.now()
        if not acquire(self._store, self._lease_name, self._owner, now, 3 * self._objectives.check_every):
            return False
        statuses = evaluate(self._store, self._objectives.items.values(), run_id=self._runtime.run_id)
        items = list(self._objectives.items.values())
        spent = budgets(self._store, items, now + 60, self._objectives.budget_window, like=self._runtime.run_id)
        conditions = [
            condition for status in statuses for condition in self._conditions(status, spent[status.objective.name])
        ]
        self._wait_end = self.alert_manager.update(conditions, now, over=over)
        return True

    @property
    def _lease_name(self) -> str:
        return f"monitor:{self._runtime.run_id}"

    def _conditions(self, status: Status, spent: ErrorBudget | None) -> list[Condition]:
        objective = status.objective
        name, unit = objective.name, objective.unit
        finding = self._live[name].look(self._store)
        words = {
            "value": "–" if status.value is None else shown(status.value, unit),
            "counted": counted_text(status),
            "line": line_text(status),
            "target": shown(objective.target, unit),
            "risk": shown(ALPHA, "1"),
        }
        found = [
            Condition(name, When.BREACH, finding.broken, Text("monitoring.alert.condition.breach", **words)),
            Condition(
                name,
                When.AT_RISK,
                status.verdict is Verdict.AT_RISK,
                Text("monitoring.alert.condition.at_risk", **words),
            ),
            Condition(name, When.NO_DATA, not status.n, Text("monitoring.alert.condition.no_data")),
        ]
        if spent is not None:
            burning = [burn for burn in spent.burns if burn.alarms]
            rate = max((burn.rate for burn in burning), default=0.0)
            words = {"left": f"{max(spent.left, 0.0) * 100:.0f} %", "rate": f"{rate:.1f}"}
            found.append(Condition(name, When.BURN, bool(burning), Text("monitoring.alert.condition.burn", **words)))
        return found
