"""The SLO table of a run, as text for people: the demo prints it, the listener puts it into log.html."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from AIGCLibrary.harmless import robot_text
from AIGCLibrary.i18n import Text, render
from AIGCLibrary.monitoring.objectives import Better
from AIGCLibrary.monitoring.overview import MOST_CAUSES, causes, headline, needs_samples
from AIGCLibrary.monitoring.report import facts
from AIGCLibrary.monitoring.series import read
from AIGCLibrary.monitoring.slo import by_trouble, evaluate, objectives_of
from AIGCLibrary.monitoring.units import amount, amounts, shown
from AIGCLibrary.monitoring.verdict import Status, Verdict
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import parts
from AIGCLibrary.units import format_duration, unbroken

COLUMNS = ("objective", "verdict", "value", "counted", "interval", "line", "target", "reason")
EMPTY = "–"
SIGNS = {Verdict.BREACH: "✗", Verdict.AT_RISK: "!", Verdict.UNPROVEN: "?", Verdict.HEALTHY: "✓"}
"""What distinguishes verdicts at a glance, where there are no colours."""

_NARROW = ("verdict", "objective", "value", "counted", "interval", "line", "target")

TITLES = ("failures", "metadata", "tiers", "bronze", "tasks", "costs", "costs_by_test", "files")
"""Parts of `run_metadata`, by the names of their headings."""
DEAREST = 10
"""Tests listed in the log by what they cost; slo.html has more of them."""


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One line of the table.

    Args:
        verdict: For colours and order.
        cells: Texts in the order of the columns.
        status: What it was made from.
    """

    verdict: Verdict
    cells: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class SLOTable:
    """The SLO table of a run.

    Args:
        title: Heading.
        columns: Headings of the columns.
        rows: Objectives, those in trouble first.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[ObjectiveRow, ...]

    def robot_markup(self) -> str:
        """Return the table in Robot Framework's own markup, for metadata in log.html and report.html.

        The verdict stands first. The reason, a sentence, has no room there; slo.html states it.
        """
        order, wide = [COLUMNS.index(name) for name in _NARROW], COLUMNS.index("interval")
        rows = ([unbroken(row.cells[n]) if n == wide else row.cells[n] for n in order] for row in self.rows)
        return _markup([self.columns[place] for place in order], rows)


def slo_table(store: Store, run_id: str, language: str = "en", *, measured_only: bool = False) -> SLOTable:
    """Judge the objectives of a run and return them as a table.

    Args:
        store: Where the samples are.
        run_id: The run.
        language: `en` or `zh`.
        measured_only: Leave out objectives without a single sample.
    """
    statuses = evaluate(store, objectives_of(store, run_id).items.values(), run_id=run_id)
    return table_of((status for status in statuses if status.n or not measured_only), language)


def table_of(statuses: Iterable[Status], language: str = "en") -> SLOTable:
    """Return verdicts as a table."""
    return SLOTable(
        title=Text("monitoring.title.table").render(language),
        columns=tuple(Text(f"monitoring.column.{name}").render(language) for name in COLUMNS),
        rows=tuple(ObjectiveRow(status.verdict, _cells(status, language), status) for status in by_trouble(statuses)),
    )


def _cells(status: Status, language: str) -> tuple[str, ...]:
    objective = status.objective
    return (
        objective.name,
        f"{SIGNS[status.verdict]}\N{NO-BREAK SPACE}{verdict_text(status.verdict, language)}",
        EMPTY if status.value is None else shown(status.value, objective.unit),
        EMPTY if not status.n else counted(status, language),
        interval_text(status),
        line_text(status),
        shown(objective.target, objective.unit),
        status.reason.render(language),
    )


def verdict_text(verdict: Verdict, language: str) -> str:
    """Name a verdict in a language."""
    return Text(f"monitoring.verdict.{verdict}").render(language)


def counted(status: Status, language: str = "en") -> str:
    """Write how many samples were good of how many there are: `129/140`; only how many, for a weighted ratio.

    For a rate of which less is better the bad ones are reported, as in `0/15 bad`: beside 0 % nobody reads 15/15 right.
    """
    return str(render(counted_text(status), language))


def counted_text(status: Status) -> Text | str:
    """Return what `counted` writes, for messages whose language is chosen later."""
    if status.good is None:
        return Text("monitoring.samples", n=status.n)
    if status.objective.better is Better.LOWER and status.objective.unit in ("1", "%"):
        return Text("monitoring.bad_of", bad=status.n - status.good, n=status.n)
    return f"{status.good}/{status.n}"


def counted_words(status: Status, language: str = "en") -> str:
    """Write it where no heading says what is counted: `129/140 good`, `0/15 bad`, `2 samples`."""
    text = counted_text(status)
    return (
        text.render(language) if isinstance(text, Text) else f"{text} {Text('monitoring.page.good').render(language)}"
    )


def interval_text(status: Status) -> str:
    """Write an interval: `86.5 % … 95.6 %`."""
    if status.interval is None or not math.isfinite(status.interval.high - status.interval.low):
        return EMPTY
    unit = status.objective.unit
    return f"{shown(status.interval.low, unit)} … {shown(status.interval.high, unit)}"


def line_text(status: Status) -> str:
    """Write the hard lines: `≥ 70 %`, `≤ 2 s`, or both."""
    objective = status.objective
    lines = [] if objective.least is None else [f"≥ {shown(objective.least, objective.unit)}"]
    lines += [] if objective.most is None else [f"≤ {shown(objective.most, objective.unit)}"]
    return ", ".join(lines)


def run_metadata(store: Store, run_id: str, language: str = "en") -> dict[str, str]:
    """Return what the top suite of a run shows in log.html and report.html, as Robot's own markup by heading.

    Robot sorts the headings by name. They are chosen so that what failed comes first and the objectives follow.

    Returns:
        What failed and what to do, the objectives, how targets were found, how long tasks took, the files; only what
        there is.
    """
    sums = read(store, run_id=run_id)
    statuses = evaluate(store, objectives_of(store, run_id).items.values(), run_id=run_id, found=sums)
    found = {"failures": _failures_markup(store, run_id, language), "metadata": slo_markup(statuses, language)}
    if not found["failures"] and len(parts(store, run_id)) > 1:
        # `rebot --merge` keeps what the first attempt shows unless the repetition shows something under the same name.
        found["failures"] = Text("monitoring.nothing_failed").render(language)
    if "locator.locate_time" in sums:
        found |= _targets_markup(store, run_id, language)
    if "async_task.wait_time" in sums:
        found["tasks"] = _tasks_markup(store, run_id, language)
    found |= _costs_markup(store, run_id, language)
    found["files"] = _files_markup(store, run_id, language)
    return {Text(f"monitoring.title.{name}").render(language): markup for name, markup in found.items() if markup}


def slo_markup(statuses: Sequence[Status], language: str) -> str:
    """Return the objectives for the top suite: one line on all of them, a table of those that are decided or look bad.

    What merely has too few samples is in that line only; slo.html shows each.
    """
    if not any(status.n for status in statuses):
        return ""
    decided = [status for status in statuses if status.n and not needs_samples(status)]
    table = table_of(decided, language).robot_markup() if decided else ""
    return f"{headline(statuses, language)}\n\n{table}".strip()


def _failures_markup(store: Store, run_id: str, language: str) -> str:
    found = causes(facts.failures(store, run_id, latest_first=False), language)
    if not found:
        return ""
    rows = []
    for failure_cause in found[:MOST_CAUSES]:
        tests = (
            failure_cause.tests[0]
            if len(failure_cause.tests) == 1
            else f"{failure_cause.tests[0]} (+{len(failure_cause.tests) - 1})"
        )
        rows.append((tests, failure_cause.why, facts.with_trust(failure_cause.remedy, failure_cause.trust, language)))
    if len(found) > MOST_CAUSES:
        rows.append((Text("monitoring.page.more_tests", n=len(found) - MOST_CAUSES).render(language), "", ""))
    return _markup(_words(language, "test", "why", "remedy"), rows)


def _targets_markup(store: Store, run_id: str, language: str) -> dict[str, str]:
    targets = facts.targets(store, run_id)
    heads = _words(language, "target", "lookups", "found_by", "mean", "longest")
    # The ones worth a look: found now by this tier, now by another; and the slowest.
    shown_targets = list(
        dict.fromkeys(target_facts.target for target_facts in (*facts.flakiest(targets, 4), *facts.slowest(targets, 4)))
    )
    by_name = {target.target: target for target in targets}
    rows = [_target_cells(by_name[name], language) for name in shown_targets]
    overview = _markup(heads, [_all_targets(targets, language), *rows])
    bronze = [_target_cells(target, language) for target in targets if target.on_bronze]
    note = lookups_note(targets, language)
    return {"tiers": f"{overview}\n\n{note}", "bronze": _markup(heads, bronze) if bronze else ""}


def _tasks_markup(store: Store, run_id: str, language: str) -> str:
    rows = [
        (
            kind_facts.kind,
            f"{kind_facts.completed}/{kind_facts.n}",
            format_duration(kind_facts.median),
            format_duration(kind_facts.p95),
        )
        for kind_facts in facts.kinds(store, run_id)
    ]
    return _markup(_words(language, "kind", "completed", "median", "p95"), rows)


def _costs_markup(store: Store, run_id: str, language: str) -> dict[str, str]:
    from AIGCLibrary.monitoring.report.costs import costs

    spent = costs(store, run_id)
    if not spent:
        return {}
    rows = [
        (cost_facts.provider, cost_facts.kind, str(cost_facts.n), amount(cost_facts.total, cost_facts.unit))
        for cost_facts in spent
        if cost_facts.n
    ]
    by_kind = _markup(_words(language, "provider", "kind", "tasks_n", "cost"), rows)
    heads = _words(language, "test", "suite", "tasks_n", "cost")
    return {"costs": by_kind, "costs_by_test": _markup(heads, _cost_rows(store, run_id, language))}


def _files_markup(store: Store, run_id: str, language: str) -> str:
    rows = [
        (file.media_type, f"{file.passed}/{file.n}", shown(file.size, "bytes"), format_duration(file.mean))
        for file in facts.files(store, run_id)
    ]
    return _markup(_words(language, "media_type", "accepted", "size", "mean"), rows) if rows else ""


def _words(language: str, *names: str) -> list[str]:
    return [Text(f"monitoring.page.{name}").render(language) for name in names]


def _cost_rows(store: Store, run_id: str, language: str) -> list[tuple[str, ...]]:
    from AIGCLibrary.monitoring.report.costs import added, costs_by_test

    found = costs_by_test(store, run_id)
    outside = Text("monitoring.page.outside_tests").render(language)
    rows: list[tuple[str, ...]] = [
        (
            test_costs.name or outside,
            test_costs.suite,
            str(test_costs.n + test_costs.unknown),
            amounts(test_costs.totals) or EMPTY,
        )
        for test_costs in found[:DEAREST]
    ]
    rest = found[DEAREST:]
    if rest:
        others = Text("monitoring.page.more_tests", n=len(rest)).render(language)
        spent = amounts(added(test_costs.totals for test_costs in rest)) or EMPTY
        rows.append((others, "", str(sum(test_costs.n + test_costs.unknown for test_costs in rest)), spent))
    return rows


def lookups_note(targets: Sequence[facts.TargetFacts], language: str) -> str:
    """Describe in a sentence how often tiers disagreed, something was healed, and the remembered winner won again."""
    remembered = sum(target.remembered for target in targets)
    held = sum(target.held for target in targets)
    return Text(
        "monitoring.page.lookups_note" if remembered else "monitoring.page.lookups_first",
        conflicts=sum(target.conflicts for target in targets),
        healed=sum(target.healed for target in targets),
        held=held,
        remembered=remembered,
        rate=shown(held / remembered, "1") if remembered else EMPTY,
    ).render(language)


def _target_cells(target_facts: facts.TargetFacts, language: str) -> tuple[str, ...]:
    return (
        target_facts.target,
        str(target_facts.n),
        _tiers(target_facts.tiers, language),
        shown(target_facts.mean, "ms"),
        shown(target_facts.slowest, "ms"),
    )


def _all_targets(targets: Sequence[facts.TargetFacts], language: str) -> tuple[str, ...]:
    """Sum up all targets in one row."""
    n = sum(target.n for target in targets)
    tiers: dict[str, int] = {}
    for target in targets:
        for tier, count in target.tiers.items():
            tiers[tier] = tiers.get(tier, 0) + count
    mean = sum(target.mean * target.n for target in targets) / n
    slowest = max(target.slowest for target in targets)
    total = Text("monitoring.page.all").render(language)
    return (total, str(n), _tiers(tiers, language), shown(mean, "ms"), shown(slowest, "ms"))


def _tiers(counts: Mapping[str, int], language: str) -> str:
    names = [tier for tier in ("gold", "silver", "bronze", "missing") if counts.get(tier)]
    comma = Text("monitoring.page.comma").render(language)
    return comma.join(f"{Text(f'monitoring.tier.{tier}').render(language)} {counts[tier]}" for tier in names)


def _markup(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(f"={head[:1].upper()}{head[1:]}=" for head in heads) + " |"]
    lines += ["| " + " | ".join(robot_text(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
