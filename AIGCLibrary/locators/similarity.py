"""Which element of a page is the lost target: a calibrated probability for each near miss.

Two models, both plain coefficients in `models/`:

- `relocation.json`: the target was seen before. Trained on old and new versions of real sites
  (`python -m tests.bench relocate_train`), on what `features.py` and `reranking/rerank.py` compare.
- `intent.json`: all there is is the locator itself: its words, role and tag. Its few weights are set by hand.

What the training data cannot know (roles, labels, test ids, meaning of words) is added as evidence in log-odds.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from AIGCLibrary.locators import features
from AIGCLibrary.locators.element import Candidate, Element, Profile
from AIGCLibrary.locators.kinds import compatible, usable_for
from AIGCLibrary.locators.profile import words
from AIGCLibrary.locators.reranking import rerank, surroundings
from AIGCLibrary.locators.reranking.rerank import NOTHING, Likeness, Opinion, Sibling
from AIGCLibrary.locators.reranking.same_name_candidates import penalties
from AIGCLibrary.locators.words import plain, same_meaning

KIND_WORDS = frozenset(
    [
        "input",
        "button",
        "btn",
        "field",
        "select",
        "dropdown",
        "textarea",
        "textbox",
        "text",
        "txt",
        "link",
        "box",
        "area",
        "element",
        "wrapper",
        "container",
        "id",
        "form",
        "control",
        "item",
        "main",
        "user",
        "data",
        "the",
        "my",
        "ui",
    ]
)
_KIND_ENDING = re.compile(r"(?<=\w\w\w)(button|btn|input|field|select|link|box)$")
_FOUND = 4.0
"""Log-odds of a sibling that its own locators find."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A near miss with its probability of being the lost target, 0 to 1."""

    candidate: Candidate
    probability: float


def rank(
    profile: Profile,
    candidates: Sequence[Candidate],
    siblings: Mapping[int, tuple[Element, Element]] | None = None,
    verb: str = "",
) -> list[Scored]:
    """Sort candidates, the most probable first.

    Args:
        profile: What the lost target looked like, see `profile.profile_of`.
        candidates: Elements of the page.
        siblings: Other targets of the page that are found: number of the element to its fingerprint then and now.
        verb: What the target is wanted for, see `guards.Purpose`; elements that cannot be used so are unlikely.
    """
    if not candidates:
        return []
    if profile.get("seen"):
        odds = seen_odds(profile, candidates, siblings or {})
    else:
        weights = coefficients("intent")
        odds = [intent_odds(profile, candidate, weights) for candidate in candidates]
    if verb:
        unfit = coefficients("intent")["unfit"]
        odds = [
            value if usable_for(candidate, verb) else value + unfit
            for value, candidate in zip(odds, candidates, strict=True)
        ]
    scored = [
        Scored(candidate, round(_probability(value), 3)) for candidate, value in zip(candidates, odds, strict=True)
    ]
    return sorted(scored, key=lambda guess: -guess.probability)


def with_selectors(
    ranked: Sequence[Scored],
    selectors: Callable[[list[Any], list[str]], Any],
    frame: Sequence[str] = (),
    count: int = 3,
) -> list[Scored]:
    """Add to the best candidates the selectors that find each of them alone.

    Args:
        ranked: Candidates, the most probable first.
        selectors: Asks the page: numbers of elements and their frames to a list of selectors for each.
        frame: The frame they were looked for in.
        count: How many of the best are worth it; each costs some milliseconds.
    """
    by_frame: dict[tuple[str, ...], list[int]] = {}
    for index, guess in enumerate(ranked[:count]):
        place = tuple(str(part) for part in guess.candidate.get("frame") or frame)
        by_frame.setdefault(place, []).append(index)
    described: list[Candidate] = [{**scored.candidate, "ways": ()} for scored in ranked]
    for place, indexes in by_frame.items():
        answer = selectors([ranked[index].candidate["element"] for index in indexes], list(place))
        for index, found in zip(indexes, answer if isinstance(answer, list) else (), strict=False):
            described[index]["ways"] = found
    return [Scored(candidate, guess.probability) for candidate, guess in zip(described, ranked, strict=True)]


