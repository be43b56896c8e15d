"""Keywords that measure, and that judge objectives."""

from pathlib import Path
from typing import Any, cast

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from AIGCLibrary.config import ImportOptions
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.keywords.component import Component
from AIGCLibrary.keywords.results import RunJudgement, SLOVerdict


def _number(text: str) -> float | str:
    """Read `0.5`, `300 ms` or `2 minutes` as a number of base units; anything else stays text."""
    from AIGCLibrary.monitoring.units import to_base

    try:
        return to_base(text)
    except ConfigError:
        return text


class SLOKeywords(Component):
    """Keywords of the group SLO.

    Args:
        engine: The services; a wrong slo.yaml fails the import.
        options: What the import sets that these keywords belong to.
    """

    def __init__(self, engine: Engine, options: ImportOptions) -> None:
        super().__init__(engine, options)
        if engine.settings.slo:
            _ = engine.monitoring.objectives

    @keyword(name="Load SLOs", tags=("SLO",))
    def load_slos(self, path: Path) -> list[str]:
        """Loads the objectives of a file; they replace the earlier ones.

        Args:
            path: A `slo.yaml`; see the schema `slo.schema.json`.

        Returns:
            Names of the objectives.

        Raises:
            ConfigError: The file is missing or wrong; the message names the line.

        Example:
            ```robotframework
            Load SLOs    resources/slo.yaml
            ```
        """
        return list(self.engine.monitoring.load(path).items)

    @keyword(name="Get SLO Status", tags=("SLO", "Getter", "Assertion"))
    def get_slo_status(
        self,
        name: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> SLOVerdict:
        """Returns the verdict of an objective over the run so far, and optionally checks it.

        `healthy`: the limit holds, proven, and the target is reached. `at_risk`: the limit holds, proven, but the
        target is missed. `breach`: proven worse than the limit. `unproven`: too few samples to decide. Proven means
        that the whole confidence interval lies on one side of the limit.

        Args:
            name: Name of the objective, for example `locator.gold_hit_rate`.
            assertion_operator: See `Assertions`.
            assertion_expected: What the verdict is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            `healthy`, `at_risk`, `unproven` or `breach`.

        Raises:
            MetricError: The objective does not exist.

        Example:
            ```robotframework
            Get SLO Status    locator.gold_hit_rate    !=    breach
            ```
        """
        (status,) = self.engine.monitoring.statuses([name])
        verdict = cast("SLOVerdict", str(status.verdict))
        return self.verify(verdict, assertion_operator, assertion_expected, message, f"SLO '{name}'")

    @keyword(name="SLO Should Be Met", tags=("SLO", "Assertion"))
    def slo_should_be_met(self, *names: str) -> None:
        """Fails when objectives are in breach, or unproven where their `gate` demands proof.

        Few samples prove nothing: by default `unproven` passes. `gate: unproven` in slo.yaml makes it fail,
        `gate: never` keeps an objective from failing anything.

        Args:
            *names: Names of objectives; all when none is given.

        Raises:
            SloError: The message contains the value, k of n, the interval and the limit of each.

        Example:
            ```robotframework
            SLO Should Be Met    async_task.completion_rate    file_processing.success_rate
            ```
        """
        self.engine.monitoring.require(names)

    @keyword(tags=("SLO", "Assertion"))
    def run_should_not_be_worse(self, *, than: str = "previous") -> RunJudgement:
        """Fails when this run is proven to be worse than earlier ones.

        What was done in both is paired: the same test, and in it the same task, file or lookup. Compared are completed
        and refused tasks, their times and costs, passed tests and their times, accepted files, and targets found by
        gold. It may be asked after every test: a run without a difference fails in at most 1 % of runs. Few pairs
        prove little: `unknown` passes, and the log says how many more would decide it.

        Args:
            than: Id of a run, several with commas, `previous`, or `last 5`: runs of the same suites and environment
                before this one. Several make a drop visible with fewer pairs.

        Returns:
            `not_worse` or `unknown`.

        Raises:
            WorseRunError: The message names each measure with its values and pairs.
            ConfigError: The earlier run does not exist.

        Example:
            ```robotframework
            Run Should Not Be Worse    than=last 5
            ```
        """
        from AIGCLibrary.monitoring.compare.report import judged

        found, table = judged(self.engine.store, self.engine.run_id, than, self.engine.active_language)
        logger.info(table)
        return cast("RunJudgement", found)

    @keyword(tags=("SLO",))
    def record_metric(self, name: str, value: float, unit: str = "1", **labels: str) -> None:
        """Records a value of an own metric; objectives of that name are judged by it.

        Values that are all 0 or 1 are a share (k of n), all others a mean.

        Args:
            name: Name, best as `group.name`, for example `quality.sharpness`.
            value: The value in `unit`.
            unit: `1`, `%`, `ms`, `s`, `min`, `h`, `B`, `kB`, `MB` or `GB`; times are kept in seconds. A metric without
                an objective may have any word as its unit, the same one throughout the run.
            **labels: What the value belongs to, for example `kind=video`.

        Raises:
            MetricError: The unit is of another kind than that of the objective, or than the one used before.

        Example:
            ```robotframework
            Record Metric    quality.first_frame    420    unit=ms    kind=video
            ```
        """
        self.engine.monitoring.record(name, value, unit, {key: str(text) for key, text in labels.items()})

    @keyword(tags=("SLO", "Getter", "Assertion"))
    def get_metric(
        self,
        name: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        statistic: str = "mean",
    ) -> float:
        """Returns a statistic of a metric over the run so far, and optionally checks it.

        Args:
            name: Name of a metric, or of an objective for what it measures.
            assertion_operator: See `Assertions`.
            assertion_expected: What the number is compared with; `300 ms`, `2 minutes` or `95 %` are understood.
            message: Message of the failure, in place of the default.
            statistic: `mean`, `median`, `min`, `max`, `sum`, `count`, `last`, or a percentile such as `p95`.

        Returns:
            The number in seconds, bytes or shares of one.

        Raises:
            MetricError: Nothing was measured under that name.

        Example:
            ```robotframework
            Get Metric    async_task.wait_time    <    2 minutes    statistic=p95
            ```
        """
        value = self.engine.monitoring.metric(name, statistic)
        if isinstance(assertion_expected, str):
            assertion_expected = _number(assertion_expected)
        label = f"Metric '{name}' ({statistic})"
        return self.verify(value, assertion_operator, assertion_expected, message, label)

    @keyword(tags=("SLO",))
    def start_monitoring(
        self, port: int = 0, *, host: str = "127.0.0.1", token: Secret | None = None, dashboard: bool = True
    ) -> str | None:
        """Collects every 10 s, checks the objectives every 60 s, sends alerts, and serves the dashboard.

        The intervals and alerts are in slo.yaml: `collect_every`, `check_every`, `alerts`, `notify`. Monitoring ends
        with the run or with `Stop Monitoring`. A dashboard of its own process is `aigc dashboard`.

        Args:
            port: Port of the dashboard; 0 takes a free one.
            host: Address it listens at. Any other than this machine's own needs a token.
            token: What a visitor must know.
            dashboard: False watches without a dashboard.

        Returns:
            The dashboard's URL; None without a dashboard.

        Raises:
            MonitoringError: The port is taken, or the token is missing.

        Example:
            ```robotframework
            ${url} =    Start Monitoring    8099
            ```
        """
        self.engine.monitoring.watch()
        if not dashboard:
            return None
        secret = None if token is None else str(self.reveal(token))
        return self.engine.monitoring.serve(host, port, secret)

    @keyword(tags=("SLO",))
    def stop_monitoring(self) -> None:
        """Stops what `Start Monitoring` started; alerts that wait are sent within 2 s.

        Example:
            ```robotframework
            Stop Monitoring
            ```
        """
        self.engine.monitoring.stop()

    @keyword(tags=("SLO",))
    def start_measurement(self, name: str) -> None:
        """Starts a stopwatch; `Stop Measurement` of the same name records its time.

        Args:
            name: Name of the metric.

        Example:
            ```robotframework
            Start Measurement    checkout.time
            Click Target    generate_button
            Stop Measurement    checkout.time
            ```
        """
        self.engine.monitoring.measurements.start(name)

    @keyword(tags=("SLO",))
    def stop_measurement(self, name: str) -> float:
        """Stops a stopwatch and records its time as a metric of that name.

        Args:
            name: Name given to `Start Measurement`.

        Returns:
            Seconds.

        Raises:
            MetricError: The measurement is not running.

        Example:
            ```robotframework
            ${seconds} =    Stop Measurement    checkout.time
            ```
        """
        seconds = self.engine.monitoring.measurements.stop(name)
        self.engine.monitoring.record(name, seconds, "s")
        return seconds
