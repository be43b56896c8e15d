"""Similo as published: the peer beside which relocation is measured.

Attributes, comparison functions and weights: Nass, Alégroth, Feldt, Leotta, Ricca: "Similarity-based Web Element
Localization for Robust Test Automation", ACM TOSEM 32(3), 2023 (https://arxiv.org/abs/2208.00677), table of section 3.
It always answers with the most similar element, so on a page from which the target was removed it always acts.
"""

import math
import re
from functools import lru_cache

WEIGHTS = {
    "tag": 1.5, "class": 0.5, "name": 1.5, "id": 1.5, "href": 0.5, "alt": 0.5, "xpath": 0.5, "id_xpath": 0.5,
    "is_button": 0.5, "location": 0.5, "area": 0.5, "shape": 0.5, "visible_text": 1.5, "neighbor_text": 1.5,
}  # fmt: skip


def similarity(old, new):
    """Return the weighted similarity of two fingerprints, 0 to 12."""
    return sum(weight * part for weight, part in zip(WEIGHTS.values(), _parts(old, new), strict=True))


def best(old, candidates):
    """Return the index of the most similar candidate and its similarity."""
    scores = [similarity(old, one) for one in candidates]
    index = max(range(len(scores)), key=scores.__getitem__)
    return index, scores[index]


def _parts(old, new):
    return (
        _equal(old.get("tag"), new.get("tag")),
        _distance(" ".join(old.get("classes") or ()), " ".join(new.get("classes") or ())),
        _equal(old.get("html_name"), new.get("html_name")),
        _equal(old.get("id"), new.get("id")),
        *(_distance(str(old.get(field) or ""), str(new.get(field) or "")) for field in ("href", "alt", "path")),
        _distance(_id_path(old), _id_path(new)),
        float(_is_button(old) == _is_button(new)),
        *_geometry(old.get("box"), new.get("box")),
        _distance(_text(old), _text(new)),
        _words(old.get("neighbours") or (), new.get("neighbours") or ()),
    )


def _equal(one, other):
    return float(bool(one) and str(one).lower() == str(other or "").lower())


@lru_cache(maxsize=200_000)
def _distance(one, other):
    """Return 1 less the Levenshtein distance by the longer length; 0 where one of the two is missing."""
    one, other = one.lower()[:200], other.lower()[:200]
    if not one or not other:
        return 0.0
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        before, row[0] = row[0], index
        for column, theirs in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (letter != theirs))
    return 1 - row[-1] / max(len(one), len(other))


def _geometry(old, new):
    if not old or not new:
        return 0.0, 0.0, 0.0
    far = math.hypot(old[0] - new[0], old[1] - new[1])
    areas = sorted((old[2] * old[3], new[2] * new[3]))
    shapes = sorted(int(one[2] * 100 / max(one[3], 1)) for one in (old, new))
    return max(0.0, 100 - far) / 100, areas[0] / max(areas[1], 1), shapes[0] / max(shapes[1], 1)


def _id_path(element):
    path, own = str(element.get("path") or ""), str(element.get("id") or "")
    return f'//*[@id="{own}"]' if own else path


def _is_button(element):
    classes = " ".join(element.get("classes") or ())
    kind = str(element.get("type") or "")
    return element.get("tag") == "button" or kind in ("button", "submit", "reset") or "btn" in classes


def _text(element):
    return str(element.get("text") or element.get("name") or "")


def _words(ones, others):
    mine, theirs = (
        {word for text in texts for word in re.findall(r"\w+", str(text).lower())} for texts in (ones, others)
    )
    return len(mine & theirs) / max(len(mine), len(theirs)) if mine and theirs else 0.0
