"""The SLO table of a run, as text for people: the demo prints it, the listener puts it into log.html."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.slo import by_trouble, evaluate, objectives_of
from AIGCLibrary.monitoring.units import shown
from AIGCLibrary.monitoring.verdict import Status, Verdict
from AIGCLibrary.store import Store

COLUMNS = ("objective", "verdict", "value", "counted", "interval", "line", "target", "reason")
EMPTY = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Args:
        verdict: For colours and order.
        cells: Texts in the order of the columns.
        status: What it was made from.
    """

    verdict: Verdict
    cells: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class SLOTable:
    """The SLO table of a run.

    Args:
        title: Heading.
        columns: Headings of the columns.
        rows: Objectives, those in trouble first.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def robot_markup(self) -> str:
        """Give the table in Robot Framework's own markup, for metadata in log.html and report.html."""
        lines = ["| " + " | ".join(f"={column}=" for column in self.columns) + " |"]
        lines += ["| " + " | ".join(cell.replace("|", "¦") for cell in row.cells) + " |" for row in self.rows]
        return "\n".join(lines)


def slo_table(store: Store, run_id: str, language: str = "en", *, measured_only: bool = False) -> SLOTable:
    """Judge the objectives of a run and give them as a table.

    Args:
        store: Where the samples are.
        run_id: The run.
        language: `en` or `zh`.
        measured_only: Leave out objectives without a single sample.
    """
    statuses = evaluate(store, objectives_of(store, run_id).items.values(), run_id=run_id)
    return table_of((status for status in statuses if status.n or not measured_only), language)


def table_of(statuses: Iterable[Status], language: str = "en") -> SLOTable:
    """Give verdicts as a table."""
    return SLOTable(
        title=Text("monitoring.title.table").render(language),
        columns=tuple(Text(f"monitoring.column.{name}").render(language) for name in COLUMNS),
        rows=tuple(Row(status.verdict, _cells(status, language), status) for status in by_trouble(statuses)),
    )


def _cells(status: Status, language: str) -> tuple[str, ...]:
    objective = status.objective
    return (
        objective.name,
        verdict_text(status.verdict, language),
        EMPTY if status.value is None else shown(status.value, objective.unit),
        EMPTY if not status.n else counted(status),
        interval_text(status),
        line_text(status),
        shown(objective.target, objective.unit),
        status.reason.render(language),
    )


def verdict_text(verdict: Verdict, language: str) -> str:
    """Name a verdict in a language."""
    return Text(f"monitoring.verdict.{verdict}").render(language)


def counted(status: Status) -> str:
    """Write how many samples were good of how many there are: `129/140`; only how many, for a weighted ratio."""
    return str(status.n) if status.good is None else f"{status.good}/{status.n}"


def interval_text(status: Status) -> str:
    """Write an interval: `86.5 % … 95.6 %`."""
    if status.interval is None or not math.isfinite(status.interval.high - status.interval.low):
        return EMPTY
    unit = status.objective.unit
    return f"{shown(status.interval.low, unit)} … {shown(status.interval.high, unit)}"


def line_text(status: Status) -> str:
    """Write the hard lines: `≥ 70 %`, `≤ 2000 ms`, or both."""
    objective = status.objective
    lines = [] if objective.least is None else [f"≥ {shown(objective.least, objective.unit)}"]
    lines += [] if objective.most is None else [f"≤ {shown(objective.most, objective.unit)}"]
    return ", ".join(lines)
