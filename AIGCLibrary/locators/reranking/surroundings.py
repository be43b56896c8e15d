"""What stands around an element and what stood around the target: labels, neighbours, the order of targets.

A component that nobody has labelled is called what it stands beside. What stood beside the target then is another
element, however much its words mean the same. And a field whose label got a word more, in its old place among the
other targets of the page, is the field it was.
"""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from AIGCLibrary.locators.element import Element, Profile, Setting
from AIGCLibrary.locators.features import shared_start, steps_of, word_counts
from AIGCLibrary.locators.kinds import holds_value, is_control
from AIGCLibrary.locators.reranking.page_context import comes_before
from AIGCLibrary.locators.words import plain

Siblings = Mapping[int, tuple[Element, Element]]
"""Other targets of the page by the number of their element: their fingerprints then and now."""
KNOWN = 3
"""Other targets that must be found for a page to be known."""
_ORDERED = 6
"""Nearest other targets whose order must be the same."""
_FOOT = re.compile(r"/footer\b(?!.*/footer\b)")
_NO_FOOT_OF_A_PAGE = re.compile(r"/(dialog|form|article|aside|li|td)\b")
_NUMBER = re.compile(r"\d+")
_FORM = re.compile(r".*/form(?:\[\d+\])?(?=/)")
_LEAST_SHARED = 0.5
"""Part of the texts around a twin that must still be around it."""
_MOST_SHARED = 0.65
"""Part of the texts around a field that must be the same where no other target shows its place."""


def is_known(siblings: Siblings) -> bool:
    """Return whether enough other targets are found, each seen before, to show what has changed on the page."""
    return sum(then is not now for then, now in siblings.values()) >= KNOWN


def texts_around(element: Element) -> list[str]:
    """Return the texts around an element, the nearest first."""
    texts = [*map(str, element.get("neighbours") or ()), *(str(text) for _, _, text in _near(element))]
    return list(dict.fromkeys(text for text in texts if text))


def texts_beside(element: Element) -> list[str]:
    """Return the texts that are nearest to an element and not its own, whatever they are written in."""
    own = _own(element)
    near = [(depth, text) for depth, _, text in _near(element) if plain(text) not in own]
    nearest = min((depth for depth, _ in near), default=0)
    before = [str(text) for text in element.get("neighbours") or () if plain(str(text)) not in own]
    return list(dict.fromkeys([*before[:1], *(text for depth, text in near if depth == nearest)]))[:3]


def is_unlabelled(element: Element) -> bool:
    """Return whether a field has no name but its placeholder."""
    name = plain(str(element.get("name") or ""))
    hinted = not name or name == plain(str(element.get("placeholder") or ""))
    return holds_value(element) and not element.get("label") and hinted


def labels(element: Element) -> set[str]:
    """Return what a field may be called by: its label or name; where it has none, what it stands beside."""
    texts = texts_beside(element) if is_unlabelled(element) else [element.get("label"), element.get("name")]
    return {_once(plain(str(text))) for text in texts if text} - {""}


def stood_beside(profile: Profile, element: Element) -> bool:
    """Return whether what an element is called now stood around the target, which was called otherwise."""
    if is_unlabelled(profile):
        return False  # what stood there was its label
    mine = _own(profile)
    name = plain(str(element.get("name") or element.get("text") or element.get("label") or ""))
    return bool(name) and name not in mine and name in {plain(text) for text in texts_around(profile)}


def keeps_its_surroundings(profile: Profile, candidate: Element) -> bool:
    """Return whether one of several that look the same is among the texts that distinguished it from the others."""
    before, now = (_telling(element) for element in (profile, candidate))
    return bool(before) and len(before & now) >= _LEAST_SHARED * len(before)


def own_data(element: Element | Profile, other: Element | Profile) -> list[str]:
    """Return the texts that only this one of several that look the same has beside it, without those of buttons.

    Args:
        element: The one.
        other: Another look at it: where it is the only one now, that knows how far its own texts reach.
    """
    apart, near = _reach(element, other), _near(element)
    shared = {text for depth, _, text in near if depth >= apart}
    return [text for depth, sort, text in near if depth < apart and sort != "c" and text not in shared]


def is_with_other_data(before: Element | Profile, now: Element) -> bool:
    """Return whether most of the data beside one of several that look the same is other data.

    A status changes; what a row is about is most of what it says. What every run counts up says nothing.
    """
    mine, theirs = _numberless(before, now), _numberless(now, before)
    return bool(mine and theirs) and 2 * sum(map(len, mine & theirs)) < sum(map(len, mine))


def is_with_another(before: Element | Profile, now: Element) -> bool:
    """Return whether the data that was beside it is beside another one that looks the same now."""
    mine, apart = set(own_data(before, now)), _reach(now, before)
    if not apart or mine & set(own_data(now, before)):
        return False
    return bool(mine & {text for depth, _, text in _near(now) if depth >= apart})


def _numberless(element: Element | Profile, other: Element | Profile) -> set[str]:
    """Return the own data of one of several without its numbers, where the others do not have the same."""
    apart = _reach(element, other)
    shared = {_without_numbers(text) for depth, _, text in _near(element) if depth >= apart}
    return {_without_numbers(text) for text in own_data(element, other)} - shared - {""}


def _reach(element: Element | Profile, other: Element | Profile) -> int:
    """Return how many steps up the texts are no longer those of one of several alone; 0 where it was the only one."""
    return int(_around(element).get("apart") or _around(other).get("apart") or 0)


