"""Verdicts for machines: JUnit XML and Markdown for CI servers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

from AIGCLibrary.harmless import visible
from AIGCLibrary.monitoring.errors import describe
from AIGCLibrary.monitoring.objectives import Gate, Objective
from AIGCLibrary.monitoring.summary import SLOTable
from AIGCLibrary.monitoring.verdict import Status, Verdict

MARKS = {Verdict.HEALTHY: "🟢", Verdict.AT_RISK: "🟡", Verdict.UNPROVEN: "⚪", Verdict.BREACH: "🔴"}

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def with_gate(objectives: Iterable[Objective], gate: str | None) -> list[Objective]:
    """Return objectives with another gate; those that never fail anything keep theirs."""
    if gate is None:
        return list(objectives)
    return [
        objective if objective.gate is Gate.NEVER else replace(objective, gate=Gate(gate)) for objective in objectives
    ]


def measures_nothing(statuses: Iterable[Status]) -> bool:
    """Return whether objectives with a gate were judged and none of them has a sample: their verdicts say nothing."""
    gated = [status for status in statuses if status.objective.gate is not Gate.NEVER]
    return bool(gated) and not any(status.n for status in gated)


def junit(statuses: Sequence[Status], run_id: str, problem: str | None = None) -> str:
    """Return the verdicts as JUnit XML: a failure where the gate says no, skipped where nothing was measured.

    Args:
        statuses: The verdicts.
        run_id: The run.
        problem: Why they do not speak for the build; one more failure.
    """
    failed = [status for status in statuses if status.fails_gate]
    skipped = [status for status in statuses if not status.n and not status.fails_gate]
    suite = ET.Element(
        "testsuite",
        name=f"SLO {run_id}",
        tests=str(len(statuses) + bool(problem)),
        failures=str(len(failed) + bool(problem)),
        skipped=str(len(skipped)),
        errors="0",
    )
    if problem:
        case = ET.SubElement(suite, "testcase", classname="run", name="samples")
        ET.SubElement(case, "failure", message=problem, type="no_samples").text = problem
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
    for element in suite.iter():
        element.text = element.text and _xml(element.text)
        for name, value in element.items():
            element.set(name, _xml(value))
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _xml(text: str) -> str:
    """Return a text without the characters that XML 1.0 cannot hold (production 2, Char): visible, or replaced."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", visible(text))


def markdown(table: SLOTable, run_id: str) -> str:
    """Return a table as Markdown, as GitHub shows in a job's summary."""
    lines = [f"### {table.title}: {_cell(run_id)}", "", "| | " + " | ".join(table.columns) + " |"]
    lines.append("|" + "---|" * (len(table.columns) + 1))
    lines += [f"| {MARKS[row.verdict]} | " + " | ".join(_cell(cell) for cell in row.cells) + " |" for row in table.rows]
    return "\n".join(lines) + "\n\n"


def _cell(text: str) -> str:
    for character in "\\|<>[]`*_":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", " ")
