"""What other programs read: JUnit, SARIF and GitHub's annotations keep to their formats, whatever the texts hold."""

import re
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from AIGCLibrary.cli.fixes_github import annotations
from AIGCLibrary.errors import FileError
from AIGCLibrary.files.finding import Finding, Severity
from AIGCLibrary.files.report import FileReport
from AIGCLibrary.files.sarif import sarif_of
from AIGCLibrary.monitoring import ci_reports
from AIGCLibrary.monitoring.objectives import built_in
from AIGCLibrary.monitoring.series import series_of
from AIGCLibrary.monitoring.verdict import judge
from AIGCLibrary.recovery.model import Applicability

HOSTILE = [
    "plain",
    "100 % of a, b: c",
    "two\nlines\r\nand %0A",
    "<b>&amp;</b> ]]> \"'",
    "a\x08bell \x1b[31mred\x1b[0m \x00",
    "人工智能 😀 \ufffe \ud800",
]

# --- GitHub: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:\r\n]*)(?:,\w+=[^,:\r\n]*)*)?::([^\r\n]*)")


def read_annotation(line):
    """Read a line as the runner does: properties are unescaped after they are split, the message at last."""
    level, properties, message = COMMAND.fullmatch(line).groups()

    def data(text):
        return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")

    def value(text):
        return data(text.replace("%3A", ":").replace("%2C", ","))

    named = dict(one.split("=", 1) for one in properties.split(",")) if properties else {}
    return level, {name: value(text) for name, text in named.items()}, data(message)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_annotation_is_one_line_that_reads_back_as_it_was(text, language):
    advice = SimpleNamespace(
        cause=lambda _language: text, fix=lambda _language: text, applicability=Applicability.CERTAIN, place=None,
        edit=SimpleNamespace(file="suites/a,b: c%.robot", line=7),
    )  # fmt: skip
    (line,) = annotations([SimpleNamespace(tests=[text, "other"], advice=[advice])], language)
    assert len(line.splitlines()) == 1 or "\x1b" in text or "\x00" in text
    level, named, message = read_annotation(line)
    assert level == "error"
    assert named == {"file": "suites/a,b: c%.robot", "line": "7", "title": f"{text} (+1)"}
    assert message.startswith(f"{text} → {text}")


# --- JUnit: the schema of Jenkins' xUnit plug-in (junit-10.xsd)
CHILDREN = {"testsuite": {"testcase"}, "testcase": {"skipped", "failure", "system-out"}}
REQUIRED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name", "classname"}}


@pytest.mark.parametrize("text", HOSTILE)
def test_junit_keeps_to_its_schema(text):
    objectives = list(built_in().items.values())
    values = {"locator.gold_hit_rate": [0.0] * 20, "async_task.completion_rate": [1.0] * 3}
    statuses = [
        judge(replace(one, name=f"{one.name}{text}"), series_of(one.metric, values.get(one.name, [])))
        for one in objectives
    ]
    written = ci_reports.junit(statuses, text, problem=text)
    root = ET.fromstring(written.encode("utf-8"))
    assert root.tag == "testsuite"
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set()), element.tag
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib), element.tag
    cases = root.findall("testcase")
    counted = {name: sum(case.find(name) is not None for case in cases) for name in ("failure", "skipped")}
    assert (int(root.get("tests")), int(root.get("failures"))) == (len(cases), counted["failure"])
    assert int(root.get("skipped")) == counted["skipped"] > 0
    assert counted["failure"] == 2


# --- SARIF 2.1.0, OASIS: sections 3.14, 3.19, 3.27, 3.28, 3.29, 3.30, 3.49, 3.58
URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


@pytest.mark.parametrize("text", HOSTILE)
def test_sarif_keeps_to_its_schema(text):
    report = FileReport(
        source="x", findings=[
            Finding("a.b", text, severity=Severity.ERROR, place="line 0"),
            Finding("a.b", text, severity=Severity.WARNING, place="offset 12", expected=text),
            Finding("c", text, severity=Severity.INFO, place=text, source=text),
        ],
    )  # fmt: skip
    sources = [
        "人物 %.mp4",
        "/tmp/a b#c?.png",
        "https://example.com/x y.png",
        f"d/{text.encode('utf-8', 'replace').decode()}",
    ]
    outcomes = [(source, report) for source in sources] + [(text, FileError(text, code="AIGC310"))]
    log = sarif_of(outcomes, "1.0")
    assert (log["version"], set(log)) == ("2.1.0", {"$schema", "version", "runs"})
    (run,) = log["runs"]
    assert set(run) <= {"tool", "invocations", "columnKind", "results"}
    rules = run["tool"]["driver"]["rules"]
    assert len({one["id"] for one in rules}) == len(rules) == 2
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    assert len(run["results"]) == 12
    for one in run["results"]:
        assert one["level"] in ("none", "note", "warning", "error")
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["message"]["text"]
        (place,) = one["locations"]
        physical = place["physicalLocation"]
        assert URI.fullmatch(physical["artifactLocation"]["uri"]), physical
        region = physical.get("region", {})
        assert region.get("startLine", 1) >= 1
        assert region.get("byteOffset", 0) >= 0
