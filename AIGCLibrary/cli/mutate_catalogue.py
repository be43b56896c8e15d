"""Which mutants there are for what the suites met."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from AIGCLibrary.cli.mutate_probe import ProbeNotes
from AIGCLibrary.misbehave.choosing import NO_TASK
from AIGCLibrary.misbehave.faults import FAULTS
from AIGCLibrary.misbehave.scenario import read_scenario

NO_KIND = "-"
"""Kind of a mutant for which no task or file was met."""

SLOWER = 3.0
"""How much longer than ever a slow task takes, as a factor."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One lie of the product.

    Args:
        name: As the catalogue names it.
        ability: What of a suite should notice it: `tasks`, `files`, `labels`, `data`, `access`.
        kind: Kind of the tasks that it is played on.
        scenario: How it is played.
        tests: Full names of the tests that could notice it; none where it is not applicable.
        lines: What would notice it.
        media_type: Of the files.
        reason: Why it is not applicable.
    """

    name: str
    ability: str
    kind: str
    scenario: str
    tests: tuple[str, ...] = ()
    lines: tuple[Mapping[str, Any], ...] = ()
    media_type: str = ""
    reason: str = ""

    @property
    def title(self) -> str:
        """Its name and kind."""
        return f"{self.name}:{self.kind}"

    @property
    def fault(self) -> str:
        """Name of its fault."""
        return read_scenario(self.scenario)[0].fault.name


@dataclass(frozen=True, slots=True)
class MetKind:
    """What the suites met of one kind of task.

    Args:
        kind: The kind; `data` for requests about no task.
        task: Tests that met a task.
        file: Tests that met a file.
        media_types: Of its files.
        longest: Seconds of its longest task.
    """

    kind: str
    task: set[str] = field(default_factory=set)
    file: set[str] = field(default_factory=set)
    media_types: set[str] = field(default_factory=set)
    longest: float = 0.0


def mutants(baseline: ProbeNotes) -> list[Mutant]:
    """Return all mutants, those that are not applicable included.

    Args:
        baseline: What a run without lies showed.
    """
    met = _met(baseline)
    silent = _tests(baseline, ()) - {test for met_kind in met.values() for test in met_kind.task | met_kind.file}
    return [mutant for entry in _catalogue() for mutant in _of_entry(entry, met, silent)]


def _met(baseline: ProbeNotes) -> dict[str, MetKind]:
    met: dict[str, MetKind] = {}
    for seen in baseline.seen:
        kind = seen.kind if seen.what != "data" else NO_TASK
        met_kind = met.setdefault(kind, MetKind(kind, longest=baseline.durations.get(kind, 0.0)))
        tests = _tests(baseline, (seen.test,))
        if seen.what == "file":
            met_kind.file.update(tests)
            if seen.media_type:
                met_kind.media_types.add(seen.media_type)
        else:
            met_kind.task.update(tests)
    return met


def _tests(baseline: ProbeNotes, names: Iterable[str]) -> set[str]:
    """Return tests by name, those of a suite by the suite's; all for no name."""
    wanted = tuple(names)
    if not wanted:
        return set(baseline.tests)
    return {
        test for test in baseline.tests for name in wanted if not name or test == name or test.startswith(f"{name}.")
    }


def _of_entry(entry: Mapping[str, Any], met: Mapping[str, MetKind], silent: set[str]) -> Iterator[Mutant]:
    name, ability, what, scenario = entry["name"], entry["ability"], entry["met"], _scenario(entry)
    fault = read_scenario(scenario)[0].fault
    if what == "data":
        if NO_TASK in met and met[NO_TASK].task:
            yield _made(entry, met[NO_TASK], met[NO_TASK].task | silent)
        else:
            yield Mutant(name, ability, NO_TASK, scenario, reason="no_data")
        return
    found = 0
    for kind, met_kind in sorted(met.items()):
        tests = met_kind.task if what == "task" else met_kind.file
        if kind == NO_TASK or not tests:
            continue
        if FAULTS[fault.name].media and not any(_main(kind_) in fault.media for kind_ in met_kind.media_types):
            continue
        found += 1
        yield _made(entry, met_kind, tests | silent)
    if not found:
        yield Mutant(name, ability, NO_KIND, scenario, reason="no_file" if what == "file" else "no_task")


def _made(entry: Mapping[str, Any], met_kind: MetKind, tests: set[str]) -> Mutant:
    media_type = min(met_kind.media_types, default="")
    return Mutant(
        entry["name"],
        entry["ability"],
        met_kind.kind,
        f"{_scenario(entry, met_kind.longest)} for={met_kind.kind}",
        tuple(sorted(tests)),
        tuple(entry.get("lines", ())),
        media_type,
    )


def _scenario(entry: Mapping[str, Any], longest: float = 0.0) -> str:
    return str(entry["scenario"].format(slow=max(round(longest * SLOWER), 10)))


def _main(media_type: str) -> str:
    return media_type.partition("/")[0]


def _catalogue() -> list[dict[str, Any]]:
    import yaml

    source = resources.files("AIGCLibrary") / "defaults" / "mutants.yaml"
    found: list[dict[str, Any]] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return found
