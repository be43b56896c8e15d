"""Whether an element stands where the target stood: the texts around it, the open tabs, and what floats over the page.

A button `Save` of another page, tab, dialog or row has the role and the name of the target; only what is around it
tells them apart. The page program collects that as the `setting` of a fingerprint, see `js/page/2-setting.js`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import cast

from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.element import Element, Fingerprint, Setting
from AIGCLibrary.locators.guards import is_destructive
from AIGCLibrary.locators.reranking.surroundings import is_with_another, is_with_other_data, own_data, shut_tab
from AIGCLibrary.locators.words import plain, says_the_same, share_a_word

Near = Sequence[tuple[int, str, str]]
"""Texts around an element: steps up, sort (name of a group, title, control, data), text."""
_TITLES = "tc"
_KEYS = frozenset(f"locators.warning.other_{name}" for name in ("tab", "group", "setting"))
_NUMBER = re.compile(r"\d+")
VARYING = 2
"""Confirmed settings after which other data in the row of a target is what a suite expects."""
KEPT = 8
"""Settings of one target that passed tests have confirmed."""


def contradiction(before: Fingerprint, now: Element, *, strong: bool, placed: bool) -> Text | None:
    """Return what says that an element is another one of the same kind and name.

    Args:
        before: What was last seen of the target.
        now: The element found.
        strong: The selector names the target itself, as a test id of its own does.
        placed: The locator file declares where the target lives, and that holds.
    """
    was, here = before.get("setting"), now.get("setting")
    if not was or not here:
        return None
    reasons = [
        _contradiction(typed_dict, here, before, now, placed) for typed_dict in (was, *before.get("settings", ()))
    ]
    if strong and reasons[0] is not None and not here.get("login") and not _turned_destructive(was, here):
        return None
    return reasons[0] if all(reasons) else None


def took_along(before: Fingerprint, now: Element) -> bool:
    """Return whether an element that was in a dialog has the titles of it around it still, as after a redesign."""
    was, here = (
        [text for _, sort, text in _near(element.get("setting") or {}) if sort in "nt"] for element in (before, now)
    )
    return any(_same(text, other) for text in [*was, str(before["dialog"])] for other in here)


def is_decisive(before: Fingerprint, now: Element) -> bool:
    """Return whether other texts around an element say that it is another one.

    They do for what only they distinguish, for what moved into a box over the page, and for what destroys. A named
    element keeps its name when a heading or a row of data beside it changes.
    """
    was, here = before["setting"], now["setting"]
    if bool(was.get("floats")) != bool(here.get("floats")) or is_destructive(str(now.get("name") or "")):
        return True
    first, second = (_first(_near(setting), f"{_TITLES}n") for setting in (was, here))
    if not (_alike(before) or _alike(now)):
        return False
    other_card = not here.get("row") and _disjoint(_own_titles(was), _own_titles(here))
    return other_card or _disjoint(first, second)


def carried(before: Fingerprint | None, now: Element) -> Fingerprint:
    """Return a fingerprint with the settings that tests have confirmed earlier."""
    known = (before or {}).get("settings")
    fingerprint = cast("Fingerprint", {**now})
    return {**fingerprint, "settings": known} if known else fingerprint


def confirmed(before: Fingerprint, now: Element) -> Fingerprint:
    """Return the new fingerprint once a test has passed with it; the setting before is still one of the target."""
    known = [before["setting"], *before.get("settings", ())]
    return {**now, "settings": [typed_dict for typed_dict in known if typed_dict != now.get("setting")][:KEPT]}


def other_data(before: Fingerprint, text: str, now: str) -> Text | None:
    """Return that what is used shows other data, unless passed tests have shown that it changes every time.

    Args:
        before: What was last seen of the target.
        text: What it showed.
        now: What it shows.
    """
    was, here = (" ".join(_NUMBER.sub("", shown).split()) for shown in (text, now))
    if not was or not here or _same(was, here) or len(before.get("settings") or ()) >= VARYING:
        return None
    return Text("locators.warning.other_setting", before=text, now=now)


def is_setting(reason: Text) -> bool:
    """Return whether a doubt is about what is around an element, not about the element itself."""
    return reason.key in _KEYS


def _contradiction(was: Setting, here: Setting, before: Fingerprint, now: Element, placed: bool) -> Text | None:
    if here.get("login") and not was.get("login"):
        return Text("locators.warning.other_login")
    near, nearer = _near(was), _near(here)
    before = {**before, "setting": was}
    return (
        (None if placed else _other_tab(was, here))
        or _other_group(near, nearer)
        or _other_count(was, near, before, now)
        or _other_texts(was, here, before, now)
        or _other_row(was, here, before, now)
        or (None if placed or _alike(before) or _alike(now) else _titles_differ(near, nearer))
    )


def _other_tab(was: Setting, here: Setting) -> Text | None:
    """Return that the tab that was open is shut now."""
    shut = shut_tab({"setting": was}, {"setting": here})
    now = ", ".join(here.get("open") or ()) or "-"
    return Text("locators.warning.other_tab", before=shut, now=now) if shut else None


def _other_group(near: Near, nearer: Near) -> Text | None:
    """Return that the nearest group that has a name is another one."""
    first, second = _group(near), _group(nearer)
    if not first or not second or not _differ(first, second):
        return None
    return Text("locators.warning.other_group", before=first, now=second)


def _other_texts(was: Setting, here: Setting, before: Fingerprint, now: Element) -> Text | None:
    """Return that every text next to it is another one, where texts that are data count as well."""
    first, second = _first(_near(was)), _first(_near(here))
    counts = _alike(before) or _alike(now) or bool(was.get("floats")) != bool(here.get("floats"))
    destroys = is_destructive(str(now.get("name") or ""))
    if counts and _disjoint(first, second):
        return _around(first, second)
    if counts and _changed_owner(was, here):
        return _around(_own_titles(was), _own_titles(here))
    if counts and not here.get("row") and (is_with_other_data(before, now) or is_with_another(before, now)):
        return _data_differ(before, now)
    # What destroys one thing is not what destroys another, but for a number in its name that every run counts up.
    return _around(first, second) if destroys and _disjoint(_numberless(first), _numberless(second)) else None


def _changed_owner(was: Setting, here: Setting) -> bool:
    """Return whether the title that distinguished one of several from the others distinguishes another one now."""
    mine, now = _own_titles(was), _own_titles(here)
    apart = int(here.get("apart") or 0)
    others = [text for depth, _, text in _near(here) if depth >= apart]
    return _disjoint(mine, now) and bool(apart) and any(_same(text, other) for _, _, text in mine for other in others)


def _own_titles(setting: Setting) -> list[tuple[int, str, str]]:
    """Return the nearest titles that only one of several that look the same has."""
    near, apart = _near(setting), int(setting.get("apart") or 0)
    others = {plain(text) for depth, _, text in near if depth >= apart}
    return _first([entry for entry in near if entry[0] < apart and plain(entry[2]) not in others], "nt")


def _other_row(was: Setting, here: Setting, before: Fingerprint, now: Element) -> Text | None:
    """Return that the data of its row is another one, unless passed tests have shown that it changes every time."""
    if not (was.get("row") and here.get("row")) or len(before.get("settings") or ()) >= VARYING:
        return None
    if is_with_other_data(before, now) or is_with_another(before, now):
        return _data_differ(before, now)
    first, second = _first(_near(was), "d"), _first(_near(here), "d")
    return _around(first, second) if _disjoint(_numberless(first), _numberless(second)) else None


def _near(setting: Setting) -> Near:
    return [(int(depth), str(sort), str(text)) for depth, sort, text in setting.get("near") or ()]


def _group(near: Near) -> str:
    return next((text for _, sort, text in near if sort == "n"), "")


def _differ(one: str, other: str) -> bool:
    """Return whether two names are those of different groups: `Edit cat` and `Edit moon` are of one."""
    if is_destructive(one) != is_destructive(other):
        return True
    return not share_a_word(one, other) and not says_the_same(one, other)


def _alike(element: Element) -> bool:
    """Return whether only what is beside it tells it from others."""
    twins = element.get("twins")
    return bool(twins and twins[1] > 1) or not any(element.get(field) for field in ("name", "text", "label"))


def _other_count(was: Setting, near: Near, before: Fingerprint, now: Element) -> Text | None:
    """Return that more or fewer look the same than before, and no text of its own shows which of them it is."""
    old, new, apart = before.get("twins"), now.get("twins"), int(was.get("apart") or 0)
    if not old or not new or old[1] == new[1] or any(depth < apart for depth, _, _ in near) or not apart:
        return None
    if old[1] > new[1]:
        return Text("locators.warning.other_neighbours")
    return Text("locators.warning.more_alike", before=old[1], now=new[1])


def _numberless(near: Near) -> Near:
    return [(depth, sort, bare) for depth, sort, text in near if (bare := _NUMBER.sub("", text).strip())]


def _first(near: Near, sorts: str = "ntcd") -> list[tuple[int, str, str]]:
    """Return the nearest texts of some sorts."""
    depth = min((depth for depth, sort, _ in near if sort in sorts), default=0)
    return [entry for entry in near if entry[0] == depth and entry[1] in sorts]


def _titles_differ(near: Near, nearer: Near) -> Text | None:
    """Return that other titles are nearest now, unless one of them only moved farther away or came between."""
    first, second = _first(near, _TITLES), _first(nearer, _TITLES)
    if not {sort for _, sort, _ in first} & {sort for _, sort, _ in second}:
        return None  # a title and a button say nothing of each other
    if _disjoint(*(titles := [[entry for entry in ring if entry[1] == "t"] for ring in (first, second)])):
        first, second = titles  # the buttons that all steps share say nothing of which one it is
    listed = {text for _, sort, text in near if sort == "d"} & {text for _, sort, text in nearer if sort == "d"}
    was, here = ([entry for entry in ring if entry[1] != "d" or entry[2] not in listed] for ring in (near, nearer))
    if not _disjoint(first, second) or _still(second, was) or (_still(first, here) and not _entered(near, nearer)):
        return None
    return _around(first, second)


def _entered(near: Near, nearer: Near) -> bool:
    """Return whether the nearest named group is one of which nothing was seen before."""
    name = _group(nearer)
    return bool(name) and not any(_same(name, text) for _, _, text in near)


def _turned_destructive(was: Setting, here: Setting) -> bool:
    """Return whether the group around an element destroys something, which it did not before."""
    return is_destructive(_group(_near(here))) and not is_destructive(_group(_near(was)))


def _still(texts: Iterable[tuple[int, str, str]], near: Near) -> bool:
    return any(_same(text, other) and at <= depth for depth, _, text in texts for at, _, other in near)


def _disjoint(ones: Near, others: Near) -> bool:
    if not ones or not others:
        return False
    return not any(_same(text, other) for _, _, text in ones for _, _, other in others)


def _same(one: str, other: str) -> bool:
    if " ".join(one.split()).casefold() == " ".join(other.split()).casefold():
        return True
    return bool(plain(one) and plain(other)) and says_the_same(one, other)


def _data_differ(before: Element, now: Element) -> Text:
    was, here = (next(iter(own_data(*pair)), "-") for pair in ((before, now), (now, before)))
    return Text("locators.warning.other_setting", before=was, now=here)


def _around(before: Near, now: Near) -> Text:
    return Text("locators.warning.other_setting", before=before[0][2], now=now[0][2])
