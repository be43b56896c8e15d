"""What came of each mutant, and the score."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from AIGCLibrary.cli.mutate_catalogue import Mutant, mutants
from AIGCLibrary.cli.mutate_lines import KillingLine, TapeMedia, find_line, media_of
from AIGCLibrary.cli.mutate_probe import ProbeNotes
from AIGCLibrary.cli.mutate_runs import MutantJob, SuiteRunner
from AIGCLibrary.errors import ConfigError, near_matches

OF_TAPE = ("[AIGC701]", "[AIGC704]")
"""Errors of a request that no tape can answer, since only the lie leads to it."""


class Fate(StrEnum):
    """What came of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class JudgedMutant:
    """A mutant and what came of it.

    Args:
        mutant: It.
        fate: What came of it.
        killers: Tests that noticed it, with the beginning of their messages.
        reason: Why it is not applicable: a word of the catalogue, or a sentence.
        line: What would notice it.
    """

    mutant: Mutant
    fate: Fate
    killers: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    line: KillingLine | None = None


@dataclass(frozen=True, slots=True)
class MutationScore:
    """All mutants of a run.

    Args:
        judged: The mutants.
        tests: Full names of all tests.
        unfit: Kinds of tasks whose files no test downloads.
    """

    judged: tuple[JudgedMutant, ...]
    tests: tuple[str, ...]
    unfit: tuple[str, ...] = field(default=())

    def count(self, fate: Fate) -> int:
        """Return how many mutants came to this."""
        return sum(judged_mutant.fate is fate for judged_mutant in self.judged)

    @property
    def score(self) -> float:
        """Percentage of the applicable mutants that were killed; 0 where none is applicable."""
        return _share(self.judged)

    def by_ability(self) -> dict[str, tuple[int, int, float]]:
        """Return killed, applicable and score by ability."""
        names = dict.fromkeys(judged_mutant.mutant.ability for judged_mutant in self.judged)
        return {
            name: _sums([judged_mutant for judged_mutant in self.judged if judged_mutant.mutant.ability == name])
            for name in names
        }

    def by_test(self) -> dict[str, int]:
        """Return how many mutants each test killed, those that killed none included."""
        return {test: sum(test in dict(judged_mutant.killers) for judged_mutant in self.judged) for test in self.tests}


def mutation_run(runner: SuiteRunner, only: tuple[str, ...] = ()) -> MutationScore:
    """Run the suites once as they are, and once for each mutant; then look for lines that kill the survivors.

    Raises:
        ConfigError: A test fails without any lie, no test ran, or `only` names no mutant.
    """
    baseline = runner.one(MutantJob("baseline"))
    _must_pass(baseline)
    chosen = _chosen(mutants(baseline), only)
    notes: dict[str, ProbeNotes] = {}
    jobs = [MutantJob(mutant.title, mutant.scenario, mutant.tests) for mutant in chosen if not mutant.reason]
    runner.run(jobs, lambda job, found: notes.update({job.name: found}))
    judged = [judge(mutant, notes.get(mutant.title)) for mutant in chosen]
    media = cache(lambda: media_of(runner.tape))
    return MutationScore(
        tuple(_with_line(judged_mutant, baseline, runner, media) for judged_mutant in judged),
        tuple(baseline.tests),
        tuple(sorted(_unfit(baseline))),
    )


def judge(mutant: Mutant, notes: ProbeNotes | None) -> JudgedMutant:
    """Return what came of a mutant.

    Args:
        mutant: It.
        notes: What its run showed; None where there was none.
    """
    if notes is None:
        return JudgedMutant(mutant, Fate.NOT_APPLICABLE, reason=mutant.reason)
    if notes.error:
        return JudgedMutant(mutant, Fate.NOT_APPLICABLE, reason=notes.error)
    if not notes.hits:
        return JudgedMutant(mutant, Fate.NOT_APPLICABLE, reason=next(iter(notes.impossible), "not_played"))
    failed = [(name, test.message) for name, test in notes.tests.items() if not test.passed]
    if not failed:
        return JudgedMutant(mutant, Fate.SURVIVED)
    noticed = [(name, message) for name, message in failed if not any(code in message for code in OF_TAPE)]
    if not noticed:
        return JudgedMutant(mutant, Fate.NOT_APPLICABLE, reason=first_line(failed[0][1]))
    return JudgedMutant(mutant, Fate.KILLED, tuple((name, first_line(message)) for name, message in noticed))


def _with_line(
    judged_mutant: JudgedMutant, baseline: ProbeNotes, runner: SuiteRunner, media: Callable[[], TapeMedia]
) -> JudgedMutant:
    if judged_mutant.fate is not Fate.SURVIVED:
        return judged_mutant
    line = find_line(judged_mutant.mutant, baseline, runner, media)
    return JudgedMutant(judged_mutant.mutant, judged_mutant.fate, line=line)


def _must_pass(baseline: ProbeNotes) -> None:
    if baseline.error or not baseline.tests:
        why = baseline.error or "there are no tests"
        raise ConfigError(f"The suites cannot run from the tape: {why}.", code="AIGC707")
    failed = [(name, test.message) for name, test in baseline.tests.items() if not test.passed]
    if failed:
        raise ConfigError(
            f"Without any lie {len(failed)} tests failed, first '{failed[0][0]}': {first_line(failed[0][1])}",
            code="AIGC707",
            facts={"tests": [name for name, _ in failed]},
        )


def _chosen(found: list[Mutant], only: tuple[str, ...]) -> list[Mutant]:
    known = {mutant.name for mutant in found} | {mutant.title for mutant in found}
    for name in only:
        if name not in known:
            raise ConfigError(f"'{name}' is not a mutant. {near_matches(name, sorted(known))}", code="AIGC011")
    return [mutant for mutant in found if not only or mutant.name in only or mutant.title in only]


def _unfit(baseline: ProbeNotes) -> set[str]:
    tasks = {sighting.kind for sighting in baseline.seen if sighting.what == "task"}
    return tasks - {sighting.kind for sighting in baseline.seen if sighting.what == "file"}


def first_line(message: str) -> str:
    """Return the first line of a message, with the first item where the line only introduces a list."""
    first, *others = [line.strip() for line in message.splitlines() if line.strip()] or [""]
    if not others or not first.endswith((":", "：")):
        return first
    return f"{first}{' ' if first.endswith(':') else ''}{others[0].removeprefix('- ')}"


def _sums(judged: Iterable[JudgedMutant]) -> tuple[int, int, float]:
    found = list(judged)
    killed = sum(judged_mutant.fate is Fate.KILLED for judged_mutant in found)
    return killed, killed + sum(judged_mutant.fate is Fate.SURVIVED for judged_mutant in found), _share(found)


def _share(judged: Iterable[JudgedMutant]) -> float:
    fates = [judged_mutant.fate for judged_mutant in judged if judged_mutant.fate is not Fate.NOT_APPLICABLE]
    return 100 * sum(fate is Fate.KILLED for fate in fates) / len(fates) if fates else 0.0
