"""What keywords and listeners ask of monitoring: record, measure, judge. Starts with the library or the listener."""

import logging
import math
import statistics as numbers
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary._version import __version__
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.events import MetricRecorded
from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring import series
from AIGCLibrary.monitoring.catalogue import BY_METRIC, MetricKind, metric_of
from AIGCLibrary.monitoring.downloads import Downloads
from AIGCLibrary.monitoring.errors import MetricError, other_unit, slo_not_met, unknown_metric
from AIGCLibrary.monitoring.measurement import Measurements
from AIGCLibrary.monitoring.objectives import Objective, Objectives, built_in, joined, load_objectives
from AIGCLibrary.monitoring.runs import LOG
from AIGCLibrary.monitoring.samples import Collector
from AIGCLibrary.monitoring.slo import evaluate
from AIGCLibrary.monitoring.stopping import StopRule
from AIGCLibrary.monitoring.units import base_of, kept_for, to_base
from AIGCLibrary.monitoring.verdict import Status
from AIGCLibrary.process import identity
from AIGCLibrary.store.chain import CONTINUES
from AIGCLibrary.store.tables import run

if TYPE_CHECKING:
    from AIGCLibrary.monitoring.dashboard.server import DashboardServer
    from AIGCLibrary.monitoring.monitor import RealTimeMonitor
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.monitor")

STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "mean": numbers.fmean,
    "median": numbers.median,
    "min": min,
    "max": max,
    "sum": math.fsum,
    "count": lambda found: float(len(found)),
    "last": lambda found: found[-1],
}
"""Beside these, `p` with a number is a percentile: `p95`."""


