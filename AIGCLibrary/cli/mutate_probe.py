"""Runs inside of the process of a mutant: notes what each test met and how it ended, and adds a line on trial."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from AIGCLibrary.misbehave.watching import WATCH, Sighting

WAITS = frozenset({"wait for task", "等待任务", "wait for all tasks", "等待全部任务"})
"""Names of the keywords behind which a line is tried."""
RULES = "rules="


@dataclass(frozen=True, slots=True)
class EndOfTest:
    """How a test ended."""

    passed: bool
    message: str


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Where a line belongs.

    Args:
        source: The file.
        line: Number of the line.
        task: The task's variable there.
        chinese: Keywords have their Chinese names there.
    """

    source: str
    line: int
    task: str = "${task}"
    chinese: bool = False


@dataclass(slots=True)
class ProbeNotes:
    """What a run showed; it is sent back to the process that started it.

    Args:
        tests: How each test ended, by full name.
        seen: What passed between the suites and the product.
        durations: Longest time of a task by kind, in seconds.
        hits: How often the lie was played.
        impossible: Why it could not be.
        rules: Names of the rule sets that each test uses, with the files they are in.
        places: Where the line on trial stands.
        error: Why robot could not run.
    """

    tests: dict[str, EndOfTest] = field(default_factory=dict)
    seen: set[Sighting] = field(default_factory=set)
    durations: dict[str, float] = field(default_factory=dict)
    hits: int = 0
    impossible: list[str] = field(default_factory=list)
    rules: dict[str, dict[str, str]] = field(default_factory=dict)
    places: set[LinePlace] = field(default_factory=set)
    error: str = ""


NOTES = ProbeNotes()
"""Those of this process."""


@dataclass(slots=True)
class TrialLine:
    """A line that is tried.

    Args:
        rule_set: Name of the rule set that it is added to; empty for a keyword.
        rule: The rule.
        keyword: Name and arguments, `{task}` for the task.
        kind: Kind of the tasks that the keyword is for.
    """

    rule_set: str = ""
    rule: dict[str, Any] = field(default_factory=dict)
    keyword: tuple[str, ...] = ()
    kind: str = ""


TRIAL = TrialLine()
"""That of this process."""


class MutantProbe:
    """A listener."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self._suites: list[str] = []
        self._added: set[int] = set()

    def start_suite(self, data: Any, _result: Any) -> None:
        """What happens outside of tests belongs to the suite."""
        self._suites.append(data.full_name)
        WATCH.test = data.full_name

    def end_suite(self, _data: Any, _result: Any) -> None:
        """Go back to the suite around it."""
        self._suites.pop()
        WATCH.test = self._suites[-1] if self._suites else ""

    def start_test(self, data: Any, _result: Any) -> None:
        """Note which test runs."""
        WATCH.test = data.full_name

    def end_test(self, data: Any, result: Any) -> None:
        """Note how it ended."""
        NOTES.tests[data.full_name] = EndOfTest(result.passed or result.skipped, result.message)
        WATCH.test = self._suites[-1]

    def start_library_keyword(self, data: Any, _implementation: Any, _result: Any) -> None:
        """Put the line on trial behind a wait for tasks of its kind, once for each place and task."""
        from AIGCLibrary.rf.task_arguments import tasks_among

        if not TRIAL.keyword or str(data.name).rpartition(".")[2].lower() not in WAITS or id(data) in self._added:
            return
        body = data.parent.body
        index = next((at for at, item in enumerate(body) if item is data), None)
        tasks = tasks_among(data.args, TRIAL.kind) if index is not None else []
        if index is None or not tasks:
            return
        self._added.add(id(data))
        for task in reversed(tasks):
            name, *arguments = (part.replace("{task}", task) for part in TRIAL.keyword)
            body.insert(index + 1, type(data)(name=name, args=tuple(arguments), lineno=data.lineno))
            chinese = not str(data.name).isascii()
            NOTES.places.add(LinePlace(str(data.source or ""), int(data.lineno or 0) + 1, task, chinese))


def observe_rules() -> None:
    """Note the rule sets that tests use, and add the rule on trial to the one that it is for."""
    from AIGCLibrary.files.rules.book import RuleBook, RuleSet, overlay

    plain_get, plain_load = RuleBook.get, RuleBook.load
    loading: list[bool] = []

    def load(book: RuleBook, path: str | Path) -> list[str]:
        loading.append(True)
        try:
            return plain_load(book, path)
        finally:
            loading.pop()

    def get(book: RuleBook, rules: Any) -> RuleSet:
        found = plain_get(book, rules)
        if loading or isinstance(rules, RuleSet):
            return found
        NOTES.rules.setdefault(WATCH.test, {})[found.name] = str(found.directory)
        if found.name == TRIAL.rule_set:
            return RuleSet(found.name, overlay(found.data, TRIAL.rule), found.directory)
        return found

    RuleBook.get = get  # type: ignore[method-assign,assignment]
    RuleBook.load = load  # type: ignore[method-assign,assignment]


def collect() -> ProbeNotes:
    """Return what this process noted."""
    NOTES.seen, NOTES.durations = WATCH.seen, WATCH.durations
    NOTES.hits, NOTES.impossible = WATCH.hits, WATCH.impossible
    return NOTES