def seen_odds(
    profile: Profile,
    candidates: Sequence[Candidate],
    siblings: Mapping[int, tuple[Element, Element]],
) -> list[float]:
    """Return the log-odds of candidates for a target that has a fingerprint."""
    weights = coefficients("intent")
    odds = model_odds(profile, candidates, siblings)
    looks = [_look(candidate) for candidate in candidates]
    alone, carrying = _only_named(profile, candidates), _only_carrying(profile, candidates)
    return [
        value
        + less
        + _evidence(profile, candidate, weights)
        + _only_one(profile, candidate, looks, weights)
        + (weights["only_named"] if candidate is alone else 0.0)
        + (weights["carried"] if candidate is carrying else 0.0)
        for value, less, candidate in zip(odds, penalties(profile, candidates), candidates, strict=True)
    ]


def model_odds(
    profile: Profile,
    candidates: Sequence[Candidate],
    siblings: Mapping[int, tuple[Element, Element]],
) -> list[float]:
    """Return the log-odds of candidates by what the training data knows."""
    model = coefficients("relocation")
    first = likeness(features.table(profile, candidates), model)
    found = [Sibling(_FOUND, _FOUND, features.table(then, [now])[0], then, now) for then, now in siblings.values()]
    rivals = [_FOUND if candidate.get("element") in siblings else NOTHING for candidate in candidates]
    odds = [min(value, NOTHING / 2) for value in first.odds]
    opinions = rerank.opinions(profile, candidates, first, found, rivals)
    for opinion, value in zip(opinions, settled_odds(opinions, model), strict=True):
        odds[opinion.index] = value
    return odds


def likeness(rows: Sequence[Sequence[features.Feature]], model: Mapping[str, Any]) -> Likeness:
    """Return the first opinion on feature rows: regression and trees, half and half, and the choice among them."""
    odds = [(_weighed(model["linear"], row) + _grown(model["trees"], row)) / 2 for row in rows]
    return Likeness(rows, odds, [_weighed(model["choice"], row) for row in rows])


def settled_odds(opinions: Sequence[Opinion], model: Mapping[str, Any]) -> list[float]:
    """Return the log-odds of second opinions, see `reranking/rerank.py`."""
    chosen = [_weighed(model["settle_choice"], opinion.row) for opinion in opinions]
    return rerank.joined(chosen, [_grown(model["settle"], opinion.row) for opinion in opinions])


def _weighed(linear: Mapping[str, Any], row: Sequence[features.Feature]) -> float:
    value = float(linear["intercept"])
    for weight, missing, feature in zip(linear["weights"], linear["missing"], row, strict=True):
        value += missing if feature is None else weight * feature
    return value


def _grown(forests: Sequence[Mapping[str, Any]], row: Sequence[features.Feature]) -> float:
    total = sum(float(forest["intercept"]) + sum(_leaf(tree, row) for tree in forest["trees"]) for forest in forests)
    return total / len(forests)


def intent_odds(profile: Profile, element: Element, weights: Mapping[str, float]) -> float:
    """Return the log-odds of a candidate for a target that is only known by its locator."""
    own = [str(element.get(key) or "") for key in ("name", "label", "text", "placeholder", "title", "alt")]
    keys = [_telling(words(str(element.get(key) or ""))) for key in ("testid", "id", "html_name")]
    keys += [_telling(words(str(name))) for name in element.get("classes") or ()]
    wanted = [str(text) for text in profile.get("texts", ())]
    wanted_keys = [_telling(str(key)) for key in profile.get("keys", ())]
    by_text = max((_overlap(a, b) for a in wanted for b in own if b), default=0.0)
    beside = (str(text) for text in element.get("neighbours", ()))
    by_text = max(by_text, max((0.85 * _overlap(a, b) for b in beside for a in wanted), default=0.0))
    by_key = max((_overlap(a, b) for a in wanted_keys for b in [*keys, *own] if b), default=0.0)
    by_meaning = same_meaning([*wanted, *wanted_keys], [*own, *keys])
    named = sum(any(plain(key) == plain(a) for a in wanted_keys) for key in set(keys[1:3]) if key)
    doubly = keys[1] == keys[2] and named > 0
    odds = weights["bias"] + weights["text"] * by_text + weights["key"] * by_key
    odds += weights["doubly_named"] if doubly else 0.0
    odds += weights["intended_meaning"] * by_meaning * (1 - max(by_text, by_key))
    if element.get("tag") == "label" and profile.get("tag") != "label":
        odds += weights["unfit"]
    if profile.get("tag"):
        odds += weights["tag"] * (1 if profile["tag"] == element.get("tag") else -0.5)
    for field in ("id", "html_name", "href"):
        if profile.get(field) and profile[field] == element.get(field):
            odds += weights["identifier"]
    return odds + _evidence(profile, element, weights)


