"""Makes results/metrics.html with robotframework-metrics, without its known faults.

Version 3.7 injects failure messages unescaped, needs 13 files from the web, and lists failed keywords of earlier tests
under each test. Its numbers and its page are used; values are escaped, a strict content policy stands in the page, and
its web parts (Bootstrap, jQuery, DataTables, ApexCharts, Font Awesome) are replaced by one small script and style.
"""

import base64
import hashlib
import html
import re
import warnings
from importlib import resources
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult, ResultVisitor

IGNORED_LIBRARIES = (
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
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_STYLE = re.compile(r"(?<=<style>).*?(?=</style>)", re.DOTALL | re.IGNORECASE)
_HANDLER = re.compile(r"\bon(?:click|keyup)=\"(\w+)\((.*?)\)\"", re.DOTALL)


def make_metrics(output: Path, target: Path, *, log_name: str = "log.html") -> Path:
    """Make metrics.html from an output.xml (or .json).

    Args:
        output: Result of a run.
        target: The page to write.
        log_name: File name of log.html, which the page links into.
    """
    import jinja2

    source = (resources.files("robotframework_metrics") / "templates" / "index.html").read_text(encoding="utf-8")
    assets = resources.files("AIGCLibrary.rf") / "metrics_assets"
    style = (assets / "metrics.css").read_text(encoding="utf-8")
    script = (assets / "metrics.js").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True)
    template = environment.from_string(_safe_template(source))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # robotframework-metrics reads attributes that Robot Framework deprecates
        values = _values(output)
    charts = values.pop("charts")
    page = template.render(
        **values,
        log_name=log_name,
        hide_tags="",
        hide_docs="hide",
        hide_kw_times_menu="",
        aigc_policy=_policy(script, style),
        aigc_style=_markup(style),
        aigc_script=_markup(script),
        aigc_data=charts,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target


def _safe_template(source: str) -> str:
    """Take everything that runs or loads out of the template, and put our own parts in."""
    source = _LINK.sub("", _SCRIPT.sub("", source))
    own_style = _STYLE.search(source)
    source = _STYLE.sub("{{ aigc_style }}", source, count=1)
    if own_style is None or "</body>" not in source:
        raise ValueError("this version of robotframework-metrics has another page than expected (3.7 is known)")
    source = _HANDLER.sub(lambda found: f'data-{found[1].lower()}="{found[2]}"', source)
    policy = '<meta http-equiv="Content-Security-Policy" content="{{ aigc_policy }}">'
    source = source.replace("<head>", f"<head>\n  {policy}", 1)
    ending = (
        '<script type="application/json" id="aigc-data">{{ aigc_data|tojson }}</script>\n'
        "<script>{{ aigc_script }}</script>\n</body>"
    )
    return source.replace("</body>", ending, 1)


def _policy(script: str, style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    del style  # the page sets colours in style attributes, so styles cannot be pinned
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"


def _markup(text: str) -> Any:
    import markupsafe

    return markupsafe.Markup(text)  # noqa: S704 - our own files


def _values(output: Path) -> dict[str, Any]:
    """Compute what the page shows, with the parts of robotframework-metrics."""
    from robotframework_metrics.dashboard_stats import Dashboard
    from robotframework_metrics.details import SuiteReportVisitor
    from robotframework_metrics.keyword_results import KeywordResults
    from robotframework_metrics.keyword_times import KeywordTimes
    from robotframework_metrics.suite_results import SuiteResults
    from robotframework_metrics.test_results import TestResults

    result = ExecutionResult(output)
    suites: list[dict[str, Any]] = []
    tests: list[dict[str, Any]] = []
    keywords: list[dict[str, Any]] = []
    details: list[dict[str, Any]] = []
    result.visit(_PlainMessages())
    result.visit(SuiteResults(suites))
    result.visit(TestResults(tests))
    result.visit(KeywordResults(keywords, IGNORED_LIBRARIES, ("FOR", "ITERATION")))
    result.visit(SuiteReportVisitor(details))
    result.visit(_OwnKeywords(details))
    for test in tests:
        test["Tags"] = ", ".join(test["Tags"])
        test["Suite Name"] = test["Suite Name"].full_name
    dashboard = Dashboard()
    suite_stats, test_stats = dashboard.get_suite_statistics(suites), dashboard.get_test_statistics(tests)
    kw_stats = dashboard.get_keyword_statistics(keywords)
    failures = dashboard.suite_error_statistics(suites)
    times = dashboard.get_test_execution_trends(tests)
    return {
        "suites": suites,
        "tests": tests,
        "suites_list": details,
        "suite_stats": suite_stats,
        "test_stats": test_stats,
        "kw_stats": kw_stats,
        "keyword_times": KeywordTimes().get_keyword_times(keywords),
        "suite_error_stats": failures,
        "execution_stats": dashboard.get_execution_info(tests),
        "test_time_group": times,
        "charts": {
            "suitePie": _counts(suite_stats),
            "testPie": _counts(test_stats),
            "keywordPie": _counts(kw_stats),
            "suiteFailureLineID": [
                {"label": str(row["Name"]), "value": int(row["Fail"]), "note": f"{row['percent']:.0f} %"}
                for _, row in failures.iterrows()
            ],
            "testExecutionTrends": [
                {"label": str(row["time_group"]), "value": int(row["test_case_count"]), "note": ""}
                for _, row in times.iterrows()
            ],
        },
    }


def _counts(stats: dict[str, Any]) -> dict[str, int]:
    return {name: int(stats[name]) for name in ("Pass", "Fail", "Skip")}


class _PlainMessages(ResultVisitor):
    """Turns HTML messages into plain text, which the page escapes."""

    def visit_test(self, test: Any) -> None:
        if test.message.startswith("*HTML*"):
            text = re.sub(r"<br\s*/?>|</(?:p|div|tr|li)>|<hr\s*/?>", "\n", test.message[6:], flags=re.IGNORECASE)
            test.message = html.unescape(re.sub(r"<[^>]*>", "", text))


class _OwnKeywords(ResultVisitor):
    """Gives each test its own failed keywords, those in setups, teardowns and control structures too."""

    def __init__(self, details: list[dict[str, Any]]) -> None:
        self._tests = {test["test_id"]: test for suite in details for test in suite["tests"]}
        self._current: list[dict[str, str]] = []

    def start_test(self, test: Any) -> None:
        self._current = []
        self._tests[test.id]["keywords"] = self._current

    def start_keyword(self, keyword: Any) -> None:
        if keyword.failed:
            name = keyword.full_name or keyword.type
            self._current.append({"keyword_name": name, "keyword_status": keyword.status})
