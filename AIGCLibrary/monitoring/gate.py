"""Verdicts for machines: JUnit XML and Markdown for CI servers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

from AIGCLibrary.monitoring.errors import describe
from AIGCLibrary.monitoring.objectives import Gate, Objective
from AIGCLibrary.monitoring.summary import SLOTable
from AIGCLibrary.monitoring.verdict import Status, Verdict

MARKS = {Verdict.HEALTHY: "🟢", Verdict.AT_RISK: "🟡", Verdict.UNPROVEN: "⚪", Verdict.BREACH: "🔴"}


def with_gate(objectives: Iterable[Objective], gate: str | None) -> list[Objective]:
    """Give objectives with another gate; those that never fail anything keep theirs."""
    if gate is None:
        return list(objectives)
    return [one if one.gate is Gate.NEVER else replace(one, gate=Gate(gate)) for one in objectives]


def junit(statuses: Sequence[Status], run_id: str) -> str:
    """Give the verdicts as JUnit XML: a failure where the gate says no, skipped where nothing was measured."""
    failed = [status for status in statuses if status.fails_gate]
    skipped = [status for status in statuses if not status.n and not status.fails_gate]
    suite = ET.Element(
        "testsuite",
        name=f"SLO {run_id}",
        tests=str(len(statuses)),
        failures=str(len(failed)),
        skipped=str(len(skipped)),
        errors="0",
    )
    for status in statuses:
        group, _, name = status.objective.name.rpartition(".")
        case = ET.SubElement(suite, "testcase", classname=group, name=name)
        if status.fails_gate:
            text = describe(status)
            ET.SubElement(case, "failure", message=text, type=str(status.verdict)).text = text
        elif not status.n:
            ET.SubElement(case, "skipped", message="nothing was measured")
        else:
            ET.SubElement(case, "system-out").text = describe(status)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def markdown(table: SLOTable, run_id: str) -> str:
    """Give a table as Markdown, as GitHub shows in a job's summary."""
    lines = [f"### {table.title}: {_cell(run_id)}", "", "| | " + " | ".join(table.columns) + " |"]
    lines.append("|" + "---|" * (len(table.columns) + 1))
    lines += [f"| {MARKS[row.verdict]} | " + " | ".join(_cell(cell) for cell in row.cells) + " |" for row in table.rows]
    return "\n".join(lines) + "\n\n"


def _cell(text: str) -> str:
    for character in "\\|<>[]`*_":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", " ")
