"""Better locators: for a target that was lost, and for a selector that matches too much."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.history import StoreSource, last_seen, remembered_names
from AIGCLibrary.recovery.model import Applicability, Edit, Suggestion
from AIGCLibrary.recovery.rename_check import Relation, other_language, relation
from AIGCLibrary.recovery.source import CELLS, statement
from AIGCLibrary.recovery.strategy import RecoveryStrategy
from AIGCLibrary.recovery.values import UNKNOWN, values, worded
from AIGCLibrary.recovery.yamledit import flow

CERTAIN_SCORE = 0.81
"""A candidate this probable, that is far enough from the next and was verified on the page, may be applied: what
`heal=use` acts on where it knows the page; where it knows the target alone, it says so itself."""
CERTAIN_LEAD = 1.5
"""Log-odds by which it must lead."""
LIKELY_SCORE = 0.4
TRANSLATED_SCORE = 0.2
NEIGHBOUR = (Relation.CONTRARY, Relation.REPLACED)
"""What bears such a name is not suggested: where a target was removed, its neighbour is closest."""
_AKA = re.compile(r"^[ \t]*+\d+\) (?P<html>.+?) aka (?P<locator>.+)$", re.MULTILINE)
_NAMED = re.compile(r"name=[\"'](?P<name>[^\"']+)|(?:label|text)=[\"'](?P<text>[^\"']+)")
_KIND = re.compile(r"[-_]|\b(?:button|btn|input|field|select|link|nav|upload|area|text)\b", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MARKS = re.compile(r'\b(?:data-testid|id|name)="([^"]+)"')
_WORD = re.compile(r"[\w-]{3,}")
_TEST_ID = re.compile(r"""\[data-[\w-]+\s*=\s*["']?(?P<id>[^"'\]]+)""")
_NAMELESS = re.compile(r"^<[\w-]+> \S*$")
"""How an element without a name is described: `<input> /html/body/input`."""
_GENERATED = re.compile(r"[0-9a-f]{8,}|\d{5,}|:r\w+:|css-\w+|sc-\w+", re.IGNORECASE)
"""Test ids that a machine made, gone with the next build."""


@dataclass(frozen=True, slots=True)
class TargetNames:
    """What a target was called.

    Args:
        texts: Its names.
        guessed: They are read off a test id, which is no name but says something of it.
    """

    texts: list[str]
    guessed: bool = False


class _FromCandidates(RecoveryStrategy):
    """Turns the candidates that the locator search found on the page into suggestions."""

    tiers: tuple[str, ...] = ()

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Return the best candidate of the wanted tiers."""
        candidates = ranked(failure.fact("candidates"))
        names = known_names(failure, self.engine)
        for candidate in candidates:
            if str(candidate.get("tier", "")) in self.tiers and usable(
                candidate, least_score(candidate, candidates, names)
            ):
                stands = relation_to(names, candidate)
                stranger = failure.fact("misplaced") and not name_of(candidate)  # nothing says that it is the target
                if stands not in NEIGHBOUR and not stranger:
                    yield self._suggestion(failure, candidate, candidates, stands)
                return

    def _suggestion(
        self,
        failure: Failure,
        candidate: Mapping[str, Any],
        candidates: list[Mapping[str, Any]],
        stands: Relation,
    ) -> Suggestion:
        score, margin, second = standing(candidate, candidates)
        verified = bool(candidate.get("verified", candidate.get("count") == 1))
        selector = str(candidate.get("selector"))
        seen = last_seen(str(failure.fact("target") or ""), self.engine)
        here = seen is not None and self.engine is not None and seen.run == self.engine.run_id
        evidence = {
            "candidate": candidate.get("text") or candidate.get("name") or candidate.get("html"),
            "selector": selector,
            "score": score,
            "history": f"{seen.tier} {seen.selector} ({'this run' if here else seen.run})" if seen else None,
            "tried": failure.fact("tiers"),
        }
        named = "cause" if failure.family == "target" else "cause_selector"
        cause = worded(f"recovery.strategy.lost.{named}", values(failure))
        if seen:
            when = "cause_this_run" if here else "cause_history"
            cause = worded(f"recovery.strategy.lost.{when}", values(failure, **seen.words()))
        return Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=cause,
            fix=Text("recovery.strategy.lost.fix", **values(failure, selector=selector, tier=candidate.get("tier"))),
            evidence={name: value for name, value in evidence.items() if value},
            applicability=how_sure(score, margin, verified)
            if failure.family == "target" and _may_be_certain(failure, stands, seen=seen is not None)
            else Applicability.LIKELY
            if score >= LIKELY_SCORE
            else Applicability.NEEDS_VALUES,
            verified=verified,
            source=self.name,
            runner_up=None if second is None else str(second.get("selector")),
            margin=margin,
            edit=_edit(failure, candidate),
            score=score,
        )


def _may_be_certain(failure: Failure, stands: Relation, *, seen: bool) -> bool:
    """Return whether a candidate is what `heal=use` would act on and its name does not speak against it.

    A target that was never seen has nothing to compare with, and another name may be another thing: neither is ever
    certain. What had no name and has none is known by what else is the same.
    """
    if failure.fact("usable") is False:
        return False
    nameless = stands is Relation.UNKNOWN and failure.fact("usable") is True
    return stands is Relation.SAME or (seen and (stands is Relation.EXTENDED or nameless))


class SuggestTestId(_FromCandidates):
    """Suggests the test id of the element that is most probably the lost target, or to add one."""

    name = "suggest_testid"
    tiers = ("gold",)

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Return the test id; where the element has none, show its HTML with one, and the line that uses it."""
        found = list(super().suggest(failure))
        yield from found
        best = next((candidate for candidate in ranked(failure.fact("candidates")) if usable(candidate)), None)
        if found or best is None or failure.family != "target":
            return
        if relation_to(known_names(failure, self.engine), best) in NEIGHBOUR or has_gold(failure, best):
            return
        yield self._give_one(failure, best)

    def _give_one(self, failure: Failure, candidate: Mapping[str, Any]) -> Suggestion:
        old = next(
            (str(tier.get("selector")) for tier in failure.fact("tiers") or () if tier.get("tier") == "gold"), ""
        )
        named = _TEST_ID.search(old)
        testid = named["id"] if named else testid_for(str(failure.fact("target") or ""))
        before = str(candidate.get("html") or "")
        after = re.sub(r"^<[\w-]+", rf'\g<0> data-testid="{testid}"', before)
        # A test id that the locator file has already has to come back in the product; the file is right.
        wanted = Edit("", f"gold: {testid}", str(failure.fact("file") or "") or None, place=_gold_place(failure))
        return Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=Text("recovery.strategy.testid.cause", **values(failure, element=name_of(candidate) or UNKNOWN)),
            fix=Text(
                f"recovery.strategy.testid.{'fix_named' if named else 'fix'}",
                testid=testid,
                html=after or f'data-testid="{testid}"',
            ),
            evidence={
                name: value
                for name, value in {"html_now": before, "html_wanted": after, "gold_so_far": old}.items()
                if value
            },
            applicability=Applicability.NEEDS_VALUES,
            source=self.name,
            edit=None if named else wanted,
            score=0.2,
        )


def least_score(candidate: Mapping[str, Any], candidates: list[Mapping[str, Any]], names: TargetNames) -> float:
    """Return how probable a candidate must be to be suggested.

    On a page in another language now no words can help; a candidate far ahead of the rest is suggested there, too.
    """
    translated = bool(names.texts) and all(other_language(name, name_of(candidate)) for name in names.texts)
    score, _, second = standing(candidate, candidates)
    clear = score >= 2 * float(second.get("score") or 0) if second else True
    return TRANSLATED_SCORE if translated and clear else LIKELY_SCORE


def has_gold(failure: Failure, candidate: Mapping[str, Any]) -> bool:
    """Return whether one of the ways to an element is a test id."""
    rows = ranked(failure.fact("candidates"))
    return any(row.get("tier") == "gold" and row.get("element") == candidate.get("element") for row in rows)


def testid_for(target: str) -> str:
    """Return the test id one would choose for a target.

    Example:
        ```python
        testid_for("generate.reference_image")  # "reference-image"
        ```
    """
    return re.sub(r"[\W_]+", "-", target.rpartition(".")[2]).strip("-").lower() or "target"


def _gold_place(failure: Failure) -> str:
    return f"targets.{str(failure.fact('target') or '').rpartition('.')[2]}.gold"


class SuggestLocator(_FromCandidates):
    """Suggests role, label, text or CSS of the element that is most probably the lost target."""

    name = "suggest_locator"
    tiers = ("silver", "bronze")


class NarrowLocator(RecoveryStrategy):
    """Suggests a locator that matches one of several elements, from Playwright's own list."""

    name = "narrow_locator"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Name the candidates; which one is meant is the tester's to say."""
        listed = [(m["html"], m["locator"]) for m in _AKA.finditer(failure.message)]
        if not listed:
            listed = [
                (str(candidate.get("text") or candidate.get("html") or ""), str(candidate["selector"]))
                for candidate in ranked(failure.fact("matches_found", "candidates"))
                if candidate.get("selector")
            ]
        if not listed:
            return
        first, second = listed[0], listed[1] if len(listed) > 1 else None
        before = str(failure.fact("selector") or "")
        yield Suggestion(
            code=failure.code or "MESSAGE",
            cause_class=failure.cause,
            cause=worded("recovery.strategy.narrow.cause", values(failure, count=failure.fact("count") or len(listed))),
            fix=Text("recovery.strategy.narrow.fix", choices="; ".join(locator for _, locator in listed[:4])),
            evidence={"matches": [f"{html} = {locator}" for html, locator in listed[:6]]},
            applicability=Applicability.LIKELY,
            source=self.name,
            runner_up=second[1] if second else None,
            margin=0.0,
            edit=Edit(before, browser_selector(first[1])) if before else None,
        )


def known_names(failure: Failure, source: StoreSource | None) -> TargetNames:
    """Return what the target was called: as it was last seen, else as its locators say."""
    names = remembered_names(str(failure.fact("target") or ""), source)[:1]
    rows = [row for row in failure.fact("tiers") or () if isinstance(row, Mapping)]
    if not names:
        matches = (_NAMED.search(str(row.get("selector") or "")) for row in rows)
        names = [match["name"] or match["text"] for match in matches if match]
    if names:
        return TargetNames([name for name in names if name.strip()])
    gold = (str(row.get("selector") or "") for row in rows if row.get("tier") == "gold")
    guesses = [_KIND.sub(" ", selector.partition("=")[2].strip("\"'] ")) for selector in gold]
    return TargetNames([name for name in guesses if name.strip()], guessed=True)


def relation_to(names: TargetNames, candidate: Mapping[str, Any]) -> Relation:
    """Describe how a candidate's name stands to those the target had: the kindest verdict counts.

    Another name altogether may still be the same thing, when its test id, id or form name says so.
    """
    verdicts = {relation(old, name_of(candidate)) for old in names.texts}
    order = (Relation.SAME, Relation.CONTRARY, Relation.EXTENDED, Relation.RELATED, Relation.REPLACED)
    verdict = next((verdict for verdict in order if verdict in verdicts), Relation.UNKNOWN)
    if verdict is Relation.REPLACED or (verdict is Relation.CONTRARY and names.guessed):
        marks = [_KIND.sub(" ", _CAMEL.sub(" ", mark)) for mark in _MARKS.findall(str(candidate.get("html") or ""))]
        kinds = {relation(old, mark) for old in names.texts for mark in marks if mark.strip()}
        if kinds & {Relation.SAME, Relation.EXTENDED, Relation.RELATED}:
            return Relation.RELATED
    return verdict


def name_of(candidate: Mapping[str, Any]) -> str:
    """Return what a candidate is called, out of a description such as `button 'Generate'`."""
    text = str(candidate.get("text") or candidate.get("name") or "")
    quoted = re.search(r"'(?P<name>.*)'", text)
    return quoted["name"] if quoted else _NAMELESS.sub("", text)


def ranked(candidates: Any) -> list[Mapping[str, Any]]:
    """Return the candidates as mappings, the most probable first."""
    found = [candidate for candidate in candidates or () if isinstance(candidate, Mapping)]
    return sorted(found, key=lambda candidate: -float(candidate.get("score") or 0))


def usable(candidate: Mapping[str, Any], least: float = LIKELY_SCORE) -> bool:
    """Return whether a candidate is worth telling: probable enough, and not named by a machine."""
    selector = str(candidate.get("selector") or "")
    return bool(selector) and float(candidate.get("score") or 0) >= least and not _GENERATED.search(selector)


def standing(
    candidate: Mapping[str, Any], candidates: list[Mapping[str, Any]]
) -> tuple[float, float | None, Mapping[str, Any] | None]:
    """Return a candidate's score, its margin to the best other element, and that one.

    Two selectors of one element are not rivals: they carry the same `element`, or the same score and text.
    """
    score = float(candidate.get("score") or 0)
    second = next((other for other in candidates if other is not candidate and not _same(other, candidate)), None)
    margin = candidate.get("margin")
    if margin is None and second is not None:
        margin = score - float(second.get("score") or 0)
    if margin is None and len(candidates) >= 1:
        margin = score  # nothing else on the page comes near
    return score, None if margin is None else round(float(margin), 3), second


def how_sure(score: float, margin: float | None, verified: bool) -> Applicability:
    """Decide how far a candidate may be trusted."""
    if verified and score >= CERTAIN_SCORE and _log_odds(score) - _log_odds(score - (margin or 0)) >= CERTAIN_LEAD:
        return Applicability.CERTAIN
    return Applicability.LIKELY


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 0.0005), 0.9995)
    return math.log(bounded / (1 - bounded))


