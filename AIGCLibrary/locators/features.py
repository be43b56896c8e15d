"""What can be compared between the last fingerprint of a target and an element of today's page.

Every feature is a number, or None where the fingerprint does not know: an element without an id says nothing about
ids. Attribute by attribute this follows Similo (Nass et al., TOSEM 2023, https://arxiv.org/abs/2208.00677); what is
relative to the other candidates of the page, zones, and bare paths are our own additions.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from AIGCLibrary.locators.element import Element
from AIGCLibrary.locators.words import plain

Feature = float | None

NAMES = (
    "text_equal", "text_words", "text_letters", "text_inside", "textless", "text_lost", "text_length", "tag", "kind",
    "id_equal", "id_letters", "name_equal", "class_words", "class_letters", "href_equal", "href_path", "href_letters",
    "href_end", "path_steps", "path_end", "path_end_bare", "path_start", "path_depth", "zone", "footer", "near", "area",
    "shape",
)  # fmt: skip
LEADS = ("text_letters", "text_words", "class_words", "href_letters", "path_steps", "path_end", "path_start", "near")
"""Features that also count as a lead over the best other candidate, and by how many do at least as well."""
WEIGHTS = {
    "text_letters": 1.5, "tag": 1.5, "name_equal": 1.5, "id_equal": 1.5, "href_letters": 0.5, "class_letters": 0.5,
    "path_steps": 1.0, "near": 0.5, "area": 0.5, "shape": 0.5,
}  # fmt: skip
"""Published weights of Similo for the rough sum."""
COLUMNS = (*NAMES, *(f"{kind}_{name}" for name in LEADS for kind in ("lead", "ties")), "sum", "sum_lead", "same_text")

_KINDS = {
    "a": "link", "button": "button", "input": "field", "textarea": "field", "select": "field", "svg": "picture",
    "img": "picture", "li": "item", "td": "item", "label": "text", "span": "text", "p": "text", "div": "text",
}  # fmt: skip
_ZONES = ("footer", "nav", "header", "aside", "form", "dialog", "main")
_WORD = re.compile(r"[^\W_]+")


def table(profile: Element, candidates: Sequence[Element]) -> list[list[Feature]]:
    """Compare a fingerprint with all candidates of a page; a row each, in the order of `COLUMNS`."""
    rows = [compare(profile, candidate) for candidate in candidates]
    sums = [sum(weight * (row[name] or 0.0) for name, weight in WEIGHTS.items()) for row in rows]
    texts = Counter(_own_text(candidate) for candidate in candidates)
    columns: dict[str, list[Feature]] = {}
    for name in LEADS:
        values = [row[name] or 0.0 for row in rows]
        columns[f"lead_{name}"] = list(leads(values))
        columns[f"ties_{name}"] = [min(sum(other >= value - 1e-9 for other in values) - 1, 20) for value in values]
    columns |= {"sum": list(sums), "sum_lead": list(leads(sums))}
    columns["same_text"] = [
        min(texts[_own_text(candidate)] - 1, 10) if _own_text(candidate) else -1.0 for candidate in candidates
    ]  # fmt: skip
    return [
        [row[name] for name in NAMES] + [columns[name][index] for name in COLUMNS[len(NAMES) :]]
        for index, row in enumerate(rows)
    ]


def compare(old: Element, new: Element) -> dict[str, Feature]:
    """Compare a fingerprint with one element."""
    return {
        **_texts(old, new),
        **_attributes(old, new),
        **_places(str(old.get("path") or ""), str(new.get("path") or "")),
        **_boxes(old.get("box"), new.get("box")),
    }


def kind_of(element: Element) -> str:
    """Return what sort of element it is: link, button, field, picture, item, heading, text."""
    role, tag = str(element.get("role") or ""), str(element.get("tag") or "")
    if role in ("link", "button", "heading"):
        return role
    if role in ("textbox", "searchbox", "combobox", "spinbutton", "listbox"):
        return "field"
    return _KINDS.get(tag) or ("heading" if re.fullmatch(r"h\d", tag) else "text")


@lru_cache(maxsize=20_000)
def letters(text: str) -> Mapping[str, int]:
    """Count the pairs of letters of a text."""
    low = text.lower()[:200]
    return Counter(low[i : i + 2] for i in range(len(low) - 1)) if len(low) > 1 else Counter(low)


def alike(one: str, other: str) -> float:
    """Return how alike two texts are by pairs of letters (Dice), 0 to 1."""
    return 1.0 if one == other else dice(letters(one), letters(other))


@lru_cache(maxsize=20_000)
def word_counts(text: str) -> Mapping[str, int]:
    """Count the words of a text; scripts without spaces count by letter."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        found += list(word) if any("\u3040" <= letter <= "\u9fff" for letter in word) else [word]
    return Counter(found)


