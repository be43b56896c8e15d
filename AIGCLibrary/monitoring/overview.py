"""What a reader wants to know first: what failed, why, and what to do; then how the objectives stand, in one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.report import facts
from AIGCLibrary.monitoring.verdict import Status, Verdict

MOST_CAUSES = 20
"""Causes listed in report.html; slo.html has all of them."""


@dataclass(frozen=True, slots=True)
class FailureCause:
    """Failed tests that one thing explains.

    Args:
        tests: Their names without the suite.
        why: What went wrong, in one line.
        remedy: What to do; empty where nothing is known.
        trust: How sure that is: `certain`, `likely` or `needs_values`; None without a remedy.
        place: `file:line` of what is to be changed, else of the step that failed.
    """

    tests: tuple[str, ...]
    why: str
    remedy: str
    trust: str | None
    place: str | None


_HEADINGS = ("etup failed:", "eardown failed:")  # `Setup failed:`, `Parent suite teardown failed:`


def causes(failures: Iterable[facts.FailureFacts], language: str) -> list[FailureCause]:
    """Return what explains the failed tests, in the order in which they failed."""
    found: dict[tuple[str, str], FailureCause] = {}
    for failure in failures:
        cause = cause_of(failure, language)
        before = found.get((cause.why, cause.remedy))
        tests = (*before.tests, *cause.tests) if before else cause.tests
        found[cause.why, cause.remedy] = FailureCause(
            tests, cause.why, cause.remedy, cause.trust, before.place if before else cause.place
        )
    return list(found.values())


def cause_of(failure: facts.FailureFacts, language: str) -> FailureCause:
    """Return what explains one failed test best."""
    name = failure.test.removeprefix(f"{failure.suite}.")
    if not failure.suggestions:
        return FailureCause((name,), first_line(failure.message), "", None, None)
    best = failure.suggestions[0]
    texts = facts.in_language(best, language)
    return FailureCause((name,), texts["cause"], texts["fix"], best.get("applicability"), best.get("place"))


def first_line(message: str) -> str:
    """Return the first line of a message that says something, without Robot's headings."""
    lines = (line.strip() for line in message.removeprefix("*HTML*").splitlines())
    return next((line for line in lines if line and not line.endswith(_HEADINGS)), "")


def needs_samples(status: Status) -> bool:
    """Return whether nothing speaks against an objective and more samples would decide it."""
    return status.verdict is Verdict.UNPROVEN and bool(status.n) and status.needed is not None


def headline(statuses: Sequence[Status], language: str) -> str:
    """Write how the objectives stand: `11 objectives: 4 proven, 7 need more samples (9 to 189)`."""
    measured = [status for status in statuses if status.n]
    waiting = [status for status in measured if needs_samples(status)]
    counts = {
        "breach": _count(measured, Verdict.BREACH),
        "looks_bad": _count(measured, Verdict.UNPROVEN) - len(waiting),
        "at_risk": _count(measured, Verdict.AT_RISK),
        "proven": _count(measured, Verdict.HEALTHY),
    }
    parts = [_text(name, language, n=n) for name, n in counts.items() if n]
    if waiting:
        needed = sorted(status.needed or 0 for status in waiting)
        span = _text("span", language, low=needed[0], high=needed[-1]) if needed[0] != needed[-1] else str(needed[0])
        parts.append(_text("waiting", language, n=len(waiting), span=span))
    if len(measured) < len(statuses):
        parts.append(_text("unmeasured", language, n=len(statuses) - len(measured)))
    comma = Text("monitoring.page.comma").render(language)
    return _text("objectives", language, n=len(statuses), parts=comma.join(parts))


def _count(statuses: Iterable[Status], verdict: Verdict) -> int:
    return sum(status.verdict is verdict for status in statuses)


def _text(name: str, language: str, **values: object) -> str:
    if values.get("n") == 1 and name in _WITH_ONE:
        name = f"{name}_one"
    return Text(f"monitoring.overview.{name}", **values).render(language)


_WITH_ONE = ("objectives", "looks_bad", "waiting")
"""Texts with a form of their own for one."""