def browser_selector(playwright: str) -> str:
    """Write Playwright's `getByTestId('x')` as a selector that the Browser library takes.

    Example:
        ```python
        browser_selector("getByTestId('send')")  # '[data-testid="send"]'
        browser_selector("getByRole('button', { name: 'Send' })")  # 'role=button[name="Send"]'
        ```
    """
    for pattern, form in _PLAYWRIGHT:
        match = pattern.fullmatch(playwright.strip())
        if match:
            return form.format(**match.groupdict())
    return playwright


def last_selector(playwright: str) -> str:
    """Return the selector of the last step of a chain such as `locator('form').getByText('Send').first()`.

    Example:
        ```python
        last_selector("locator('form').getByText('Send').first()")  # 'text="Send"'
        ```
    """
    steps = _STEP.findall(playwright)
    return browser_selector(steps[-1]) if steps else playwright


_STEP = re.compile(r"(?:getBy\w+|locator)\((?:'(?:\\.|[^'\\])*+'|[^()'])*+\)")
_PLAYWRIGHT = (
    (re.compile(r"getByTestId\('(?P<id>[^']+)'\)"), '[data-testid="{id}"]'),
    (
        re.compile(r"getByRole\('(?P<role>\w+)', \{ name: '(?P<name>[^']+)'(?:, exact: true)? \}\)"),
        'role={role}[name="{name}"]',
    ),
    (
        re.compile(r"getByRole\('(?P<role>\w+)', \{ name: (?P<name>/.+/\w*) \}\)"),
        "role={role}[name={name}]",
    ),
    (re.compile(r"getByRole\('(?P<role>\w+)'\)"), "role={role}"),
    (re.compile(r"getByText\('(?P<text>[^']+)'(?:, \{ exact: true \})?\)"), 'text="{text}"'),
    (re.compile(r"getByLabel\('(?P<text>[^']+)'(?:, \{ exact: true \})?\)"), 'internal:label="{text}"'),
    (re.compile(r"getByPlaceholder\('(?P<text>[^']+)'(?:, \{ exact: true \})?\)"), '[placeholder="{text}"]'),
    (re.compile(r"getByAltText\('(?P<text>[^']+)'(?:, \{ exact: true \})?\)"), '[alt="{text}"]'),
    (re.compile(r"getByTitle\('(?P<text>[^']+)'(?:, \{ exact: true \})?\)"), '[title="{text}"]'),
    (re.compile(r"locator\('(?P<css>[^']+)'\)"), "{css}"),
)


