"""Old and new pages as data: read from a folder, asked as the library asks, answered by its models and its guards.

A folder holds `*.jsonl` files with one JSON object a page: `site`, `targets` (elements of the old page), `candidates`
(elements of the new page), linked by `widget_id`. An element is an attribute map as in the similo2 benchmark, or a
fingerprint as the page program takes it (`path` instead of `xpath`). `inside` names the widget that an element belongs
to: it goes with it when that is removed. Where a page does not name it, what lies inside of a widget does, and a box
around it that shows nothing else. A target whose `widget_id` no candidate has is one that is gone.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from AIGCLibrary.locators import similarity
from AIGCLibrary.locators.guards import Purpose, refusal
from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Selector, Target, Tier
from AIGCLibrary.locators.profile import profile_of as library_profile
from AIGCLibrary.locators.reranking import identity
from AIGCLibrary.locators.reranking.surroundings import is_unlabelled, labels
from AIGCLibrary.locators.words import plain
from tests.support import relocation, similo

POOL = 24
"""As many candidates as the page tells the library of."""
PAGE = "/page"
_TYPED = ("textbox", "searchbox", "spinbutton", "combobox")


@dataclass(frozen=True)
class Page:
    """An old page and the new one."""

    site: str
    targets: list
    candidates: list


@dataclass(frozen=True)
class Question:
    """One target, asked for on its new page or on that page without it."""

    page: Page
    target: dict
    removed: bool
    candidates: list = field(repr=False)


@dataclass(frozen=True)
class Healing:
    """What the library would do: the place of the right element, its probability, and why nothing was used."""

    question: Question
    alone: bool
    place: int
    right: bool
    reason: str
    best: dict = field(repr=False)
    probability: float = 0.0
    second: float = 0.0

    @property
    def acted(self):
        """True when an element was used."""
        return not self.reason


@dataclass(frozen=True)
class Hit:
    """What a selector of the old page finds on the new one: the right element or not, and what is said about it."""

    question: Question
    strategy: str
    right: bool
    doubt: str
    refused: bool
    found: dict = field(repr=False)

    @property
    def unchanged(self):
        """True when the element has the role and the name it had; one without a name, what it stands beside."""
        target = self.question.target
        same = all(target.get(x) == self.found.get(x) for x in ("tag", "role", "name", "text"))
        return same and not (is_unlabelled(target) and labels(target) != labels(self.found))


def read_folder(path):
    """Return all pages of a folder, or of one file."""
    files = [path] if path.is_file() else sorted(Path(path).rglob("*.jsonl"))
    return [_page(json.loads(line)) for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]


def _page(data):
    targets, candidates = ([_element(one) for one in data[kind]] for kind in ("targets", "candidates"))
    for number, one in enumerate(candidates):
        one["element"], one["ways"] = number, ({"tier": "bronze", "yaml": {"css": "x"}, "selector": "x"},)
    for one in candidates:
        if one.get("widget_id") is None and not one.get("inside") and (widget := _widget_of(one, candidates)):
            one["inside"] = widget
    return Page(data["site"], targets, candidates)


def _widget_of(one, candidates):
    """Return the nearest widget that an element lies inside of, or that is all it shows; None when there is none."""
    path, text = f"{one.get('path')}/", plain(str(one.get("text") or ""))
    widgets = [x for x in candidates if x.get("widget_id") is not None and x.get("path")]
    inside = [x for x in widgets if path.startswith(f"{x['path']}/")]
    around = [x for x in widgets if text and x["path"].startswith(path) and plain(str(x.get("text") or "")) == text]
    return max(inside or around, key=lambda x: len(x["path"]), default={}).get("widget_id")


def _element(raw):
    if "xpath" in raw:
        found = relocation.fingerprint(raw)
        return {**found, "widget_id": raw.get("widget_id")}
    return {**raw, "tag": str(raw["tag"]).lower(), "text": raw.get("text") or "", "classes": raw.get("classes") or []}


def questions(pages):
    """Return each target twice: as the page is, and without it; a target that is gone once."""
    found = []
    for page in pages:
        there = {one.get("widget_id") for one in page.candidates}
        for target in page.targets:
            widget = target["widget_id"]
            kept = [one for one in page.candidates if widget not in (one.get("widget_id"), one.get("inside"))]
            if widget in there:
                found.append(Question(page, target, False, page.candidates))
            if kept:
                gone = [one for one in page.candidates if widget == one.get("widget_id")]
                found.append(Question(page, target, True, [_less(one, gone) for one in kept]))
    return found


def _less(one, gone):
    """Return an element as the page shows it once one that looks the same is gone: there is one less."""
    twins = one.get("twins")
    for other in gone:
        mine, theirs = ((x["tag"], x.get("role"), x.get("name") or x.get("text")) for x in (one, other))
        if twins and twins[1] > 1 and other.get("twins") and mine == theirs:
            twins = [twins[0] - (twins[0] > other["twins"][0]), twins[1] - 1]
    return {**one, "twins": twins} if twins else one


def profile_of(target):
    """Return what the library would look for: the fingerprint, of a target whose file says nothing more."""
    return library_profile(Target("", "page", ()), target)


def verb_of(profile):
    """Return what a suite does with such an element."""
    if profile.get("type") == "file":
        return "given files"
    typed = profile.get("role") in _TYPED and profile.get("tag") in ("input", "textarea")
    return "filled" if typed else "clicked"


def healing(question, alone):
    """Ask the models and the guards, as `heal=use` does."""
    target = question.target
    profile = profile_of(target)
    near = _near(profile, question.candidates)
    siblings = {} if alone else _siblings(question)
    purpose = Purpose(verb_of(profile))
    ranked = similarity.rank(profile, near, siblings, purpose.verb)
    taken = frozenset(siblings)
    reason = refusal(ranked[0], ranked, profile, purpose, taken, siblings) if ranked else "nothing is near"
    if not reason and not alone and (twin := _twin(question)):
        reason = f"target '{twin}', which is lost too, looked just like it"
    widget = target["widget_id"]
    order = [one.candidate.get("widget_id") for one in ranked]
    place = order.index(widget) if not question.removed and widget in order else 99
    sure = [one.probability for one in ranked[:2]] + [0.0, 0.0]
    best = ranked[0].candidate if ranked else {}
    return Healing(question, alone, place, place == 0, str(reason or ""), best, sure[0], sure[1])


def _siblings(question):
    """Return the other targets that are found on the new page: number of the element to then and now."""
    gone = question.target["widget_id"]
    now = {one["widget_id"]: one for one in question.candidates if one.get("widget_id") is not None}
    others = [one for one in question.page.targets if one["widget_id"] != gone and one["widget_id"] in now]
    return {now[one["widget_id"]]["element"]: (one, now[one["widget_id"]]) for one in others}


def _twin(question):
    """Return another target that looked just the same and is gone from the page as well."""
    now = {one.get("widget_id") for one in question.candidates}
    mine = Known(PAGE, 0, "", question.target, 0.0)
    lost = [one for one in question.page.targets if one is not question.target and one["widget_id"] not in now]
    return identity.twin_of(mine, [(str(one["widget_id"]), Known(PAGE, 0, "", one, 0.0)) for one in lost])


def _near(profile, candidates):
    """Return the candidates that pass the page's sieve, see `js/page/4-rank.js`."""
    files = profile.get("type") == "file"
    shown = [one for one in candidates if files or one.get("type") != "file" or one.get("box", (0, 0, 9))[2] > 1]
    return sorted(shown, key=lambda one: -_rough(profile, one))[:POOL]


