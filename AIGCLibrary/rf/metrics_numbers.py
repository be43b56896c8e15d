"""The numbers of metrics.html: those of keywords are taken as tests end, those of tests and suites at the end.

Robot forgets the keywords of a test when it has ended, and reading them again from output.xml costs more than all other
listening together. So a run's listener adds each test to `KeywordNumbers`; an output file is read once and added the
same way.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from AIGCLibrary.rf.result import plain_message
from AIGCLibrary.units import format_duration, format_share, unbroken

IGNORED_LIBRARIES = frozenset(
    (
        "BuiltIn",
        "Collections",
        "DateTime",
        "Dialogs",
        "OperatingSystem",
        "Process",
        "Screenshot",
        "String",
        "Telnet",
        "XML",
    )
)
BINS = 10


class KeywordNumbers:
    """Counts and times of keywords, with their library: two libraries may have keywords of one name."""

    def __init__(self) -> None:
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}
        self.times: dict[str, list[float]] = {}  # how often, how often failed, shortest, longest, sum; in seconds
        self.failed: dict[str, list[str]] = {}  # by id of the test

    def add(self, item: Any) -> None:
        """Take in the keywords of a test or of a suite's setup and teardown, those inside control structures too."""
        failed: list[str] = []
        self._add(item, failed)
        if failed:
            self.failed[item.id] = failed

    def _add(self, item: Any, failed: list[str]) -> None:
        if getattr(item, "has_setup", False):
            self._keyword(item.setup, failed)
        for child in getattr(item, "body", ()):
            kind = child.type
            if kind == "KEYWORD":
                self._keyword(child, failed)
            elif kind != "MESSAGE":
                self._add(child, failed)
        if getattr(item, "has_teardown", False):
            self._keyword(item.teardown, failed)

    def _keyword(self, keyword: Any, failed: list[str]) -> None:
        owner, status = keyword.owner, keyword.status
        if status == "FAIL":
            failed.append(keyword.full_name or keyword.type)
        if owner not in IGNORED_LIBRARIES and status in self.counts:
            self.counts[status] += 1
            seconds = keyword.elapsed_time.total_seconds()
            name = f"{owner}.{keyword.name}" if owner else keyword.name or keyword.type
            row = self.times.get(name)
            if row is None:
                row = self.times[name] = [0, 0, seconds, seconds, 0.0]
            row[0] += 1
            row[1] += status == "FAIL"
            row[2], row[3] = min(row[2], seconds), max(row[3], seconds)
            row[4] += seconds
        if keyword.body or keyword.has_setup or keyword.has_teardown:
            self._add(keyword, failed)


def page_values(top: Any, keywords: KeywordNumbers) -> dict[str, Any]:
    """Return what the page shows.

    Args:
        top: Top suite of a result, its tests ended.
        keywords: The keywords of all its tests.
    """
    suites = list(_suites(top))
    tests = [test for suite in suites for test in suite.tests]
    with_tests = [suite for suite in suites if suite.tests]
    rows = [_suite_row(suite) for suite in with_tests]
    counts = {name.title(): n for name, n in keywords.counts.items()}
    failing = sorted((row for row in rows if row["Fail"]), key=lambda row: -row["Fail"])[:10]
    suite_stats = _stats([suite.status for suite in with_tests], [suite.elapsed_time for suite in with_tests])
    test_stats = _stats([test.status for test in tests], [test.elapsed_time for test in tests])
    return {
        "suites": rows,
        "tests": [_test_row(test) for test in tests],
        "suites_list": [_details(suite, keywords) for suite in suites],
        "suite_stats": suite_stats,
        "test_stats": test_stats,
        "kw_stats": {"Total": sum(counts.values()), **counts},
        "keyword_times": _keyword_rows(keywords),
        "execution_stats": (
            _when(top.start_time),
            _when(top.end_time),
            format_duration(top.elapsed_time.total_seconds()),
        ),
        "charts": {
            "suitePie": _pie(suite_stats),
            "testPie": _pie(test_stats),
            "keywordPie": counts,
            "suiteFailureLineID": [
                {
                    "label": row["Name"],
                    "value": row["Fail"],
                    "note": _share(row["Fail"], row["Total"]),
                }
                for row in failing
            ],
            "testExecutionTrends": _histogram([test.elapsed_time.total_seconds() for test in tests]),
        },
    }


