"""The dangerous upgrade: a selector still matches one element, but it is another one than before."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.diagnosis import described
from AIGCLibrary.locators.features import alike, kind_of
from AIGCLibrary.locators.healing import HEALED
from AIGCLibrary.locators.kinds import compatible, holds_value, names_a_kind, proves_nothing
from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Selector, Target, Tier
from AIGCLibrary.locators.place import declared_names, is_weak
from AIGCLibrary.locators.profile import profile_of
from AIGCLibrary.locators.reranking import setting
from AIGCLibrary.locators.words import plain, same_meaning, says_the_same

_IDENTIFYING = {"testid": "testid", "id": "id", "html_name": "attribute", "href": "css", "label": "label",
                "placeholder": "placeholder", "title": "title", "alt": "alt"}  # fmt: skip
"""Fields that tell who an element is, each with the strategy whose own evidence it is."""
_CHANGING = ("text", "heading", "picture", "item")
"""Kinds whose text is content, which changes by itself: a status, a counter, a row."""
_STRUCTURE = ("css", "xpath", HEALED)
_ALIKE = 0.5
_KEYS = ("testid", "id", "html_name", "href")
_NAMED_BY = ("name", "text", "label", "placeholder", "title", "alt")
_CHINESE = re.compile(r"[\u3040-\u9fff]")
_NUMBER = re.compile(r"\d+")


def doubt(
    target: Target, chosen: Selector, known: Known | None, now: Mapping[str, Any] | None, page: str = ""
) -> Text | None:
    """Say why the element found may be another one than the target.

    A name that the file declares is the target's own, whatever it was called before; and on a page that speaks another
    language now, another name says nothing.

    Args:
        target: What was looked for.
        chosen: The selector that found the element; what it says itself proves nothing.
        known: What was last seen of it; None when it was never seen.
        now: Fingerprint of the element found; None when it is unchanged.
        page: Key of the page it is on.

    Returns:
        The warning; None when there is no doubt.
    """
    if not now:
        return None
    before = known.fingerprint if known and known.fingerprint.get("tag") else None
    moved = bool(page and known and known.page != page)
    reason = _reason(target, chosen, before, now, moved) if before else _contradiction(target, chosen, now)
    if reason is None:
        return None
    values = {"target": target.name, "tier": Text(f"locators.tier.{chosen.tier}"), "selector": chosen.shown}
    if before is None:
        return Text("locators.warning.undeclared", **values, now=described(now), reason=reason)
    return Text("locators.warning.another", **values, before=described(before), now=described(now), reason=reason)


def _reason(
    target: Target, chosen: Selector, before: Mapping[str, Any], now: Mapping[str, Any], moved: bool
) -> Text | None:
    """Return what speaks against the element found, by what was last seen of the target."""
    if not compatible(before, now):
        return Text("locators.warning.other_kind", before=before.get("role"), now=now.get("role"))
    if _other_language(before, now):
        return _unread(target, chosen, before, now)
    own = _proven(before, now, chosen)
    strong = own or (chosen.strategy == "testid" and not is_weak(chosen))
    around = setting.contradiction(before, now, strong=strong and not moved, placed=target.where is not None)
    if own:
        return around
    return _other_place(before, now) or _other_content(target, chosen, before, now) or around


def _unread(target: Target, chosen: Selector, before: Mapping[str, Any], now: Mapping[str, Any]) -> Text | None:
    """Return that only structure says so on a page in another language, whose words nobody here can compare."""
    if chosen.strategy not in _STRUCTURE or _proven(before, now, chosen) or _declared(target, now) or not _name(now):
        return None
    known = [*declared_names(target), _name(before)]
    if any(says_the_same(name, _name(now)) for name in known):
        return None
    return Text("locators.warning.other_language", before=before["language"], now=now["language"])


def _other_content(target: Target, chosen: Selector, before: Mapping[str, Any], now: Mapping[str, Any]) -> Text | None:
    """Return that its name, or what is beside it, is that of something else."""
    if kind_of(before) in _CHANGING:
        return None
    if _among_others(before, now):
        return Text("locators.warning.other_neighbours")
    if _same_name(target, before, now, chosen) or _declared(target, now):
        return None
    return Text("locators.warning.only_selector")


def _contradiction(target: Target, chosen: Selector, now: Mapping[str, Any]) -> Text | None:
    """Return that an element never seen before bears none of the names that its file gives the target.

    Of a test id that names the target only a name without any common word is a contradiction.
    """
    names = [name for name in declared_names(target) if plain(name)]
    own = [str(now[field]) for field in _NAMED_BY if now.get(field)]
    if not names or not own or kind_of(now) in _CHANGING or chosen.tier is Tier.SILVER:
        return None
    if all(_script(name) != _script(one) for name in names for one in own):
        return None
    if any(says_the_same(name, one) and says_the_same(one, name) for name in names for one in own):
        return None
    if not is_weak(chosen) and any(_resembles(name, one) for name in names for one in own):
        return None
    return Text("locators.warning.declared_other", names=", ".join(f"'{name}'" for name in names[:3]))


def _script(text: str) -> bool:
    return bool(_CHINESE.search(text))


def _resembles(one: str, other: str) -> bool:
    return alike(plain(one), plain(other)) >= _ALIKE or same_meaning([one], [other]) > 0


def _other_place(before: Mapping[str, Any], now: Mapping[str, Any]) -> Text | None:
    """Return that the element is in another tab or dialog than the target was, as far as both are known."""
    tabs = [plain(str(one.get("tab") or "")) for one in (before, now)]
    if all(tabs) and tabs[0] != tabs[1]:
        return Text("locators.warning.other_tab", before=before["tab"], now=now["tab"])
    if before.get("dialog") is None or not now.get("dialog"):
        return None
    was, is_now = str(before["dialog"]), str(now["dialog"])
    like = (
        "?" in (was, is_now) or set(plain(was).split()) & set(plain(is_now).split()) or _script(was) or _script(is_now)
    )
    if was and like:
        return None
    return Text("locators.warning.other_dialog", before=was or "-", now=is_now)


def _among_others(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether what stands beside it says that it is another one of several that look the same, or of no name."""
    old, new = before.get("twins"), now.get("twins")
    name, named = _name(before), _name(now)
    twins = bool(old and new and max(old[1], new[1]) > 1) and plain(name) == plain(named)
    if not twins and (name or named):
        return False
    was, beside = (
        [text for text in (plain(str(text)) for text in one.get("neighbours") or ()) if text] for one in (before, now)
    )
    if was and beside:  # the nearest one comes first; headings, which all of them share, come last
        return (was[0] not in beside and beside[0] not in was) or (
            not name and holds_value(before) and was[0] != beside[0]
        )
    return bool(old and new and old[1] > new[1])


