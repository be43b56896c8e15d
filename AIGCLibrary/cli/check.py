"""`aigc check suites`: a dry run that reports wrong names and misspelt options with file and line."""

import argparse
import io
import os
import re
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from AIGCLibrary.cli.project import add_language

NAME = "check"
HELP = "Check suites before the run: wrong names and misspelt options"
EXITS = {0: "all names and options are known", 1: "something is wrong, or a test fails in a dry run"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a dry run found wrong.

    Args:
        file: The suite or resource file.
        line: Its line there; 0 when unknown.
        keyword: The keyword that is called.
        message: What is wrong, in words.
    """

    file: str
    line: int
    keyword: str
    message: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `suites`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    suites = actions.add_parser(
        "suites",
        help="Check names of targets, templates, rules, providers, SLOs and environments, and options, in a dry run",
    )
    suites.add_argument("path", nargs="*", type=Path, default=[Path("suites")], help="suites (default: suites)")
    suites.add_argument("--json", action="store_true", help="print JSON for a machine")
    suites.add_argument("--variable", action="append", default=[], metavar="NAME:VALUE", help="as for robot")
    add_language(suites)


def run(args: argparse.Namespace) -> int:
    """Run without executing, and print what was found; exit code 1 where something is wrong."""
    from AIGCLibrary.errors import ConfigError

    missing = [path for path in args.path if not path.exists()]
    if missing:
        raise ConfigError(f"There is no suite '{missing[0]}'.")
    found, failed = dry_run(args.path, args.variable, args.language)
    _print(found, failed, args)
    return 1 if found or failed else 0


def dry_run(paths: list[Path], variables: list[str], language: str | None) -> tuple[list[Problem], int]:
    """Return the problems of suites, and the tests that fail in a dry run.

    Args:
        paths: Suites and folders.
        variables: As for robot, `NAME:VALUE`.
        language: Language of the messages; of the suites when None.

    Raises:
        ConfigError: There are no tests, so nothing was checked (AIGC014).
    """
    from robot.run import run as robot

    collector = _CallCollector()
    options: dict[str, Any] = {"language": "zh-CN"} if language and language.startswith("zh") else {}
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, io.StringIO() as errors:
        code = robot(
            *map(str, paths), dryrun=True, output=None, log=None, report=None, variable=variables, runemptysuite=True,
            listener=[collector], stdout=nowhere, stderr=errors, **options,
        )  # fmt: skip
        if not collector.problems:  # else Robot repeats the problems there
            sys.stderr.write(errors.getvalue())
    if not collector.tests and not collector.problems:
        from AIGCLibrary.errors import ConfigError

        raise ConfigError(f"There are no tests in '{', '.join(map(str, paths))}'.", code="AIGC014")
    return collector.causes(), code


class _CallCollector:
    """Listener that keeps each failing call with its place."""

    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LISTENER_PRIORITY = -100  # after the listener of the library, which judges the calls

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.tests = 0
        self._place: list[tuple[str, int]] = []
        self._failed: set[str] = set()
        self._explained = [False]
        """Whether a call failed, by suite and test: it explains why all below it fails."""
        self._incomplete: set[str] = set()
        """Files with an import that failed, so that keywords are unknown there that exist."""

    def causes(self) -> list[Problem]:
        """Return what was found, each once, without what only follows from an import that failed."""
        return [
            problem
            for problem in dict.fromkeys(self.problems)
            if not (problem.file in self._incomplete and problem.message.startswith("No keyword with name"))
        ]

    def start_suite(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        """Begin a suite."""
        self._explained.append(self._explained[-1])

    def end_suite(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        """End a suite."""
        self._explained.pop()

    def start_test(self, data: Any, result: Any) -> None:
        """Count a test."""
        self.tests += 1
        self.start_suite(data, result)

    def end_test(self, data: Any, result: Any) -> None:
        """Keep a failure without a failed call: a wrong timeout, a test without keywords."""
        explained = self._explained.pop()
        if result.failed and not explained:
            file = _short(str(data.source)) if data.source else ""
            self.problems.append(Problem(file, data.lineno or 0, str(result.name), str(result.message)))

    def start_keyword(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        """Note the place: a keyword inside `Run Keyword` has none of its own."""
        source = getattr(data, "source", None)
        above = self._place[-1] if self._place else ("", 0)
        self._place.append((str(source), data.lineno or 0) if source else above)

    def end_keyword(self, data: Any, result: Any) -> None:
        """Keep a call that fails for itself; what only contains one is left out."""
        file, line = self._place.pop()
        self._explained[-1] |= result.failed
        if not result.failed or result.message in self._failed or _contains(result):
            return
        self._failed.add(result.message) if data.type == "SETUP" else None
        self.problems.append(Problem(_short(file), line, str(result.name), str(result.message)))

    def message(self, message: Any) -> None:
        """Keep an error of the run itself: a file that cannot be imported."""
        if message.level == "ERROR":
            text = str(message.message)
            place = re.match(r"Error in file '(?P<file>.+?)' on line (?P<line>\d+): ", text)
            file, line = (_short(place["file"]), int(place["line"])) if place else ("", 0)
            what = (text[place.end() :] if place else text).partition("\nTraceback (most recent call last):")[0]
            self._incomplete.add(file)
            self.problems.append(Problem(file, line, "", f"{what}{_import_advice(what)}"))


def _import_advice(error: str) -> str:
    """Return which import argument was meant, where Robot reports one that the library does not have."""
    found = re.search(r"Library '.*?AIGCLibrary' got unexpected named argument '(.+?)'", error)
    if not found:
        return ""
    from AIGCLibrary.config import Settings
    from AIGCLibrary.errors import close_names, near_matches

    known = [field.name for field in fields(Settings)]
    return f" {near_matches(found[1], known)}" if close_names(found[1], known) else ""


def _contains(result: Any) -> bool:
    """Return whether a keyword failed for what is in it."""
    return any(getattr(statement, "failed", False) for statement in getattr(result, "body", ()))


def _short(file: str) -> str:
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def _print(found: list[Problem], failed: int, args: argparse.Namespace) -> None:
    from AIGCLibrary.cli.terminal import language, print_json, text

    if args.json:
        print_json({"problems": [asdict(problem) for problem in found]})
        return
    for problem in found:
        place = f"{problem.file}:{problem.line}: " if problem.file else ""
        print(f"{place}{problem.keyword + ': ' if problem.keyword else ''}{problem.message}")
    key = "found" if found else "failed" if failed else "none"
    print(text(f"check.{key}", language(args.language), n=len(found), failed=failed))