def _texts(old: Element, new: Element) -> dict[str, Feature]:
    mine, theirs = _own_text(old), _own_text(new)
    if not mine and not theirs:
        unknown = dict.fromkeys(("text_equal", "text_words", "text_letters", "text_inside"))
        return {**unknown, "textless": 1.0, "text_lost": 0.0, "text_length": 0.0}
    both = bool(mine and theirs)
    return {
        "text_equal": float(mine == theirs),
        "text_words": dice(word_counts(mine), word_counts(theirs)),
        "text_letters": alike(mine, theirs) if both else 0.0,
        "text_inside": float(both and (mine in theirs or theirs in mine)),
        "textless": 0.0,
        "text_lost": float(not both),
        "text_length": min(len(mine), 40.0),
    }


def _attributes(old: Element, new: Element) -> dict[str, Feature]:
    found: dict[str, Feature] = {
        "tag": float(old["tag"] == new.get("tag")) if old.get("tag") else None,
        "kind": float(kind_of(old) == kind_of(new)) if old.get("tag") else None,
    }
    for name, field in (("id", "id"), ("name", "html_name")):
        mine, theirs = str(old.get(field) or ""), str(new.get(field) or "")
        found[f"{name}_equal"] = float(mine == theirs) if mine else None
        if name == "id":
            found["id_letters"] = alike(mine, theirs) if mine else None
    mine_classes, their_classes = set(old.get("classes") or ()), set(new.get("classes") or ())
    all_classes = mine_classes | their_classes
    found["class_words"] = len(mine_classes & their_classes) / len(all_classes) if mine_classes else None
    joined = " ".join(sorted(their_classes))
    found["class_letters"] = alike(" ".join(sorted(mine_classes)), joined) if mine_classes else None
    return found | _links(str(old.get("href") or ""), str(new.get("href") or ""))


def _links(old: str, new: str) -> dict[str, Feature]:
    if not old:
        return dict.fromkeys(("href_equal", "href_path", "href_letters", "href_end"))
    mine, theirs = _link_path(old), _link_path(new)
    return {
        "href_equal": float(old == new),
        "href_path": float(bool(new) and mine == theirs),
        "href_letters": alike(mine, theirs) if new else 0.0,
        "href_end": float(bool(mine) and mine.rsplit("/", 1)[-1] == theirs.rsplit("/", 1)[-1]),
    }


def _places(old: str, new: str) -> dict[str, Feature]:
    if not old or not new:
        return dict.fromkeys(("path_steps", "path_end", "path_end_bare", "path_start", "path_depth", "zone", "footer"))
    mine, theirs = steps_of(old), steps_of(new)
    bare_mine, bare_theirs = _bare(mine), _bare(theirs)
    longest = max(len(mine), len(theirs))
    zone, other = _zone(bare_mine), _zone(bare_theirs)
    return {
        "path_steps": dice(Counter(mine), Counter(theirs)),
        "path_end": shared_start(mine[::-1], theirs[::-1]) / longest,
        "path_end_bare": shared_start(bare_mine[::-1], bare_theirs[::-1]) / longest,
        "path_start": shared_start(mine, theirs) / longest,
        "path_depth": float(abs(len(mine) - len(theirs))),
        "zone": float(zone == other) if zone and other else None,
        "footer": float(other == "footer") - float(zone == "footer"),
    }


def _boxes(old: Sequence[float] | None, new: Sequence[float] | None) -> dict[str, Feature]:
    if not old or not new:
        return dict.fromkeys(("near", "area", "shape"))
    distance = math.hypot(old[0] - new[0], old[1] - new[1])
    areas = sorted((old[2] * old[3], new[2] * new[3]))
    shapes = sorted((old[2] / max(old[3], 1), new[2] / max(new[3], 1)))
    return {
        "near": math.exp(-distance / 250),
        "area": areas[0] / max(areas[1], 1),
        "shape": shapes[0] / max(shapes[1], 1e-6),
    }


def _own_text(element: Element) -> str:
    return plain(str(element.get("name") or element.get("text") or ""))


def _link_path(href: str) -> str:
    return re.sub(r"[?#].*", "", re.sub(r"^\w+://[^/]+", "", href)).rstrip("/").lower()


@lru_cache(maxsize=20_000)
def steps_of(path: str) -> tuple[str, ...]:
    """Split a path into its steps; the first of several and the only one are written alike."""
    return tuple(path.replace("[1]", "").strip("/").split("/"))


def _bare(steps: Sequence[str]) -> list[str]:
    return [step.partition("[")[0] for step in steps]


def _zone(steps: Sequence[str]) -> str:
    return next((zone for zone in _ZONES if zone in steps), "")


def shared_start(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the first steps that two paths share."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def dice(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Return the share that two bags of things have in common, 0 to 1."""
    total = sum(one.values()) + sum(other.values())
    shared = sum(min(count, other.get(key, 0)) for key, count in one.items())
    return 2 * shared / total if total else 0.0


def leads(values: Sequence[float]) -> list[float]:
    """Return how far each value exceeds the best of the others."""
    ordered = sorted(values, reverse=True)
    if len(ordered) < 2:
        return [max(value, 0.0) for value in values]
    return [value - (ordered[1] if value >= ordered[0] - 1e-12 else ordered[0]) for value in values]