def _suites(top: Any) -> Iterator[Any]:
    yield top
    for child in top.suites:
        yield from _suites(child)


def _suite_row(suite: Any) -> dict[str, Any]:
    statuses = [test.status for test in suite.all_tests]
    return {
        "Name": suite.full_name,
        "Id": suite.id,
        "Status": suite.status,
        "Total": len(statuses),
        **{name.title(): statuses.count(name) for name in ("PASS", "FAIL", "SKIP")},
        "Time": suite.elapsed_time.total_seconds() * 1000,
    }


def _test_row(test: Any) -> dict[str, Any]:
    return {
        "Suite Name": test.parent.full_name,
        "Test Name": test.name,
        "Test Id": test.id,
        "Status": test.status,
        "Time": test.elapsed_time.total_seconds() * 1000,
        "Message": plain_message(test.message),
        "Tags": ", ".join(test.tags),
    }


def _details(suite: Any, keywords: KeywordNumbers) -> dict[str, Any]:
    row = _suite_row(suite)
    return {
        "suite_name": suite.full_name,
        "suite_id": suite.id,
        "status": suite.status,
        "elapsed_time": format_duration(suite.elapsed_time.total_seconds()),
        "total": row["Total"],
        "pass_count": row["Pass"],
        "fail_count": row["Fail"],
        "skip_count": row["Skip"],
        "tests": [
            {
                "test_name": test.name,
                "elapsed_time": format_duration(test.elapsed_time.total_seconds()),
                "tags": ", ".join(test.tags),
                "status": test.status,
                "message": plain_message(test.message),
                "keywords": [
                    {"keyword_name": name, "keyword_status": "FAIL"} for name in keywords.failed.get(test.id, ())
                ],
            }
            for test in suite.tests
        ],
    }


def _keyword_rows(keywords: KeywordNumbers) -> list[dict[str, Any]]:
    return [
        {
            "Name": name,
            "times": int(n),
            "fail_count": int(failed),
            "time_min": least * 1000,
            "time_max": most * 1000,
            "time_mean": total / n * 1000,
        }
        for name, (n, failed, least, most, total) in sorted(keywords.times.items())
    ]


def _stats(statuses: Sequence[str], times: Sequence[Any]) -> dict[str, Any]:
    seconds = [time.total_seconds() for time in times] or [0.0]
    return {
        "Total": len(statuses),
        **{name.title(): statuses.count(name) for name in ("PASS", "FAIL", "SKIP")},
        "Min": min(seconds),
        "Max": max(seconds),
        "Avg": math.fsum(seconds) / len(seconds),
    }


def _share(part: int, total: int) -> str:
    return f"({format_share(round(part / total, 2))})"


def _pie(stats: dict[str, Any]) -> dict[str, int]:
    return {name: stats[name] for name in ("Pass", "Fail", "Skip")}


def _histogram(seconds: Sequence[float]) -> list[dict[str, Any]]:
    """Count tests in bins of equal width between the fastest and the slowest; one bin when they hardly differ."""
    if not seconds:
        return []
    low, high = min(seconds), max(seconds)
    bins = BINS if high - low > 0.01 * high else 1
    width = (high - low) / bins or 1.0
    counts = [0] * bins
    for value in seconds:
        counts[min(int((value - low) / width), bins - 1)] += 1
    edges = [unbroken(format_duration(low + (high - low) * index / bins)) for index in range(bins + 1)]
    return [{"label": f"{edges[i]} – {edges[i + 1]}", "value": n, "note": ""} for i, n in enumerate(counts)]


def _when(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else "–"