def shut_tab(before: Element | Profile, now: Element) -> str:
    """Return the tab that was open around an element and is shut around another one; empty when there is none."""
    shut = _around(now).get("shut") or ()
    return next((name for name in _around(before).get("open") or () if name in shut), "")


def at_foot(element: Element) -> bool:
    """Return whether an element is at the foot of the page, where its links and headings are repeated."""
    setting = _around(element)
    if "foot" in setting:
        return setting["foot"]
    path = str(element.get("path") or "")
    foot = _FOOT.search(path)
    return foot is not None and not _NO_FOOT_OF_A_PAGE.search(path[: foot.start()])


def changes_foot(before: Element, now: Element) -> bool:
    """Return whether a link, heading or text came to the foot of the page or left it, which repeats what is above.

    A button or a field may have moved.
    """
    return (not is_control(now) or now.get("role") == "link") and at_foot(before) != at_foot(now)


def changes_box(before: Element, now: Element, siblings: Siblings) -> bool:
    """Return whether only one of them is in a box over the page, and no text next to them and no form is the same."""
    was, here = _around(before).get("floats"), _around(now).get("floats")
    if was is None or here is None or was == here:
        return False
    return not (_beside(before) & _beside(now) or _is_in_the_form(before, now, siblings))


def _is_in_the_form(before: Element, now: Element, siblings: Siblings) -> bool:
    """Return whether both are in one form: it is at the same place, or another target went there with them."""
    mine, theirs = _form_of(before), _form_of(now)
    moved = any(mine == _form_of(then) and theirs == _form_of(after) for then, after in siblings.values())
    return bool(mine and theirs) and (mine == theirs or moved)


def _form_of(element: Element) -> str:
    found = _FORM.match(str(element.get("path") or ""))
    return found[0] if found else ""


def stays_in_place(before: Element, now: Element) -> bool:
    """Return whether an element is at the same place of the page's tree, or next to a text that was around it."""
    was, here = ({plain(text) for text in texts_around(element)} for element in (before, now))
    same_path = bool(before.get("path")) and before.get("path") == now.get("path")
    return same_path or bool(_beside(before) & here or _beside(now) & was)


def _beside(element: Element) -> set[str]:
    return {plain(text) for text in texts_beside(element)} - {""}


def is_extended(profile: Profile, candidate: Element, siblings: Siblings) -> bool:
    """Return whether a field in its old place has a label of which one says a word more.

    Its place is that among the other targets; where only the target is known, among the texts around it. Only for
    fields: a word more makes a button do something else.
    """
    if not holds_value(profile) or profile.get("role") != candidate.get("role"):
        return False
    before, now = (max(labels(element), key=len, default="") for element in (profile, candidate))
    if not before or not now or not (_contains(before, now) or _contains(now, before)):
        return False
    if is_known(siblings):
        return _in_order(profile, candidate, siblings)
    return _among_the_same(profile, candidate, {before, now})


def _among_the_same(profile: Profile, candidate: Element, names: set[str]) -> bool:
    """Return whether most texts around two elements are the same, and as many look like them."""
    was, here = ({_once(plain(text)) for text in texts_around(x)} - _own(x) - names for x in (profile, candidate))
    twins = [element.get("twins") or [1, 1] for element in (profile, candidate)]
    shared = len(was & here)
    return list(twins[0]) == list(twins[1]) and shared > 1 and shared >= _MOST_SHARED * max(len(was), len(here))


def _in_order(profile: Profile, candidate: Element, siblings: Siblings) -> bool:
    mine, theirs = (steps_of(str(element.get("path") or "")) for element in (profile, candidate))
    pairs = [(steps_of(str(then.get("path") or "")), steps_of(str(now.get("path") or "")))
             for then, now in siblings.values()]  # fmt: skip
    nearest = sorted(pairs, key=lambda pair: len(mine) + len(pair[0]) - 2 * shared_start(mine, pair[0]))[:_ORDERED]
    places = [(comes_before(mine, then), comes_before(theirs, now)) for then, now in nearest]
    known = [(before, after) for before, after in places if before and after]
    return len(known) > 1 and all(before == after for before, after in known)


def _telling(element: Element | Profile) -> set[str]:
    apart = int(_around(element).get("apart") or 0)
    return {plain(text) for depth, _, text in _near(element) if depth < apart} - {""}


def _near(element: Element | Profile) -> list[tuple[int, str, str]]:
    """Return the texts around an element as the page program took them."""
    return [(int(depth), str(sort), str(text)) for depth, sort, text in _around(element).get("near") or ()]


def _around(element: Element | Profile) -> Setting:
    """Return what stands around an element; a profile holds it itself."""
    return element.get("setting") or cast("Setting", element)


def _without_numbers(text: str) -> str:
    return " ".join(_NUMBER.sub("", text).split()).casefold()


def _own(element: Element) -> set[str]:
    return {plain(str(element.get(field) or "")) for field in ("name", "text", "label", "placeholder")} | {""}


def _contains(one: str, other: str) -> bool:
    counts = word_counts(other)
    return all(counts.get(word, 0) >= count for word, count in word_counts(one).items())


def _once(text: str) -> str:
    """Return a text that is read out twice as it is written once."""
    words: Sequence[str] = text.split()
    half = len(words) // 2
    return " ".join(words[:half]) if half and words[:half] == words[half:] else text
