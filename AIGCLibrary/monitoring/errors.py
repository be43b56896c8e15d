"""The errors of monitoring."""

from collections.abc import Sequence

from AIGCLibrary.errors import MonitoringError, near_matches
from AIGCLibrary.i18n import Text, series
from AIGCLibrary.monitoring.summary import counted, interval_text, line_text
from AIGCLibrary.monitoring.units import SCALES, base_of, shown
from AIGCLibrary.monitoring.verdict import Status, Verdict
from AIGCLibrary.units import format_share


class SloError(MonitoringError):
    """An objective is in breach, or not proven where proof is demanded."""

    code = "AIGC510"


class MetricError(MonitoringError):
    """There is no objective or metric of that name, or it is measured in another unit."""

    code = "AIGC511"


def slo_not_met(statuses: Sequence[Status]) -> SloError:
    """Build the error that lists the objectives that are not met, with what was measured."""
    lines = [describe(status) for status in statuses]
    what = "SLO is" if len(lines) == 1 else "SLOs are"
    text = "; ".join(lines)
    return SloError(
        f"{len(lines)} {what} not met: {text}.",
        hint=Text("monitoring.hint.slo_missed"),
        facts={"slos": [status.objective.name for status in statuses]},
    )


def describe(status: Status) -> str:
    """Describe in one line what was measured against what: name, verdict, value, k of n, interval, limit."""
    objective = status.objective
    if status.value is None:
        return f"'{objective.name}' is unproven: nothing was measured (limit {line_text(status)})"
    verdict = "in breach" if status.verdict is Verdict.BREACH else status.verdict.replace("_", " ")
    return (
        f"'{objective.name}' is {verdict}: {shown(status.value, objective.unit)}, {counted(status)}, "
        f"{format_share(objective.confidence)} interval {interval_text(status)} (limit {line_text(status)})"
    )


def other_unit(name: str, unit: str, known: str) -> MetricError:
    """Build the error for a value in a unit that cannot be turned into that of its metric."""
    alike = [word for word in SCALES if base_of(word) == base_of(known)] or [known]
    given = "without a unit" if unit == "1" else f"in '{unit}'"
    measured = "as a share or plain number" if known == "1" else f"in '{known}'"
    return MetricError(
        f"'{name}' is measured {measured}; this value is {given}. Nothing was recorded.",
        hint=Text("monitoring.hint.unit", units=series(alike)),
        facts={"name": name, "unit": unit, "expected": known},
    )


def unknown_metric(what: str, name: str, available: Sequence[str]) -> MetricError:
    """Build the error for a name that nothing was measured under."""
    return MetricError(
        f"There is no {what} '{name}'. {near_matches(name, available)}",
        hint=Text("monitoring.hint.record"),
        facts={"name": name},
    )
