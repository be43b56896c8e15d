"""The comparison table of `aigc matrix`: tests down, environments across."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult, ResultVisitor
from robot.rebot import rebot

from AIGCLibrary.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Cell:
    """How a test ended in one environment; seconds."""

    status: str
    elapsed: float
    message: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All tests in all environments.

    Args:
        environments: Their names, in order.
        rows: Cells by test and environment.
    """

    environments: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Cell]]

    @property
    def passed(self) -> bool:
        """True when no test failed anywhere, and there was one."""
        return bool(self.rows) and not any(self.failures(name) for name in self.environments)

    def failures(self, environment: str) -> int:
        """How many tests failed in an environment, or did not run there."""
        return sum(row[environment].status == "FAIL" if environment in row else True for row in self.rows.values())

    def differs(self, test: str) -> bool:
        """Return whether a test ended differently somewhere."""
        row = self.rows[test]
        return len({row[name].status if name in row else None for name in self.environments}) > 1

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON data: tests with status, seconds and message in each environment."""
        tests = {
            test: {name: asdict(row[name]) if name in row else None for name in self.environments}
            for test, row in self.rows.items()
        }
        failed = {name: self.failures(name) for name in self.environments}
        return {"passed": self.passed, "failed": failed, "tests": tests}


def collect(outputs: Mapping[str, Path]) -> Matrix:
    """Read the outputs of all environments.

    Raises:
        ConfigError: One is missing: robot could not run there.
    """
    rows: dict[str, dict[str, Cell]] = {}
    for environment, output in outputs.items():
        if not output.is_file():
            raise ConfigError(f"There is no result for environment '{environment}': robot wrote no '{output}'.")
        ExecutionResult(output).visit(_Collector(environment, rows))
    return Matrix(tuple(outputs), rows)


class _Collector(ResultVisitor):  # type: ignore[misc]  # robot is untyped
    def __init__(self, environment: str, rows: dict[str, dict[str, Cell]]) -> None:
        self._environment = environment
        self._rows = rows

    def visit_test(self, test: Any) -> None:
        cell = Cell(test.status, test.elapsed_time.total_seconds(), test.message)
        self._rows.setdefault(_below_top(test.full_name), {})[self._environment] = cell


def _below_top(name: str) -> str:
    """Leave the top suite out: pabot names it after all suites it ran."""
    return name.partition(".")[2] or name


def write(matrix: Matrix, folder: Path, outputs: Mapping[str, Path], language: str | None) -> None:
    """Write one log and report of all environments, and the table as a page."""
    from AIGCLibrary.cli.terminal import language as lang
    from AIGCLibrary.data.pages import page

    named = []
    for environment, output in outputs.items():
        result = ExecutionResult(output)
        result.suite.name = environment
        named.append(folder / f"{environment}.xml")
        result.save(named[-1])
    with (folder / "rebot.txt").open("w", encoding="utf-8") as console:
        options: dict[str, Any] = {"name": "Matrix", "outputdir": str(folder), "output": "output.xml"}
        rebot(*map(str, named), **options, stdout=console, stderr=console)
    html = page("matrix.html", filters={"short": _short}, matrix=matrix, language=lang(language))
    (folder / "matrix.html").write_text(html, encoding="utf-8")


def show(matrix: Matrix, folder: Path, language: str | None) -> None:
    """Print the table."""
    from rich.text import Text as Plain

    from AIGCLibrary.cli.terminal import language as lang
    from AIGCLibrary.cli.terminal import show as print_table
    from AIGCLibrary.cli.terminal import table
    from AIGCLibrary.i18n import Text

    in_words = lang(language)
    made = table(Text("data.matrix.test").render(in_words), *matrix.environments)
    colours = {"PASS": "green", "FAIL": "red", "SKIP": "yellow"}
    for test, row in matrix.rows.items():
        cells = [row.get(name) for name in matrix.environments]
        made.add_row(
            Plain(test, style="bold" if matrix.differs(test) else ""),
            *(
                Plain(f"{cell.status} {cell.elapsed:.1f} s", colours.get(cell.status, "")) if cell else "—"
                for cell in cells
            ),
        )
    totals = [
        Plain(str(matrix.failures(name)), "red" if matrix.failures(name) else "green") for name in matrix.environments
    ]
    made.add_section()
    made.add_row(Plain(Text("data.matrix.failed").render(in_words), "bold"), *totals)
    print_table(made)
    for name in ("matrix.html", "log.html", "report.html"):
        print(folder / name)


def _short(text: str, limit: int = 240) -> str:
    first = text.strip().split("\n\n")[0]
    return first if len(first) <= limit else f"{first[: limit - 1]}…"