def _rough(profile, one):
    def best(texts, *mine):
        return max((_overlap(text, own) for text in texts for own in mine if own), default=0.0)

    score = 4 * best(profile["texts"], one.get("name"), one.get("text"), one.get("label"), one.get("placeholder"))
    score += (profile.get("tag") == one.get("tag")) + 1.5 * (
        bool(profile.get("role")) and profile["role"] == one.get("role")
    )
    score += 0.5 * (bool(profile.get("type")) and profile["type"] == one.get("type"))
    score += 4 * (profile.get("type") == "file" == one.get("type"))
    for name, weight in (("id", 1.5), ("html_name", 2), ("href", 1.5)):
        score += weight * (bool(profile.get(name)) and profile[name] == one.get(name))
    classes = " ".join(profile.get("classes") or ()), " ".join(one.get("classes") or ())
    return score + 0.5 * (_overlap(*classes) if classes[0] else 0)


def _overlap(one, other):
    if not one or not other:
        return 0.0
    from AIGCLibrary.locators.features import dice, word_counts

    return 1.0 if one.lower() == other.lower() else dice(word_counts(one), word_counts(other))


def by_similo(question):
    """Return whether Similo is right; it always acts."""
    index, _ = similo.best(question.target, question.candidates)
    return question.candidates[index].get("widget_id") == question.target["widget_id"]


