"""The end of a demo: what failed and what to do, the objectives, tests by suite, and where the reports are."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.terminal import console, marked, show, table, text

if TYPE_CHECKING:
    from rich.table import Table

_MOST_FAILED = 250  # robot's exit code for that many failed tests or more; beyond, it could not run
_COLOURS = {"healthy": "green", "at_risk": "yellow", "unproven": "yellow", "breach": "red"}


def show_results(directory: Path, reports: Iterable[str], store: str, run_id: str, code: int, language: str) -> None:
    """Print what came of a run.

    Args:
        directory: Where robot put its files.
        reports: Names of files worth a look, shown where they exist.
        store: URL of the store.
        run_id: The run whose SLOs are shown.
        code: Robot's exit code.
        language: `en` or `zh`.
    """
    out = console()
    output = directory / "output.xml"
    if not output.is_file() or code > _MOST_FAILED:
        out.print(text("demo.no_output", language, code=code))
        return
    from robot.api import ExecutionResult

    result = ExecutionResult(str(output))
    tests = list(result.suite.all_tests)
    failed = [test for test in tests if test.failed]
    if failed:
        out.print(text("demo.failed_of", language, failed=len(failed), n=len(tests)), style="bold red")
        show(_failures_table(failed, language))
    _show_objectives(store, run_id, language)
    show(_tests_table(tests, language))
    out.print(f"[bold]{text('demo.files', language)}[/bold]")
    for name in reports:
        path = (directory / name).resolve()
        if path.is_file():
            out.print(f"  {path}", soft_wrap=True, markup=False)


def show_json(directory: Path, reports: Iterable[str], store: str, run_id: str, code: int, language: str) -> None:
    """Print what came of a run as JSON; the arguments are those of `show_results`."""
    from AIGCLibrary.cli.terminal import print_json

    output = directory / "output.xml"
    tests: list[Any] = []
    if output.is_file() and code <= _MOST_FAILED:
        from robot.api import ExecutionResult

        tests = list(ExecutionResult(str(output)).suite.all_tests)
    print_json(
        {
            "code": code,
            "run": run_id,
            "tests": [
                {"name": test.full_name, "status": test.status, "seconds": test.elapsed_time.total_seconds()}
                | ({"message": test.message} if test.failed else {})
                for test in tests
            ],
            "objectives": _objectives(store, run_id, language) if tests else [],
            "reports": [str(path) for name in reports if (path := (directory / name).resolve()).is_file()],
        }
    )


def _objectives(store_url: str, run_id: str, language: str) -> list[dict[str, str]]:
    from AIGCLibrary.monitoring.summary import COLUMNS, slo_table
    from AIGCLibrary.store import Store

    store = Store(store_url, run_id)
    try:
        found = slo_table(store, run_id, language, measured_only=True)
    finally:
        store.close()
    return [dict(zip(COLUMNS, map(str, row.cells), strict=True)) | {"verdict": str(row.verdict)} for row in found.rows]


def _tests_table(tests: list[Any], language: str) -> "Table":
    """One line a suite, and the sum."""
    names = ("suite", "passed", "failed", "skipped", "time")
    made = table(*(text(f"demo.{name}", language) for name in names), title=text("demo.tests", language))
    suites: dict[str, list[Any]] = {}
    for test in tests:
        suites.setdefault(test.parent.full_name.partition(".")[2] or test.parent.full_name, []).append(test)
    for name, members in suites.items():
        made.add_row(name, *_counts(members))
    made.add_section()
    made.add_row(text("demo.total", language), *_counts(tests), style="bold")
    return made


def _counts(tests: list[Any]) -> list[Any]:
    found = Counter(test.status for test in tests)
    failed = marked(f"[red]{found['FAIL']}[/red]") if found["FAIL"] else "0"
    seconds = sum(test.elapsed_time.total_seconds() for test in tests)
    return [str(found["PASS"]), failed, str(found["SKIP"]), f"{seconds:.1f} s"]


def _failures_table(failed: list[Any], language: str) -> "Table":
    """The failed tests by message; the listener has put the first suggestion into the last line of each."""
    made = table("", "", title=text("demo.failures", language))
    made.show_header = False
    made.columns[0].ratio, made.columns[1].ratio = 1, 3
    alike: dict[str, list[str]] = {}
    for test in failed:
        alike.setdefault(_short(test.message), []).append(test.name)
    for message, names in alike.items():
        made.add_row("\n".join(names), message)
        made.add_section()
    return made


def _short(message: str) -> str:
    """Keep the first line, which says what happened, and the last, which says what to do."""
    lines = [line for line in message.splitlines() if line.strip() and not line.endswith("setup failed:")]
    if len(lines) < 3:
        return "\n".join(lines)
    first = lines[:2] if lines[0].endswith((":", "：")) else lines[:1]  # what a colon announces belongs to it
    return "\n".join([*first, *lines[len(first) :][-1:]])


def _show_objectives(store_url: str, run_id: str, language: str) -> None:
    """Print one line on all objectives and a table of those that are decided or look bad, as in report.html."""
    from AIGCLibrary.monitoring.overview import headline, needs_samples
    from AIGCLibrary.monitoring.summary import slo_table
    from AIGCLibrary.store import Store

    store = Store(store_url, run_id)
    try:
        found = slo_table(store, run_id, language, measured_only=True)
    finally:
        store.close()
    if not found.rows:
        return
    out = console()
    out.print(found.title, style="bold")
    out.print(headline([row.status for row in found.rows], language), soft_wrap=True, markup=False)
    # The last column, why a verdict is what it is, has its place in report.html; a terminal is too narrow for it.
    made = table(*found.columns[:-1])
    for row in found.rows:
        if not needs_samples(row.status):
            made.add_row(*row.cells[:-1], style=_COLOURS.get(str(row.verdict)))
    if made.row_count:
        show(made)
