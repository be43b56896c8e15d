"""Files that are broken or not what was ordered."""

from collections.abc import Iterable, Mapping
from typing import Any

from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Cause, Edit, Suggestion
from AIGCLibrary.recovery.strategy import Attempt, Level, RecoveryStrategy
from AIGCLibrary.recovery.triage import MANIFEST, finding_cause
from AIGCLibrary.recovery.values import UNKNOWN, short, values, worded
from AIGCLibrary.units import format_size
from AIGCLibrary.wording import place_of, sentence


def findings(failure: Failure) -> list[Mapping[str, Any]]:
    """Return the findings that made a failure, those that explain its cause first; mere notes if there is no more."""
    listed = [finding for finding in failure.fact("findings") or () if isinstance(finding, Mapping)]
    found = [finding for finding in listed if finding.get("severity") not in ("info", "warning")] or listed
    return sorted(found, key=lambda finding: finding_cause(dict(finding)) is not failure.cause)


class ReDownload(RecoveryStrategy):
    """Fetches the file again when it broke on the way, and says so when it did not."""

    name = "re_download"
    level = Level.SAFE

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Distinguish a broken transfer, which a new download repairs, from a file that is broken at its source."""
        first = next(iter(findings(failure)), {})
        received, expected = _sizes(failure, first)
        on_the_way = received is not None and expected is not None and received < expected
        kind = "short" if on_the_way else "same"
        source = str(failure.fact("source", "url") or "")
        local = not on_the_way and bool(source) and "://" not in source and not failure.fact("task")
        yield Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=worded(
                f"recovery.strategy.re_download.cause_{kind}",
                values(
                    failure,
                    finding=sentence(first) if first.get("message") else short(failure.first_line, 200),
                    received=format_size(received, UNKNOWN),
                    wanted=format_size(expected, UNKNOWN),
                ),
            ),
            fix=Text(f"recovery.strategy.re_download.fix_{'local' if local else kind}", **values(failure)),
            evidence={
                "findings": [dict(finding) for finding in findings(failure)[:5]],
                "received": received,
                "length": expected,
            },
            applicability=Applicability.LIKELY if on_the_way else Applicability.NEEDS_VALUES,
            source=self.name,
            score=0.8,
        )

    def prepare(self, attempt: Attempt) -> Mapping[str, Any] | None:
        """A new download needs nothing but to be asked for; a local file will not change by reading it again."""
        source = str(attempt.failure.fact("source", "url") or "")
        return {} if "://" in source or attempt.failure.fact("task") else None


class ValidatePartial(RecoveryStrategy):
    """Says how much of the file is good: entries, seconds, lines, items, or where the damage begins."""

    name = "validate_partial"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Return what was found intact when the file was read, else the place of the first damage."""
        if all(finding.get("kind") == "hash" for finding in findings(failure)) and findings(failure):
            return  # the whole file is there; what differs has no place
        good = failure.fact("good")
        if isinstance(good, Mapping) and good.get("unit"):
            yield self._of_good(failure, good)
            return
        place = next(
            (finding.get("place") or finding.get("offset") for finding in findings(failure) if finding.get("place")),
            None,
        )
        if place is None:
            return
        where = place_of(str(place))
        yield Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=Text("recovery.strategy.validate_partial.cause", **values(failure, place=where)),
            fix=Text("recovery.strategy.validate_partial.fix", **values(failure, place=where)),
            evidence={"first_damage": place},
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
            score=0.3,
        )

    def _of_good(self, failure: Failure, good: Mapping[str, Any]) -> Suggestion:
        count, unit, total = float(good.get("count") or 0), str(good["unit"]), good.get("total")
        kind = "nothing" if not count else "of" if total else "good"
        said = values(
            failure,
            count=f"{count:g}",
            total=f"{float(total):g}" if total else UNKNOWN,
            unit=Text(f"recovery.unit.{unit}"),
            last=good.get("last") or UNKNOWN,
        )
        return Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=Text(f"recovery.strategy.validate_partial.cause_{kind}", **said),
            fix=Text(f"recovery.strategy.validate_partial.fix_{'nothing' if not count else 'good'}", **said),
            evidence={"good": dict(good)},
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
            score=0.6 if count else 0.4,
        )


