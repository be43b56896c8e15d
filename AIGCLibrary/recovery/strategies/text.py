"""Texts that almost match: case, spaces, punctuation, language, or a word changed.

Acts for a lost target only with `heal=use`, where it was never seen before and the page shows exactly one element that
bears a name from its locator file, in whichever language, written with other case, width, spaces or signs. Numbers
count: `Delete (3)` is not `Delete`. What the guards of healing forbid is not used, and of a target that was seen before
more is known than its name: whether it is there is decided by healing alone.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from AIGCLibrary.config import Heal
from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Cause, Suggestion
from AIGCLibrary.recovery.page import verify
from AIGCLibrary.recovery.source import edit_in_source
from AIGCLibrary.recovery.strategies.locators import (
    NEIGHBOUR,
    TargetNames,
    how_sure,
    known_names,
    name_of,
    ranked,
    relation_to,
    standing,
    value_of,
)
from AIGCLibrary.recovery.strategy import Attempt, Level, RecoveryStrategy
from AIGCLibrary.recovery.values import short, values, worded

SIMILAR = 0.6
_TIERS = ("gold", "silver", "bronze")
_TEXT_OF = re.compile(
    r"(?:name|label|text|placeholder|title|alt)=(?:\"(?P<quoted>(?:[^\"\\]|\\.)+)\"|/(?P<pattern>(?:[^/\\]|\\.)+)/)"
)
_ROLE_OF = re.compile(r"role=(?P<role>[a-z]+)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


class TryAlternativeText(RecoveryStrategy):
    """Suggests the text that is really there when it is nearly the one expected."""

    name = "try_alternative_text"
    level = Level.SAFE

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Compare expected and actual text, or find a text on the page that a lost target may have now."""
        if failure.cause is Cause.ASSERTION_TEXT:
            yield from _assertion(failure, self.name)
        elif failure.family == "target":
            yield from _page_text(failure, self.name, known_names(failure, self.engine))

    def prepare(self, attempt: Attempt) -> Mapping[str, Any] | None:
        """Lend the target the locator of the element that bears its name; one try is enough."""
        failure, engine = attempt.failure, attempt.engine
        if failure.cause is not Cause.LOCATOR_LOST or failure.family != "target" or attempt.number > 1:
            return None
        if failure.fact("heal") != Heal.USE or failure.fact("misplaced") or failure.fact("seen"):
            return None  # a suggestion is never clicked, and what bears the name on another page is another thing
        found = same_name(ranked(failure.fact("candidates")), declared_names(failure), _roles(failure))
        target = failure.fact("target")
        if found is None or found.get("refused") or not target or attempt.lend is None:
            return None
        if not verify(engine.driver, str(found["selector"])):
            return None
        selector = str(found["selector"]).rpartition(" >>> ")[2]
        attempt.lend(str(target), str(found["tier"]), value_of(found), selector, str(found.get("text") or ""))
        return {}


def same_name(
    candidates: Sequence[Mapping[str, Any]], names: Iterable[str], roles: Collection[str] = ()
) -> Mapping[str, Any] | None:
    """Return the best way to the one element that bears one of these names; None when there is none or several.

    Args:
        candidates: Ways to elements of the page, as the locator search tells them.
        names: Names the element may have.
        roles: Roles it may have; none: any.

    Example:
        ```python
        same_name([{"text": "button 'GENERATE!'", "element": 3, "selector": "#x", "tier": "bronze"}], ["Generate"])
        ```
    """
    wanted = {read for name in names if (read := as_read(name))}
    same = [candidate for candidate in candidates if as_read(name_of(candidate)) in wanted]
    if len({candidate.get("element") for candidate in same}) != 1:
        return None
    if roles and str(same[0].get("text") or "").partition(" ")[0] not in roles:
        return None
    return min(same, key=lambda candidate: _TIERS.index(str(candidate.get("tier"))))


def as_read(text: str) -> str:
    """Return a text as it is read: without icons, signs, odd spaces and width, and in small letters; numbers stay."""
    return " ".join(_words(re.sub(r"[\u00ad\u200b-\u200f\u2060\ufeff]", "", text)))