def _evidence(profile: Profile, element: Element, weights: Mapping[str, float]) -> float:
    """Add what only a live page tells: roles, kinds of field, test ids, labels, meaning."""
    odds = 0.0
    if profile.get("role"):
        odds += weights["role"] if profile["role"] == element.get("role") else 0.0
        odds += 0.0 if compatible(profile, element) else weights["incompatible"]
    if (
        element.get("tag") == "input"
        and profile.get("type")
        and element.get("type")
        and profile["type"] != element["type"]
    ):
        odds += weights["other_type"]
    if profile.get("testid"):
        odds += weights["testid"] * _overlap(words(str(profile["testid"])), words(str(element.get("testid") or "")))
    if not profile.get("seen"):
        return odds
    for field in ("label", "placeholder", "title", "alt"):
        if profile.get(field) and element.get(field):
            odds += weights["attribute"] * (1 if plain(str(profile[field])) == plain(str(element[field])) else -0.25)
    texts = [str(text) for text in profile.get("texts", ())]
    own = [str(element.get(key) or "") for key in ("name", "label", "text")]
    if not any(plain(a) == plain(b) for a in texts for b in own if b):
        odds += weights["meaning"] * same_meaning(texts, own)
    elif plain(str(profile.get("name") or "")) != plain(str(element.get("name") or "")):
        odds += weights["attribute"]
    return odds


def _telling(key: str) -> str:
    """Leave out the words of a machine name that only say what kind of thing it is."""
    telling = [_KIND_ENDING.sub("", word) for word in key.split() if word not in KIND_WORDS]
    return " ".join(telling) or key


def _look(element: Element) -> tuple[str, str, str]:
    return str(element.get("role")), str(element.get("type")), " ".join(sorted(element.get("classes") or ()))


def _only_one(
    profile: Profile,
    element: Element,
    looks: Sequence[tuple[str, str, str]],
    weights: Mapping[str, float],
) -> float:
    """Count that nothing else on the page has the same role and styling as the lost target had."""
    mine = _look(element)
    if not profile.get("role") or profile["role"] != mine[0] or looks.count(mine) != 1:
        return 0.0
    shared = set(profile.get("classes") or ()) & set(element.get("classes") or ())
    alone = sum(look[0] == mine[0] and bool(shared & set(look[2].split())) for look in looks) == 1
    return weights["only_one"] if shared and alone else 0.0


def _only_named(profile: Profile, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the only candidate that has exactly the role and the name of a target that was the only one then."""
    twins, mine = profile.get("twins"), _called(profile)
    if not mine[0] or not mine[1] or (twins and twins[1] > 1):
        return None
    same = [candidate for candidate in candidates if _called(candidate) == mine]
    return same[0] if len(same) == 1 else None


def _only_carrying(profile: Profile, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the only field of a label that belongs to a field without a name: it may be its name now."""
    mine = surroundings.labels(profile) if surroundings.is_unlabelled(profile) else set()
    same = [
        candidate
        for candidate in candidates
        if candidate.get("role") == profile.get("role") and mine & surroundings.labels(candidate)
    ]
    return same[0] if len(same) == 1 else None


def _called(element: Element) -> tuple[str, str]:
    return str(element.get("role") or ""), plain(str(element.get("name") or element.get("text") or ""))


def _overlap(one: str, other: str) -> float:
    mine, theirs = plain(one), plain(other)
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return 1.0
    if len(mine) > 2 and len(theirs) > 2 and (theirs.startswith(mine) or mine.startswith(theirs)):
        return 0.8
    by_words = features.dice(features.word_counts(mine), features.word_counts(theirs))
    joined = features.alike(mine.replace(" ", ""), theirs.replace(" ", ""))
    return max(by_words, joined if joined > 0.6 else 0.0) * 0.95


def _leaf(tree: Sequence[Sequence[float]], row: Sequence[features.Feature]) -> float:
    """Walk a tree: nodes are [column, threshold, left, right, missing goes left] or [value]."""
    node = tree[0]
    while len(node) > 1:
        value = row[int(node[0])]
        left = bool(node[4]) if value is None else value <= node[1]
        node = tree[int(node[2] if left else node[3])]
    return node[0]


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@cache
def coefficients(name: str) -> dict[str, Any]:
    """Read the coefficients of a model."""
    source = resources.files("AIGCLibrary.locators") / "models" / f"{name}.json"
    return dict(json.loads(source.read_text(encoding="utf-8")))