def _name(element: Mapping[str, Any]) -> str:
    return next((str(element[field]) for field in ("name", "text", "label") if element.get(field)), "")


def twin_of(known: Known | None, others: Iterable[tuple[str, Known | None]]) -> str | None:
    """Give the name of another target that looked just like this one; which of the two is left, nobody can say.

    Args:
        known: What was last seen of the lost target.
        others: Names of other targets of the page that are lost as well, each with what was last seen of it.
    """
    if known is None or not known.fingerprint.get("role"):
        return None
    mine = _look(known)
    return next((name for name, one in others if one and one.page == known.page and _look(one) == mine), None)


def _look(known: Known) -> tuple[Any, ...]:
    return tuple(known.fingerprint.get(field) for field in ("role", "name", "text", "label", "testid"))


def _same_name(target: Target, before: Mapping[str, Any], now: Mapping[str, Any], chosen: Selector) -> bool:
    """Return whether it is still called so; where only structure found it, one word more makes it something else."""
    old, new = str(before.get("name") or before.get("text") or ""), str(now.get("name") or now.get("text") or "")
    if not is_weak(chosen) and not _is_loose(chosen):
        return _resembles(old, new)
    twins, leads_elsewhere = now.get("twins"), bool(before.get("href")) and before.get("href") != now.get("href")
    numbered = bool(twins and twins[1] > 1) or any(_NUMBER.search(name) for name in declared_names(target))
    numbered = numbered or leads_elsewhere
    if not numbered:  # a number in the only name of its kind counts something
        old, new = (_NUMBER.sub(" ", text) for text in (old, new))
    return says_the_same(old, new) and says_the_same(new, old)


def _is_loose(chosen: Selector) -> bool:
    """Return whether a selector takes a part of a name for the name."""
    return isinstance(chosen.value, Mapping) and chosen.value.get("exact") is False


def _declared(target: Target, now: Mapping[str, Any]) -> bool:
    names = {plain(text) for text in profile_of(target)["texts"]} - {""}
    return any(plain(str(now.get(field) or "")) in names for field in ("name", "text", "label"))


def _other_language(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return bool(before.get("language") and now.get("language") and before["language"] != now["language"])


def _proven(before: Mapping[str, Any], now: Mapping[str, Any], chosen: Selector) -> bool:
    """Return whether something other than the selector tells that it is the same element."""
    for field, strategy in _IDENTIFYING.items():
        value = str(before.get(field) or "")
        if not value or value != now.get(field) or chosen.strategy == strategy or value in chosen.selector:
            continue
        if field in _KEYS and (proves_nothing(value) or (field == "testid" and names_a_kind(value))):
            continue
        return True
    return False
