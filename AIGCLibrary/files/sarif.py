"""Reports of files as SARIF 2.1.0 (OASIS), which code hosts and editors show beside other findings."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from AIGCLibrary.errors import FileError
from AIGCLibrary.files.finding import Finding, Severity
from AIGCLibrary.files.report import FileReport

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LINE = re.compile(r"\bline (\d+)")
_OFFSET = re.compile(r"\boffset (\d+)")


def sarif_of(outcomes: Iterable[tuple[str, FileReport | FileError]], version: str) -> dict[str, Any]:
    """Return the findings of files as a SARIF log.

    Args:
        outcomes: For each source its report, or the error that kept it from having one.
        version: Version of this library.
    """
    rules: dict[str, dict[str, Any]] = {}
    results, failures = [], []
    for source, outcome in outcomes:
        if isinstance(outcome, FileError):
            failures.append({"level": "error", "message": {"text": f"{source}: {outcome.message} [{outcome.code}]"}})
            continue
        for finding in outcome.findings:
            rules.setdefault(finding.rule, _rule(finding))
            results.append(_result(source, outcome, finding, list(rules).index(finding.rule)))
    driver = {"name": "AIGCLibrary", "version": version, "rules": list(rules.values())}
    invocation: dict[str, Any] = {"executionSuccessful": not failures}
    if failures:
        invocation["toolExecutionNotifications"] = failures
    run = {"tool": {"driver": driver}, "invocations": [invocation], "columnKind": "unicodeCodePoints"}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{**run, "results": results}]}


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": finding.rule, "shortDescription": {"text": finding.rule.replace(".", ": ", 1)}}
    if finding.source:
        rule["fullDescription"] = {"text": f"Demanded by {finding.source}"}
        rule["properties"] = {"tags": [str(finding.kind)], "article": finding.source}
    else:
        rule["properties"] = {"tags": [str(finding.kind)]}
    return rule


def _result(source: str, report: FileReport, finding: Finding, index: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _address(source)}}
    if region := _region(finding.place or ""):
        place["region"] = region
    where = f" (at {finding.place})" if finding.place else ""
    named = {"expected": finding.expected, "actual": finding.actual, "unit": finding.unit, "place": finding.place}
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + where},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"findingInFile/v1": f"{report.sha256 or source}:{finding.rule}:{finding.place or ''}"},
        "properties": {name: value for name, value in named.items() if value is not None}
        | ({"article": finding.source} if finding.source else {}),
    }


def _region(place: str) -> Mapping[str, int]:
    if line := _LINE.search(place):
        return {"startLine": max(1, int(line[1]))}
    if offset := _OFFSET.search(place):
        return {"byteOffset": int(offset[1]), "byteLength": 0}
    return {}


def _address(source: str) -> str:
    """Return a source as a URI: as it is, or a path from here with `/`."""
    if "://" in source:
        return quote(source, safe="%/:?#[]@!$&'()*+,;=~")
    path = Path(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
