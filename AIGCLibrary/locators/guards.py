"""When a near miss may take the place of a lost target, and when never."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.element import Candidate, Element, Profile
from AIGCLibrary.locators.kinds import changes_purpose, compatible, names_a_kind, proves_nothing, usable_for
from AIGCLibrary.locators.model import TargetState
from AIGCLibrary.locators.profile import words
from AIGCLibrary.locators.reranking.surroundings import (
    Siblings,
    changes_box,
    changes_foot,
    is_extended,
    is_known,
    is_unlabelled,
    is_with_another,
    is_with_other_data,
    keeps_its_surroundings,
    labels,
    shut_tab,
    stays_in_place,
    stood_beside,
)
from AIGCLibrary.locators.similarity import KIND_WORDS, Scored, coefficients
from AIGCLibrary.locators.words import plain, says_the_same, terms

USE_LEAD = 1.5
"""Least lead over the next candidate, in log-odds: 4.5 times its odds."""
UNSEEN_MARGIN = 0.25
"""Least lead in probability where no fingerprint was ever taken."""
UNSEEN_PROBABILITY = 0.85
"""Least probability where no fingerprint was ever taken: the words of the selectors must carry it alone."""

_INTO = r"[ -]?(?:zone|down|(?:\w+ ){0,3}here|(?:(?:an?|the|your) )?(?:file|image|picture|photo|video|audio)s?)\b"
"""What follows `drop` where something is put in and not thrown away: the areas for uploads say so."""
_OF_A_DISK = r" (?:\w+ )?(?:disk|drive|volume|card|storage|device)s?\b"
"""What follows `format` where something is lost by it: else it is one of a picture, a file or a text."""
_DESTRUCTIVE = re.compile(
    rf"\b(delete|remove|discard|destroy|drop(?!{_INTO})|erase|wipe|clear|reset|cancel|stop|abort|revoke|deactivate|"
    rf"unsubscribe|format(?={_OF_A_DISK})|purge|terminate|pay|buy|purchase|checkout|order(?! by)|"
    r"transfer|withdraw|refund|sign out|log ?out)\b|"
    r"删除|移除|清空|清除|重置|取消|停止|终止|丢弃|撤销|注销|退出|支付|付款|购买|下单|转账|提现|退款",
    re.IGNORECASE,
)

_NAMES = ("name", "label", "text", "title", "alt")
_UNIQUE = ("id", "href")
_KEYS = (*_UNIQUE, "testid", "html_name")
"""What tells an element whatever it is called. Component libraries give one test id or name to all fields of a kind,
so these count only where they say the target's name."""
_NOWHERE = re.compile(r"^#?$|^javascript:|\[\]$")
"""Links to nowhere, and names of lists."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a target is wanted for.

    Args:
        verb: `clicked`, `filled`, `given files`, `read`, or empty.
        state: The state asked of it.
        secret: A secret will be given to it.
        expected: It may be missing without failing the test, as inside `Run Keyword And Expect Error`.
    """

    verb: str = ""
    state: TargetState = TargetState.VISIBLE
    secret: bool = False
    expected: bool = False

    @property
    def never_healed(self) -> bool:
        """True where nothing but the target's own locators may answer."""
        return self.secret or self.expected or self.state.negative


def refusal(
    best: Scored,
    ranked: Sequence[Scored],
    profile: Profile,
    purpose: Purpose,
    taken: frozenset[int] = frozenset(),
    siblings: Siblings | None = None,
) -> Text | None:
    """Describe why the best candidate may not be used; None when it may.

    Args:
        best: The candidate.
        ranked: All candidates, the most probable first.
        profile: What the lost target looked like.
        purpose: What it is wanted for.
        taken: Numbers of elements that are other targets.
        siblings: What is known of these: their fingerprints then and now.
    """
    policy = (
        (purpose.state.negative, _reason("absence")),
        (purpose.expected, _reason("expected")),
        (purpose.secret, _reason("secret")),
    )
    return (
        next((reason for holds, reason in policy if holds), None)
        or _uncertainty(best, ranked, profile, siblings or {})
        or objection(best.candidate, profile, purpose, taken, siblings)
    )


