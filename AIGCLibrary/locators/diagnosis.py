"""Why a target was not found, in words and as facts; and what is doubtful about one that was."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from AIGCLibrary.errors import TargetError
from AIGCLibrary.i18n import Text, listed
from AIGCLibrary.locators.element import Candidate, Element
from AIGCLibrary.locators.errors import AmbiguousTargetError, TargetNotFoundError
from AIGCLibrary.locators.model import Match, Target, TargetState, Tier
from AIGCLibrary.locators.parameters import templated
from AIGCLibrary.locators.probe import ANOTHER, Report, page_key
from AIGCLibrary.locators.similarity import Scored

HIDDEN = "locators.hint.hidden"
NEAR = 5
"""Near misses shown."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is on the page where a target was lost.

    Args:
        found: Names of the other targets of its file that are found there.
        left: The few elements of its kind that are none of them, the most probable first.
    """

    found: tuple[str, ...] = ()
    left: tuple[Scored, ...] = ()


def doubts(target: Target, report: Report) -> tuple[Text, ...]:
    """Describe which tiers contradict the one that won."""
    if report.winner is None:
        return ()
    won = target.selectors[report.winner]
    return tuple(
        Text(
            "locators.warning.conflict",
            target=target.name,
            tier=Text(f"locators.tier.{target.selectors[index].tier}"),
            selector=target.selectors[index].shown,
            won=Text(f"locators.tier.{won.tier}"),
            taken=won.shown,
        )
        for index in report.conflicts
    )


def failure(
    target: Target,
    state: TargetState,
    report: Report,
    budget: float,
    elapsed: float,
    scored: Sequence[Scored] | None = None,
    around: Surroundings | None = None,
) -> TargetError:
    """Build the error with all that is known.

    Args:
        target: What was looked for.
        state: As what.
        report: What the page answered.
        budget: Seconds it was given.
        elapsed: Seconds it took.
        scored: Near misses, the most probable first.
        around: What else of its file is on the page.
    """
    near = list(scored or ())[:NEAR]
    found = _Failure(target, state, report, budget, elapsed, _facts(target, state, report, budget, elapsed, near))
    if report.status == "no-frame":
        return found.without_frame()
    if report.status == "navigating":
        return found.while_loading()
    if state.negative:
        return found.still_there()
    hint = _hint(target, report, near, around or Surroundings())
    if hint.key == HIDDEN:
        found.facts["reason"] = "hidden"
    if report.status == "ambiguous":
        return found.ambiguous()
    if state in (TargetState.ENABLED, TargetState.DISABLED) and report.winner is not None:
        return found.in_other_state()
    return found.not_found(hint)


def _facts(
    target: Target, state: TargetState, report: Report, budget: float, elapsed: float, near: Sequence[Scored]
) -> dict[str, Any]:
    return {
        "target": target.name,
        "state": state.value,
        "elapsed": round(elapsed, 3),
        "timeout": budget,
        "url": report.url,
        "page": page_key(report.url),
        "file": str(target.file),
        "line": target.line,
        "loading": report.loading,
        "tiers": [_row(match) for match in report.matches],
        "candidates": candidate_facts(target, near),
    }


@dataclass(frozen=True, slots=True)
class _Failure:
    """A target that was not found as asked; one method for each reason builds its error."""

    target: Target
    state: TargetState
    report: Report
    budget: float
    elapsed: float
    facts: dict[str, Any]

    @property
    def _place(self) -> str:
        return f"on page {page_key(self.report.url)}" if self.report.url else "on the page"

    @property
    def _looked(self) -> str:
        return "\n".join(f"  {_line(match)}" for match in self.report.matches)

    def _text(self, kind: str, original: str, seconds: float) -> Text:
        return _Said(self.target, self.report, self.state).text(kind, original, seconds)

    def without_frame(self) -> TargetError:
        count = self.report.raw.get("frameCount", 0)
        return TargetNotFoundError(
            f"Target '{self.target.name}' was not found within {self.budget:g} s: its frame '{self.report.problem}' "
            f"matches {count} elements {self._place}; it must be one iframe.",
            hint=Text("locators.hint.frame"),
            facts=self.facts,
        )

    def while_loading(self) -> TargetError:
        return TargetNotFoundError(
            f"Target '{self.target.name}' was not found within {self.budget:g} s: the page kept loading another one.",
            hint=Text("locators.hint.loading"),
            facts=self.facts,
        )

    def still_there(self) -> TargetError:
        original = (
            f"Target '{self.target.name}' is still there after {self.budget:g} s {self._place}, though it should be "
            f"{self.state}:\n{self._looked}"
        )
        said = self._text("still_there", original, self.budget)
        return TargetNotFoundError(said, hint=Text("locators.hint.still_there"), facts=self.facts)

    def ambiguous(self) -> TargetError:
        self.facts["matches_found"] = _matches_found(self.target, self.report)
        self.facts["count"] = max(match.visible for match in self.report.matches)
        original = (
            f"Target '{self.target.name}' is ambiguous {self._place}: no selector matches exactly one visible element "
            f"({self.elapsed:.1f} s).\n{self._looked}"
        )
        said = self._text("ambiguous", original, self.elapsed)
        return AmbiguousTargetError(said, hint=Text("locators.hint.ambiguous"), facts=self.facts)

    def in_other_state(self) -> TargetError:
        other = "disabled" if self.state is TargetState.ENABLED else "enabled"
        original = (
            f"Target '{self.target.name}' is still {other} after {self.budget:g} s {self._place}.\n{self._looked}"
        )
        said = self._text("still", original, self.budget)
        return TargetNotFoundError(said, hint=Text("locators.hint.still_there"), facts=self.facts)

    def not_found(self, hint: Text) -> TargetError:
        original = (
            f"Target '{self.target.name}' was not found within {self.budget:g} s {self._place} (asked: {self.state}).\n"
            f"{self._looked}"
        )
        return TargetNotFoundError(self._text("not_found", original, self.budget), hint=hint, facts=self.facts)


class _Said:
    """Says a failure in the language of the reader: English as it is written here, Chinese from the catalogue."""

    def __init__(self, target: Target, report: Report, state: TargetState) -> None:
        self._target = target.name
        self._matches = report.matches
        self._state = Text(f"locators.state.{state.value}")
        here = Text("locators.failure.here")
        self._place = Text("locators.failure.place", page=page_key(report.url)) if report.url else here

    def text(self, kind: str, original: str, seconds: float) -> Text:
        looked: Text | str = listed(["", *map(_looked, self._matches)], "core.lines") if self._matches else ""
        return Text(
            f"locators.failure.{kind}",
            original=original,
            target=self._target,
            place=self._place,
            state=self._state,
            time=f"{seconds:.3g} s ",
            looked=looked,
        )


def _looked(match: Match) -> Text:
    """Describe what one selector found, as a line of a message."""
    if match.elsewhere == ANOTHER:
        what = Text("locators.looked.another", element=described(match.matches[0]))
    elif match.elsewhere:
        what = Text("locators.looked.elsewhere")
    elif not match.count:
        what = Text("locators.looked.none")
    elif not match.visible:
        what = Text("locators.looked.hidden", n=match.count)
    elif match.visible == 1:
        what = Text("locators.looked.one", n=match.count)
    else:
        what = Text("locators.looked.many", n=match.visible)
    tier, selector = f"{match.selector.tier:<6}", match.selector.shown
    return Text("locators.looked.line", original=f"  {_line(match)}", tier=tier, selector=selector, what=what)


def elsewhere(target: Target, report: Report, routes: Sequence[str]) -> Text:
    """Describe which page, tab or dialog is open, and which was meant.

    Args:
        target: What was looked for.
        report: What the page answered.
        routes: Pages on which targets of its file were found before.
    """
    rule, kind = target.where, report.misplaced
    said = getattr(rule, kind, "") if rule else ""
    meant = said if isinstance(said, str) else " | ".join(said)
    if not meant and kind == "url":
        meant = " | ".join(routes[:3])
    place = report.place
    now = {"url": page_key(report.url), "title": place.get("title"), "tab": place.get("tab"),
           "dialog": place.get("dialog"), "landmark": page_key(report.url)}.get(kind, "")  # fmt: skip
    return Text(f"locators.elsewhere.{kind}", now=now or "-", meant=meant or target.page, file=target.file.name)


def not_here(target: Target, kind: str, url: str, place: Mapping[str, Any]) -> TargetNotFoundError:
    """Build the error of a target that was asked for on another page, tab or dialog than its file declares."""
    report = Report("missing", url=url, misplaced=kind, place=place)
    where = elsewhere(target, report, ())
    return TargetNotFoundError(
        f"Target '{target.name}' cannot be looked for on page {page_key(url)}: {where}.",
        hint=Text("locators.hint.elsewhere", where=where),
        facts={"target": target.name, "url": url, "misplaced": kind, "file": str(target.file), "line": target.line},
    )


def candidate_facts(target: Target, scored: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return near misses as facts: for each element its best gold, silver and bronze, ready for the locator file."""
    facts = []
    for index, candidate in enumerate(scored):
        rivals = [other.probability for other in scored if other is not candidate]
        ways = candidate.candidate.get("ways", ())
        for tier in Tier:
            way = next((way for way in ways if way["tier"] == tier), None)
            if way is None:
                continue
            old = next((selector for selector in target.selectors if selector.tier == tier), None)
            value = templated(way["yaml"], target.values) if target.values else way["yaml"]
            if value is None:
                continue
            facts.append(
                {
                    "selector": " >>> ".join([*candidate.candidate.get("frame", target.frame), way["selector"]]),
                    "tier": tier.value,
                    "yaml": f"{tier}: {written(value)}",
                    "before": f"{tier}: {written(old.value)}" if old else "",
                    "place": f"targets.{target.name.rsplit('.', 1)[-1]}.{tier}",
                    "line": old.line if old else target.line,
                    "score": candidate.probability,
                    "margin": round(candidate.probability - max(rivals, default=0.0), 3),
                    "text": described(candidate.candidate),
                    "html": markup(candidate.candidate),
                    "element": candidate.candidate.get("element", index),
                    "verified": True,
                }
            )
    return facts