def by_rule(question):
    """Return what the rule "same role and exact name, the only one on both pages" uses; None for nothing."""
    target = question.target

    def called(one):
        return (one.get("role") or one.get("tag"), plain(str(one.get("name") or one.get("text") or "")))

    mine = called(target)
    if not mine[1]:
        return None
    same = [one for one in question.candidates if called(one) == mine]
    before = [one for one in question.page.targets if called(one) == mine]
    return same[0].get("widget_id") if len(same) == len(before) == 1 else None


def _role_selector(one):
    return f'role={one["role"]}[name="{one["name"]}"]'


STRATEGIES = {
    "testid": (Tier.GOLD, ("testid",), lambda one: f'[data-testid="{one["testid"]}"]'),
    "role": (Tier.SILVER, ("role", "name"), _role_selector),
    "label": (Tier.SILVER, ("label",), lambda one: f'internal:label="{one["label"]}"s'),
    "placeholder": (Tier.SILVER, ("placeholder",), lambda one: f'[placeholder="{one["placeholder"]}"]'),
    "text": (Tier.SILVER, ("text", "tag"), lambda one: f'text="{one["text"]}"'),
    "id": (Tier.BRONZE, ("id",), lambda one: f"#{one['id']}"),
    "name": (Tier.BRONZE, ("tag", "html_name"), lambda one: f'{one["tag"]}[name="{one["html_name"]}"]'),
    "href": (Tier.BRONZE, ("href",), lambda one: f'a[href="{one["href"]}"]'),
    "classes": (Tier.BRONZE, ("tag", "classes"), lambda one: ".".join([one["tag"], *one["classes"]])),
    "path": (Tier.BRONZE, ("path",), lambda one: f"xpath={one['path']}"),
}
"""Selectors as locator files and suites have them: tier, the fields they ask for, and how they are written."""


def hits(question):
    """Return what each selector that found the target alone on the old page finds alone on the new one."""
    target, found = question.target, []
    for strategy, (tier, fields, write) in STRATEGIES.items():
        wanted = [target.get(one) for one in fields]
        if not all(wanted) or _count(question.page.targets, fields, wanted)[1:]:
            continue
        same = _count(question.candidates, fields, wanted)
        if len(same) != 1:
            continue
        twins = target.get("twins")
        if strategy in ("role", "text") and twins and twins[1] > 1:
            continue  # it was not alone on the old page
        kind = strategy if tier is not Tier.BRONZE else "css"
        value = {one: target[one] for one in fields} if kind == "role" else target.get(fields[0])
        selector = Selector(tier, kind, value if kind != "css" else write(target), write(target))
        thing = Target("page.it", "page", (selector,))
        doubt = identity.doubt(thing, selector, Known(PAGE, 0, "", target, 0.0), same[0], PAGE)
        right = target["widget_id"] in (same[0].get("widget_id"), same[0].get("inside"))
        found.append(Hit(question, strategy, right, str(doubt or ""), bool(doubt and doubt.refuted), same[0]))
    return found


def _count(elements, fields, wanted):
    return [one for one in elements if all(one.get(name) == value for name, value in zip(fields, wanted, strict=True))]