def declared_names(failure: Failure) -> list[str]:
    """Return all names that the locators of a target use, in every language."""
    found: list[str] = []
    for row in failure.fact("tiers") or ():
        selector = str(row.get("selector") or "") if isinstance(row, Mapping) else ""
        for match in _TEXT_OF.finditer(selector):
            body = match["quoted"] or match["pattern"] or ""
            found += [re.sub(r"\\(.)", r"\1", part) for part in body.strip("^$()").split("|")]
    return found


def _roles(failure: Failure) -> set[str]:
    rows = [row for row in failure.fact("tiers") or () if isinstance(row, Mapping)]
    return {match["role"] for row in rows if (match := _ROLE_OF.search(str(row.get("selector") or "")))}


def difference(actual: str, expected: str) -> str:
    """Name the kind of difference between two texts.

    Returns:
        `case`, `space`, `punctuation`, `width`, `language`, `extra`, `missing`, `similar` or `different`.

    Example:
        ```python
        difference("Generate ", "generate")  # 'space' decides before 'case'
        ```
    """
    return next(kind for kind, holds in _KINDS if holds(actual, expected))


def _assertion(failure: Failure, source: str) -> Iterable[Suggestion]:
    actual, expected = _unquote(failure.fact("actual")), _unquote(failure.fact("expected"))
    if actual is None or expected is None or "not" in str(failure.fact("operator") or "").split():
        return
    kind = difference(actual, expected)
    near = kind not in ("different", "similar")
    yield Suggestion(
        code=failure.code or "MESSAGE",
        cause_class=failure.cause,
        cause=Text(f"recovery.text.{kind}.cause", actual=short(actual, 120), expected=short(expected, 120)),
        fix=Text(f"recovery.text.{kind}.fix", actual=short(actual, 120), expected=short(expected, 120)),
        evidence={"actual": short(actual, 400), "expected": short(expected, 400)},
        applicability=Applicability.LIKELY if near else Applicability.NEEDS_VALUES,
        source=source,
        edit=edit_in_source(failure.place, expected, actual)
        if near and expected and actual and "\n" not in actual + expected
        else None,
    )


def _page_text(failure: Failure, source: str, names: TargetNames) -> Iterable[Suggestion]:
    candidates = ranked(failure.fact("candidates"))
    for candidate in candidates:
        text = name_of(candidate)
        if not text or float(candidate.get("score") or 0) < 0.3:
            continue
        if relation_to(names, candidate) in NEIGHBOUR:
            return
        score, margin, second = standing(candidate, candidates)
        yield Suggestion(
            code=failure.code,
            cause_class=failure.cause,
            cause=worded("recovery.strategy.lost.cause", values(failure)),
            fix=Text("recovery.strategy.alternative_text.fix", text=short(text, 80)),
            evidence={"text": short(text, 200), "score": score},
            applicability=min(how_sure(score, margin, False), Applicability.LIKELY, key=list(Applicability).index)
            if score >= SIMILAR
            else Applicability.NEEDS_VALUES,
            source=source,
            runner_up=short(name_of(second) or second.get("selector"), 80) if second else None,
            margin=margin,
            score=score * 0.9,
        )
        return


def _unquote(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"" else text


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u200b", "").split())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def _other_script(actual: str, expected: str) -> bool:
    """Return whether one text is Chinese and the other is not."""
    chinese = bool(_CHINESE.search(actual)), bool(_CHINESE.search(expected))
    return chinese[0] != chinese[1] and not (_LATIN.search(actual) and _LATIN.search(expected))


_KINDS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("width", lambda a, e: unicodedata.normalize("NFKC", a) == unicodedata.normalize("NFKC", e)),
    ("space", lambda a, e: _plain(a) == _plain(e)),
    ("case", lambda a, e: _plain(a).casefold() == _plain(e).casefold()),
    ("punctuation", lambda a, e: bool(_words(a)) and _words(a) == _words(e)),
    ("language", _other_script),
    ("extra", lambda a, e: bool(e) and e in a),
    ("missing", lambda a, e: bool(a) and a in e),
    ("similar", lambda a, e: SequenceMatcher(None, a, e).ratio() >= SIMILAR),
    ("different", lambda _a, _e: True),
)