def described(element: Element) -> str:
    """Describe an element for a human: `button 'Generate'`."""
    kind = element.get("role") or element.get("tag") or "element"
    name = next((str(text) for key in ("name", "text", "label", "placeholder") if (text := element.get(key))), "")
    return f"{kind} '{name[:80]}'" if name else f"<{element.get('tag')}> {element.get('path', '')}"


def markup(candidate: Candidate) -> str:
    """Return an element as HTML, as far as the search describes it: `<button id="go">Generate</button>`."""
    tag = str(candidate.get("tag") or "")
    if not tag:
        return ""
    marks = {
        "data-testid": candidate.get("testid"),
        "type": candidate.get("type"),
        "id": candidate.get("id"),
        "name": candidate.get("html_name"),
        "class": " ".join(candidate.get("classes") or ()),
        "placeholder": candidate.get("placeholder"),
    }
    start = "".join(f' {name}="{escape(_cut(value))}"' for name, value in marks.items() if value)
    text = "" if tag in ("input", "img") else f"{escape(_cut(candidate.get('text') or ''))}</{tag}>"
    return f"<{tag}{start}>{text}"


def _cut(value: object, most: int = 60) -> str:
    text = str(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def written(value: Any) -> str:
    """Write a value of a locator file as YAML on one line."""
    if isinstance(value, Mapping):
        if set(value) == {"testid"}:
            return written(value["testid"])
        return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    text = str(value)
    plain = text.replace("-", "").replace("_", "").replace(" ", "")
    reserved = text.lower() in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
    safe = plain.isalnum() and not plain.isdigit() and text == text.strip() and not text.startswith("-")
    return text if safe and not reserved else json.dumps(text, ensure_ascii=False)


def _hint(target: Target, report: Report, near: Sequence[Scored], around: Surroundings) -> Text:
    hidden = next((match for match in report.matches if match.count and not match.visible), None)
    if near and near[0].probability >= 0.5:
        best = candidate_facts(target, near[:1])
        if best:
            return Text(
                "locators.hint.moved",
                element=described(near[0].candidate),
                yaml=best[0]["yaml"],
                file=target.file.name,
                line=target.line,
            )
    if hidden:
        return Text(HIDDEN, selector=hidden.selector.shown, reason=hidden.hidden)
    if report.loading:
        return Text("locators.hint.loading")
    if around.left:
        best = candidate_facts(target, around.left[:1])
        return Text(
            "locators.hint.left_over",
            elements=", ".join(described(scored.candidate) for scored in around.left),
            yaml=best[0]["yaml"] if best else "?",
            file=target.file.name,
            line=target.line,
        )
    if around.found:
        named = ", ".join(f"'{name}'" for name in around.found[:3])
        return Text("locators.hint.others_found", names=named, file=target.file.name)
    return Text("locators.hint.not_found", file=target.file.name)


def _matches_found(target: Target, report: Report) -> list[dict[str, Any]]:
    several = next(match for match in report.matches if match.visible > 1)
    return [
        fact
        for candidate in several.matches
        for fact in candidate_facts(target, [Scored(candidate, round(1 / len(several.matches), 3))])[:1]
    ]


def _row(match: Match) -> dict[str, Any]:
    row = {
        "tier": match.selector.tier.value,
        "selector": match.selector.shown,
        "count": match.count,
        "visible": match.visible,
    }
    return {**row, "hidden": match.hidden} if match.hidden else row


def _line(match: Match) -> str:
    start = f"{match.selector.tier:<6} {match.selector.shown}: "
    if match.elsewhere == ANOTHER:
        return f"{start}1 element, not used, for it is another one than the target ({described(match.matches[0])})"
    if match.elsewhere:
        shown = ", ".join(described(candidate) for candidate in match.matches[:1])
        return f"{start}1 element, not used, for it is on another page, tab or dialog" + (
            f" ({shown})" if shown else ""
        )
    if not match.count:
        return start + "no element"
    noun = "element" if match.count == 1 else "elements"
    if not match.visible:
        return (
            f"{start}{match.count} {noun}, hidden ({match.hidden})" if match.hidden else f"{start}{match.count} hidden"
        )
    if match.visible == 1:
        return f"{start}1 visible element" + (f" of {match.count}" if match.count > 1 else "")
    shown = ", ".join(described(candidate) for candidate in match.matches[:3])
    return f"{start}{match.visible} visible elements" + (f" ({shown})" if shown else "")