class RelaxRule(RecoveryStrategy):
    """Shows the rule that was broken beside what the file is."""

    name = "relax_rule"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Name the rule that the file breaks, with both remedies: the product's and the rule's."""
        for finding in findings(failure)[:3]:
            rule = str(finding.get("rule") or UNKNOWN)
            if rule.startswith(MANIFEST):
                yield self._of_manifest(failure, finding)
                continue
            expected, actual = finding.get("expected"), finding.get("actual")
            known = expected is not None and actual is not None
            sides = {"expected": _with_unit(expected, finding), "actual": _with_unit(actual, finding)} if known else {}
            yield Suggestion(
                code=failure.code,
                cause_class=failure.cause,
                cause=Text("recovery.strategy.relax_rule.cause", **values(failure, rule=rule, **sides))
                if known and rule != UNKNOWN
                else sentence(finding)
                if finding.get("message")
                else short(failure.first_line, 300),
                fix=worded("recovery.strategy.relax_rule.fix", {"rule": rule, **sides}),
                evidence={"finding": dict(finding)},
                applicability=Applicability.NEEDS_VALUES,
                source=self.name,
                edit=_edit(failure, finding, rule, expected, actual) if known and rule != UNKNOWN else None,
                score=0.5,
            )

    def _of_manifest(self, failure: Failure, finding: Mapping[str, Any]) -> Suggestion:
        """Describe which entry and the list of the archive contradict each other; no rule is at fault."""
        return Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=Text("recovery.strategy.relax_rule.cause_manifest", **values(failure, finding=sentence(finding))),
            fix=Text("recovery.strategy.relax_rule.fix_manifest"),
            evidence={"finding": dict(finding)},
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
            score=0.7,
        )


class RaiseMaxSize(RecoveryStrategy):
    """Says which `max_size` the file needs."""

    name = "raise_max_size"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Return the size that would have been sufficient, where the server reported it."""
        first = next(iter(findings(failure)), {})
        actual = failure.number("size", "length", "received") or _number(first.get("actual"))
        limit = failure.number("max_size", "limit") or _number(first.get("expected"))
        yield Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=worded(
                "recovery.strategy.max_size.cause",
                values(failure, size=format_size(actual, UNKNOWN), limit=format_size(limit, UNKNOWN)),
            ),
            fix=worded(
                "recovery.strategy.max_size.fix", {"size": format_size(actual * 1.1 if actual else None, UNKNOWN)}
            ),
            evidence={"size": actual, "max_size": limit},
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
        )


def _with_unit(value: object, finding: Mapping[str, Any]) -> str:
    """Return a side of a rule with its unit, which a finding may bring along in the value or apart."""
    text, unit = short(value, 80), str(finding.get("unit") or "")
    return text if not unit or text.endswith(unit) else f"{text} {unit}"


def _edit(failure: Failure, finding: Mapping[str, Any], rule: str, expected: object, actual: object) -> Edit:
    line = finding.get("line") or failure.fact("line")
    return Edit(
        f"{rule}: {expected}", f"{rule}: {actual}", finding.get("file"), line if isinstance(line, int) else None
    )


_WHOLE = ("length", "announced.", "empty")
"""Beginnings of the rules whose sizes are those of the whole file."""


def _sizes(failure: Failure, finding: Mapping[str, Any]) -> tuple[float | None, float | None]:
    received = failure.number("received", "size")
    expected = failure.number("length", "content_length", "expected_size")
    # A box or chunk that claims more than is left is about the file where it lies, not of its way here.
    if failure.cause is Cause.FILE_TRUNCATED and str(finding.get("rule") or "").startswith(_WHOLE):
        received = received if received is not None else _number(finding.get("actual"))
        expected = expected if expected is not None else _number(finding.get("expected"))
    return received, expected


def _number(value: object) -> float | None:
    if isinstance(value, str):
        value = value.split()[0] if value.split() else ""
        try:
            return float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