class MonitoringService:
    """Turns events into samples and verdicts.

    Args:
        runtime: The services.
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._objectives: Objectives | None = None
        self._paths: tuple[Path, ...] = ()
        self.collector = Collector(runtime.bus, runtime.store, runtime.location)
        self.downloads = Downloads(runtime.bus, runtime.store, runtime.redactor)
        self.measurements = Measurements(runtime.clock)
        self._monitor: RealTimeMonitor | None = None
        self._dashboard: DashboardServer | None = None
        self._keep: float | None = None
        self._units: dict[str, str] = {}  # of own metrics, as they were first recorded
        self._noted: tuple[object, ...] = ()
        self._stop = StopRule(self._demanded, runtime.store, runtime.run_id)
        self._about: dict[str, str] = {}  # labels of the run beside its objectives
        try:
            self._keep = kept_for(runtime.settings.retention)
        except ConfigError as error:  # what is kept too long harms nobody
            log.warning(
                "The setting 'retention' is not a time such as '90 d', so nothing is removed: %s", error.message
            )
        runtime.on_close(self.tidy)
        runtime.on_close(self.stop)

    @property
    def objectives(self) -> Objectives:
        """What is demanded: of the file last loaded or set, else built in."""
        paths = self._runtime.settings.slo  # grows: a listener starts before the library is imported
        if self._objectives is None or paths != self._paths:
            self._objectives = joined([load_objectives(path) for path in paths]) if paths else built_in()
            self._paths = paths
        return self._objectives

    def _demanded(self) -> Iterable[Objective]:
        """Return the objectives that hold at this moment; a later import may bring others."""
        return self.objectives.items.values()

    def load(self, path: Path) -> Objectives:
        """Hold the run to the objectives of a file from now on."""
        found = self._objectives = load_objectives(path)
        self._paths = self._runtime.settings.slo
        self.note_run()
        return found

    def note_run(
        self,
        name: str | None = None,
        at: float | None = None,
        *,
        continues: str | None = None,
        log_file: str | None = None,
    ) -> None:
        """Keep what the run is and what it is held to, so that any report can be made from the store alone.

        What this process was not given, such as objectives of its own, does not replace what another process noted.

        Args:
            name: Name of the run.
            at: When it began, in seconds since 1970; now when None.
            continues: Id of the run whose failed tests it repeats.
            log_file: Path of its log.html.
        """
        runtime = self._runtime
        store = runtime.store
        objectives = self.objectives
        self._about |= {name: value for name, value in ((CONTINUES, continues), (LOG, log_file)) if value}
        labels = {"objectives": _told(objectives.source), **self._about}
        store.ensure(
            run,
            id=runtime.run_id,
            started_at=runtime.clock.now() if at is None else at,
            status="RUNNING",
            labels=labels,
        )
        facts: dict[str, object] = {"language": runtime.language, "version": __version__}
        if runtime.environment:
            facts["environment"] = runtime.environment
        if objectives is not built_in():
            facts["labels"] = labels
        if name:
            facts["name"] = name
        store.upsert(run, id=runtime.run_id, **facts)
        self._noted = self._to_note()

    def note_changes(self) -> None:
        """Keep what the imports of a later suite say differently: those of a folder of suites come after its start."""
        if self._noted != self._to_note():
            self.note_run()

    def _to_note(self) -> tuple[object, ...]:
        return (id(self.objectives), self._runtime.environment, self._runtime.language)

    def stopped(self) -> Text | None:
        """Return why nothing more is to be ordered: an objective with `stop: proven` is in breach. None: go on.

        A store that cannot be read stops nothing.
        """
        try:
            return self._stop.look()
        except Exception as error:  # noqa: BLE001 - without the samples nothing is proven
            log.debug("Whether the run is to be stopped could not be read: %s", error)
            return None

    def end_run(self, status: str) -> None:
        """Keep how and when the run ended; of several processes the last one says it. A stopped run has failed."""
        if self._stop.stopped is not None:
            status = "FAIL"
        self._runtime.store.upsert(run, id=self._runtime.run_id, finished_at=self._runtime.clock.now(), status=status)

    def watch(self) -> "RealTimeMonitor":
        """Start to collect, check and alert; returns the monitor that runs."""
        if self._monitor is None:
            from AIGCLibrary.monitoring.monitor import RealTimeMonitor

            self._monitor = RealTimeMonitor(self._runtime, self.objectives)
            self._monitor.start_monitoring()
        return self._monitor

    def serve(self, host: str = "127.0.0.1", port: int = 0, token: str | None = None) -> str:
        """Serve the dashboard of this run; returns its address.

        Raises:
            MonitoringError: The port is taken, or another host than this machine was asked for without a token.
        """
        if self._dashboard is None:
            from AIGCLibrary.monitoring.dashboard.server import DashboardServer

            server = DashboardServer(self._runtime.store.url, host=host, port=port, token=token)
            server.start()
            self._dashboard = server
        return self._dashboard.url

    def stop(self) -> None:
        """Stop to watch and to serve; what waits to be reported is sent within 2 s."""
        monitor, self._monitor = self._monitor, None
        server, self._dashboard = self._dashboard, None
        if monitor:
            monitor.stop_monitoring()
        if server:
            server.stop()

    def tidy(self) -> None:
        """Reduce runs that are older than the retention to their sums; at most once a day, and for a moment only."""
        store = self._runtime.store
        if self._keep is None or store.away:
            return
        from AIGCLibrary.store.retention import tidy

        try:
            tidy(store, self._keep, self._runtime.clock.now(), identity())
        except Exception as error:  # noqa: BLE001 - what is too old now still is so tomorrow
            log.debug("Old runs could not be reduced: %s", error)

    def record(self, name: str, value: float, unit: str = "1", labels: dict[str, str] | None = None) -> None:
        """Record a value of an own metric.

        Raises:
            MetricError: It is measured in another kind of unit: by an objective, by the library, or in this run so far;
                or it is a share, and the value is not within 0 to 1.
        """
        base = base_of(unit)
        known = self._unit_of(name)
        if known is not None and base_of(known) != base:
            raise other_unit(name, unit, known)
        scaled = to_base(value, unit) if base != unit else float(value)
        if name in BY_METRIC and BY_METRIC[name].kind is MetricKind.SHARE and not 0 <= scaled <= 1:
            raise MetricError(f"'{name}' is a share: {value} is not within 0 to 1.", facts={"name": name})
        self._units.setdefault(name, unit)
        shown = {key: self._runtime.redactor.text(text) for key, text in (labels or {}).items()}
        self._runtime.bus.emit(
            MetricRecorded(at=self._runtime.clock.now(), name=name, value=scaled, unit=base, labels=shown)
        )

    def _unit_of(self, name: str) -> str | None:
        """Return the unit a metric is measured in; None when nobody has said so yet."""
        demanded = (item.unit for item in self.objectives.items.values() if item.metric == name)
        found = next(demanded, None)
        if found is None and name in BY_METRIC:
            found = BY_METRIC[name].unit
        return found or self._units.get(name)

    def statuses(self, names: Iterable[str] = ()) -> list[Status]:
        """Judge objectives of this run; all when none is named.

        Raises:
            MetricError: There is no objective of a name.
        """
        items = self.objectives.items
        wanted = list(names) or list(items)
        for name in wanted:
            if name not in items:
                raise unknown_metric("SLO", name, list(items))
        return evaluate(self._runtime.store, [items[name] for name in wanted], run_id=self._runtime.run_id)

    def require(self, names: Iterable[str] = ()) -> list[Status]:
        """Judge objectives and fail when the gate of one says so.

        Raises:
            SloError: One is in breach, or unproven where its gate demands proof.
        """
        statuses = self.statuses(names)
        missed = [status for status in statuses if status.fails_gate]
        if missed:
            raise slo_not_met(missed)
        return statuses

    def metric(self, name: str, statistic: str = "mean") -> float:
        """Return a statistic of a metric over this run, in base units.

        Args:
            name: Name of a metric, or of an objective for what it measures.
            statistic: `mean`, `median`, `min`, `max`, `sum`, `count`, `last`, or a percentile such as `p95`.

        Raises:
            MetricError: Nothing was measured under that name, or the statistic is unknown.
        """
        percent = statistic.removeprefix("p")
        calculate = STATISTICS.get(statistic)
        if calculate is None and not (statistic.startswith("p") and percent.replace(".", "", 1).isdigit()):
            raise unknown_metric("statistic", statistic, [*STATISTICS, "p95"])
        store, run_id, metric = self._runtime.store, self._runtime.run_id, metric_of(name)
        found = series.values(store, metric, run_id=run_id)
        if not found:
            if statistic == "count":
                return 0.0
            raise unknown_metric("metric", name, sorted(series.read(store, run_id=run_id)))
        if statistic == "mean":
            return series.read(store, run_id=run_id, metric=metric)[metric].mean
        return calculate(found) if calculate else series.percentile(sorted(found), float(percent) / 100)


def _told(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the store may know of a slo.yaml: all but the addresses of channels, which are secrets."""
    return {name: value for name, value in source.items() if name != "notify"}