def _uncertainty(best: Scored, ranked: Sequence[Scored], profile: Profile, siblings: Siblings) -> Text | None:
    """Describe what the best candidate lacks to be used: it is improbable, or another one is as probable."""
    seen = bool(profile.get("seen"))
    least = least_probability(seen=seen, known_page=is_known(siblings))
    second = max((other.probability for other in ranked if other is not best), default=0.0)
    sure, rival = f"{best.probability:.2f}", f"{second:.2f}"
    times = f"{math.exp(USE_LEAD):.1f}"
    checks = (
        (best.probability < least, _reason("unlikely" if seen else "unseen", sure=sure, least=f"{least:.2f}")),
        (_lead(best.probability, second) < USE_LEAD, _reason("rival", sure=sure, rival=rival, times=times)),
        (
            not seen and best.probability - second < UNSEEN_MARGIN,
            _reason("rival_unseen", sure=sure, rival=rival, margin=UNSEEN_MARGIN),
        ),
    )
    return next((reason for holds, reason in checks if holds), None)


def objection(
    candidate: Candidate,
    profile: Profile,
    purpose: Purpose,
    taken: frozenset[int] = frozenset(),
    siblings: Siblings | None = None,
) -> Text | None:
    """Describe what forbids an element to take the place of a lost target, however probable it is; None: nothing does.

    Whatever proposes an element, the model, its name or an earlier heal, this is asked before it is used.

    Args:
        candidate: The element.
        profile: What the lost target looked like.
        purpose: What it is wanted for.
        taken: Numbers of elements that are other targets.
        siblings: What is known of these: their fingerprints then and now.
    """
    seen = bool(profile.get("seen"))
    kind, was = candidate.get("role") or candidate.get("tag"), profile.get("role")
    checks = (
        (seen and _fewer(profile, candidate), _reason("fewer", before=_twins(profile), now=_twins(candidate))),
        (seen and _is_of_another(profile, candidate), _reason("other_data")),
        (seen and bool(shut_tab(profile, candidate)), _reason("shut_tab", tab=shut_tab(profile, candidate))),
        (bool(candidate.get("password")) != bool(profile.get("password")), _reason("one_password")),
        (bool(candidate.get("password")), _reason("password")),
        (
            (_destructive(profile) or _destructive(candidate)) and not (seen and _unmistakable(profile, candidate)),
            _reason("destructive"),
        ),
        (not usable_for(candidate, purpose.verb), _reason("unfit", kind=kind, verb=_verb(purpose.verb))),
        (not compatible(profile, candidate), _reason("incompatible", before=was, now=candidate.get("role"))),
        (
            changes_purpose(profile, candidate) and not _kept(profile, candidate),
            _reason("purpose", before=was, now=candidate.get("role")),
        ),
        (
            seen and _renamed(profile, candidate, siblings or {}),
            _reason("renamed", now=_said(candidate), before=_said(profile)),
        ),
        (
            seen and _reworded(profile, candidate) and not (is_known(siblings or {}) or _kept(profile, candidate)),
            _reason("reworded", now=_said(candidate), before=_said(profile)),
        ),
        (seen and changes_foot(profile, candidate) and not _kept(profile, candidate), _reason("foot")),
        (seen and changes_box(profile, candidate, siblings or {}) and not _kept(profile, candidate), _reason("floats")),
        (candidate.get("element") in taken and not candidate.get("frame"), _reason("taken")),
        (bool(candidate.get("frame")), _reason("other_frame")),
        (candidate.get("tag") == "iframe", _reason("frame")),
        ("ways" in candidate and not candidate["ways"], _reason("no_selector")),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _reason(name: str, **values: object) -> Text:
    return Text(f"locators.refusal.{name}", **values)


def _verb(verb: str) -> Text | str:
    return Text(f"locators.verb.{verb.replace(' ', '_')}") if verb else ""


def _lead(first: float, second: float) -> float:
    """Return how far the odds of one lie over those of the other, as a logarithm."""
    return _odds(first) - _odds(second)


def _odds(probability: float) -> float:
    bounded = min(max(probability, 0.0005), 0.9995)
    return math.log(bounded / (1 - bounded))


def _twins(element: Element) -> int:
    twins = element.get("twins")
    return int(twins[1]) if twins else 1


def _fewer(profile: Profile, element: Element) -> bool:
    """Return whether some of several that look the same are gone, and nothing tells which one this is."""
    if not element.get("twins") or _twins(element) >= _twins(profile) or plain(_name(profile)) != plain(_name(element)):
        return False
    return not _kept(profile, element)


def _is_of_another(profile: Profile, candidate: Element) -> bool:
    """Return whether one of several that look the same stands beside the data of another one."""
    other = is_with_other_data(profile, candidate) or is_with_another(profile, candidate)
    return other and not _kept(profile, candidate)


def _same_neighbour(profile: Profile, element: Element) -> bool:
    """Return whether what is next to both is the same text."""
    before, now = (
        [text for text in (plain(str(t)) for t in x.get("neighbours") or ()) if text] for x in (profile, element)
    )
    return bool(before and now) and before[0] == now[0]


def _unmistakable(profile: Profile, candidate: Element) -> bool:
    """Return whether role, name and place are the same, so that only ids and classes have changed.

    Only then is something that destroys or pays healed; among several of one name, what is beside it has to say so.
    """
    same = [
        str(candidate.get(field) or "") == str(profile.get(field) or "") for field in ("role", "name", "tab", "dialog")
    ]
    if not all(same) or not (candidate.get("role") and candidate.get("name")) or _twins(candidate) != _twins(profile):
        return False
    if _twins(candidate) > 1:
        same_place = (profile.get("twins") or ())[:1] == (candidate.get("twins") or ())[:1]
        return _same_neighbour(profile, candidate) or (same_place and keeps_its_surroundings(profile, candidate))
    beside = [{plain(str(text)) for text in element.get("neighbours") or ()} - {""} for element in (profile, candidate)]
    return bool(beside[0] & beside[1]) or not (beside[0] and beside[1])


def least_probability(*, seen: bool, known_page: bool) -> float:
    """Return how probable a candidate must be: less is asked where other targets show what changed on the page."""
    if not seen:
        return UNSEEN_PROBABILITY
    return float(coefficients("relocation")["threshold" if known_page else "threshold_alone"])


def _renamed(profile: Profile, element: Element, siblings: Siblings) -> bool:
    """Return whether a target that had a name would get another one, with no other evidence that it is the same.

    What stands beside a lost field is built like it and close to it; its name is what tells them apart. A field without
    a name is called what it stands beside.
    """
    if stood_beside(profile, element) and not _keeps_its_own_key(profile, element):
        return True
    hint = plain(str(profile.get("text") or ""))
    if not profile.get("name") or hint in plain(str(profile["name"])):
        hint = ""  # else the text inside is no name: a hint for screen readers, a value
    before = [str(text) for text in (*(profile.get(field) for field in _NAMES), *profile.get("texts", ())) if text]
    before = [text for text in before if not hint or plain(text) != hint]
    now = [str(text) for field in _NAMES if (text := element.get(field))]
    if is_unlabelled(profile) and (own := labels(profile)):
        before, now = [*own], [*labels(element)]
    elif not _name(profile):
        return False
    if not before or any(says_the_same(mine, theirs) for mine in before for theirs in now):
        return False
    if is_extended(profile, element, siblings):
        return False
    return not any(field in _UNIQUE or _tells(str(profile.get(field)), before) for field in _kept(profile, element))


def _reworded(profile: Profile, element: Element) -> bool:
    """Return whether a target is called in nearly the same words, and nothing is around it that was around it.

    A page that has both `Create a page` and `Create page` has two things; which one is gone only their places tell.
    Where every word is another one, the product was reworded, and so is what stands around it.
    """
    before = {plain(str(text)) for text in (_name(profile), *profile.get("texts", ()))} - {""}
    now = {plain(str(element.get(field) or "")) for field in _NAMES} - {""}
    if not _name(profile) or before & now or not any(terms(old) & terms(other) for old in before for other in now):
        return False
    return not stays_in_place(profile, element)


def _kept(profile: Profile, element: Element) -> list[str]:
    """Return the keys that both have alike, without those that count or lead nowhere."""
    same = [field for field in _KEYS if profile.get(field) and profile.get(field) == element.get(field)]
    return [field for field in same if not (_NOWHERE.search(key := str(profile.get(field))) or proves_nothing(key))]


def _keeps_its_own_key(profile: Profile, element: Element) -> bool:
    """Return whether both have the same id, link, or test id that is no kind of component."""
    kept = _kept(profile, element)
    return any(field in kept for field in _UNIQUE) or ("testid" in kept and not names_a_kind(str(profile["testid"])))


def _tells(key: str, names: Sequence[str]) -> bool:
    """Return whether a machine name is one of the names, but for words that only say what kind of thing it is."""
    telling = " ".join(word for word in words(key).split() if word not in KIND_WORDS)
    return bool(telling) and any(says_the_same(telling, name) for name in names)


def _name(element: Element) -> str:
    return next((str(text) for field in _NAMES if (text := element.get(field))), "")


def _said(element: Element) -> str:
    return _name(element) or next((str(text) for text in element.get("neighbours") or ()), "")


def is_destructive(text: str) -> bool:
    """Return whether a text says that something is destroyed, stopped or paid."""
    return bool(_DESTRUCTIVE.search(text))


def _destructive(element: Element | Profile) -> bool:
    texts = cast("Profile", element).get("texts", ())
    own = (element.get("name"), element.get("text"), element.get("title"))
    return any(is_destructive(str(text)) for text in (*own, *texts) if text)