def _same(candidate: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    key = "element" if "element" in candidate and "element" in other else None
    if key:
        return bool(candidate[key] == other[key])
    return bool(candidate.get("score") == other.get("score") and candidate.get("text") == other.get("text"))


def _edit(failure: Failure, candidate: Mapping[str, Any]) -> Edit | None:
    """Write a candidate as a further locator of the target in its file, before those that are lost."""
    if failure.family != "target":
        return _selector_edit(failure, str(candidate["selector"]))
    value, tier = value_of(candidate), str(candidate.get("tier"))
    if value is None:
        return None
    line = candidate.get("line") or failure.fact("line")
    name = str(failure.fact("target") or "?").rpartition(".")[2]
    file = failure.fact("file")
    before = str(candidate.get("before") or "")
    old = before.partition(":")[2].strip()
    return Edit(
        before,
        f"{tier}: [{flow(value)}, {old}]" if old else f"{tier}: {flow(value)}",
        str(file) if file else None,
        line if isinstance(line, int) else None,
        str(candidate.get("place") or f"targets.{name}.{tier}"),
        json.dumps(value, ensure_ascii=False),
    )


def _selector_edit(failure: Failure, selector: str) -> Edit | None:
    """Put the new selector where the step names the old one, as the Browser library takes it."""
    words = set(_WORD.findall(str(failure.fact("selector") or "")))
    for file, line, text in statement(failure.place):
        cells = [cell for cell in CELLS.split(text.strip())[1:] if words & set(_WORD.findall(cell)) and "{" not in cell]
        if len(cells) == 1 and text.count(cells[0]) == 1:
            return Edit(cells[0], selector, file, line)
    return Edit(str(failure.fact("selector") or ""), selector)


def value_of(candidate: Mapping[str, Any]) -> Any:
    """Return what belongs into the locator file: the entry itself, or what its YAML says."""
    if candidate.get("value") is not None:
        return candidate["value"]
    written = candidate.get("yaml")
    if not written:
        return None
    value = yaml.safe_load(str(written))
    tier = candidate.get("tier")
    while isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), dict | str | list):
        key = next(iter(value))
        if key != tier and not isinstance(value[key], dict):
            break  # an entry such as {label: Prompt}
        value = value[key]
    if isinstance(value, list):
        value = value[0] if value else None
    return value
