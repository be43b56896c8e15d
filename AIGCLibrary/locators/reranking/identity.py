"""The dangerous upgrade: a selector still matches one element, but it is another one than before."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.i18n import Text, series
from AIGCLibrary.locators.diagnosis import described
from AIGCLibrary.locators.element import Element, Fingerprint, Icons
from AIGCLibrary.locators.features import alike, kind_of
from AIGCLibrary.locators.guards import is_destructive
from AIGCLibrary.locators.healing import HEALED
from AIGCLibrary.locators.kinds import compatible, holds_value, is_control, names_a_kind, proves_nothing
from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Selector, Target, Tier
from AIGCLibrary.locators.place import declared_names, is_weak
from AIGCLibrary.locators.profile import profile_of, words
from AIGCLibrary.locators.reranking import setting
from AIGCLibrary.locators.reranking.surroundings import at_foot, changes_foot, is_unlabelled, labels
from AIGCLibrary.locators.similarity import KIND_WORDS
from AIGCLibrary.locators.strategies import patterns
from AIGCLibrary.locators.words import plain, same_meaning, says_the_same, share_a_word, terms, turned_round

_IDENTIFYING = {"testid": "testid", "id": "id", "html_name": "attribute", "href": "css", "label": "label",
                "placeholder": "placeholder", "title": "title", "alt": "alt"}  # fmt: skip
"""Fields that identify an element, each with the strategy whose own evidence it is."""
_CHANGING = ("text", "heading", "picture", "item")
"""Kinds whose text is content, which changes by itself: a status, a counter, a row."""
_STRUCTURE = ("css", "xpath", HEALED)
_ACTS = ("clicked", "hovered")
"""What is done to an element whose text is data, as to an item of a list, is done to that data."""
_ALIKE = 0.5
_KEYS = ("testid", "id", "html_name", "href")
_GROUPED = ("checkbox", "radio")
"""Types of fields of which a whole group has one `name`."""
_NAMED_BY = ("name", "text", "label", "placeholder", "title", "alt")
_MACHINE_NAMES = re.compile(r"[.#]([\w-]+)|\[(?:id|class|name|data-[\w-]+)\W?=\W?([\w-]+)")
_REFUTING = (
    *("other_kind", "other_login", "other_tab", "other_dialog", "left_dialog", "other_group", "other_neighbours"),
    "other_icon",
)
"""Reasons that say what the element is; the others say that it cannot be known."""
_CHINESE = re.compile(r"[\u3040-\u9fff]")
_NUMBER = re.compile(r"\d+")
_BEGUN_WORD = re.compile(r"[A-Za-z]+$")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the element found may be another one than the target.

    Args:
        warning: The whole sentence.
        reason: What speaks against it.
        refuted: It is evidence of another element: it must not be used. Otherwise the step continues with a warning.
        undecided: Only structure found it, and its name may be the old one in other words: what else is known of the
            element decides.
    """

    warning: Text
    reason: Text
    refuted: bool
    undecided: bool = False

    def __str__(self) -> str:
        return str(self.warning)


def doubt(
    target: Target,
    chosen: Selector,
    known: Known | None,
    now: Element | None,
    page: str = "",
    purpose: str = "",
) -> "Doubt | None":
    """Describe why the element found may be another one than the target.

    A name that the file declares is the target's own, whatever it was called before; and on a page that speaks another
    language now, another name says nothing.

    Args:
        target: What was looked for.
        chosen: The selector that found the element; what it says itself proves nothing.
        known: What was last seen of it; None when it was never seen.
        now: Fingerprint of the element found; None when it is unchanged.
        page: Key of the page it is on.
        purpose: What it is wanted for, see `guards.Purpose`: what is only read may show other data.

    Returns:
        What speaks against it, see `Doubt`; None when nothing does.
    """
    if not now:
        return None
    before = known.fingerprint if known and known.fingerprint.get("tag") else None
    moved = bool(page and known and known.page != page)
    reason = _reason(target, chosen, before, now, moved) if before else _contradiction(target, chosen, now)
    if reason is None and before and purpose in _ACTS and _is_content(before) and is_weak(chosen):
        reason = setting.other_data(before, _name(before), _name(now))
    if reason is None:
        return None
    refuted = _refutes(target, chosen, before, now, reason) and not (known and known.changed_since(target))
    undecided = not refuted and _is_reworded_structure(target, chosen, before, now, reason)
    values = {"target": target.name, "tier": Text(f"locators.tier.{chosen.tier}"), "selector": chosen.shown}
    values |= {"before": described(before or {}), "now": described(now), "reason": reason}
    key = "undeclared" if before is None else "another"
    return Doubt(Text(f"locators.warning.{key}", **values), reason, refuted, undecided)


def _refutes(target: Target, chosen: Selector, before: Fingerprint | None, now: Element, reason: Text) -> bool:
    """Return whether a doubt is evidence of another element, and not only the lack of evidence for the same one.

    A test id that names the target outweighs everything else about the element. What is around an element is evidence
    only where nothing else tells it from others; a name that still holds outweighs another heading.
    """
    name = reason.key.rpartition(".")[2]
    named = chosen.strategy == HEALED or (chosen.strategy == "testid" and not is_weak(chosen))
    if named or (before is not None and _proven(before, now, chosen)):
        return False
    if name == "other_language":
        return is_destructive(_name(now)) and not is_destructive(_name(before or {}))
    if name in ("only_selector", "declared_other"):
        return _is_called_otherwise(target, chosen, before, now)
    if name == "other_setting":
        return before is not None and setting.is_decisive(before, now)
    if name in ("foot", "left_foot"):
        return before is not None and changes_foot(before, now)
    return name in _REFUTING


def _is_called_otherwise(target: Target, chosen: Selector, before: Fingerprint | None, now: Element) -> bool:
    """Return whether structure, or a part of a name, has found what has the name of something else."""
    if before is not None and _turned_round(chosen, before, now):
        return True
    if not _name(now) or not (is_weak(chosen) or _is_loose(chosen)) or (before is not None and not _name(before)):
        return False
    if is_destructive(_name(now)) and not is_destructive(target.name):
        return True
    if before is None and not is_weak(chosen):
        return False  # who asks for a part of a name expects more of it
    known = [_name(before)] if before is not None else declared_names(target)
    return not any(_is_reworded(name, _name(now)) for name in known) and not _is_telling(target, chosen)


def _is_reworded_structure(
    target: Target, chosen: Selector, before: Fingerprint | None, now: Element, reason: Text
) -> bool:
    """Return whether structure has found what is called in other words of a like meaning."""
    if reason.key.rpartition(".")[2] not in ("only_selector", "declared_other") or not is_weak(chosen):
        return False
    known = [_name(before)] if before is not None else declared_names(target)
    return chosen.strategy != HEALED and any(name and _is_reworded(name, _name(now)) for name in known)


def _is_reworded(before: str, now: str) -> bool:
    """Return whether a name may be another's in other words: no word is the same, and one means the same."""
    return (
        bool(terms(before) and terms(now))
        and not terms(before) & terms(now)
        and (says_the_same(before, now) or same_meaning([before], [now]) > 0)
    )


def _is_telling(target: Target, chosen: Selector) -> bool:
    """Return whether a selector says in its own words what it looks for.

    The name of a button `.user-menu` is data; that of `button.primary` is all that tells what it does.
    """
    last = re.split(r"[\s>+~/]+(?![^\[]*\])", chosen.selector.strip())[-1]
    said = {word for part in _MACHINE_NAMES.findall(last) for word in words("".join(part)).split()} - KIND_WORDS
    meant = [target.name.rpartition(".")[2], *declared_names(target)]
    return bool(said & {word for name in meant for word in words(name).split()})


def _reason(target: Target, chosen: Selector, before: Fingerprint, now: Element, moved: bool) -> Text | None:
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
    if not strong and at_foot(before) != at_foot(now):
        return Text(f"locators.warning.{'foot' if at_foot(now) else 'left_foot'}")
    telling = around if around is not None and around.key.rpartition(".")[2] in _REFUTING else None
    return _other_place(before, now) or telling or _other_content(target, chosen, before, now) or around


def _unread(target: Target, chosen: Selector, before: Fingerprint, now: Element) -> Text | None:
    """Return that only structure says so on a page in another language, whose words nobody here can compare."""
    if chosen.strategy not in _STRUCTURE or _proven(before, now, chosen) or _declared(target, now) or not _name(now):
        return None
    known = [*declared_names(target), _name(before)]
    if any(says_the_same(name, _name(now)) for name in known):
        return None
    return Text("locators.warning.other_language", before=before["language"], now=now["language"])


def _other_content(target: Target, chosen: Selector, before: Fingerprint, now: Element) -> Text | None:
    """Return that its name, or what is beside it, is that of something else."""
    if _is_content(before):
        return None
    if icon := _other_icon(before, now, chosen):
        return icon
    if _among_others(before, now):
        return Text("locators.warning.other_neighbours")
    word = _inside_a_word(chosen, now)
    if word and not _inside_a_word(chosen, before) and not _turned_round(chosen, before, now):
        return Text("locators.warning.inside_word", word=word)
    same = _same_name(target, before, now, chosen) or _declared(target, now)
    return None if same and not _turned_round(chosen, before, now) else Text("locators.warning.only_selector")


def _contradiction(target: Target, chosen: Selector, now: Element) -> Text | None:
    """Return that an element never seen before bears none of the names that its file gives the target.

    Of a test id that names the target only a name without any common word is a contradiction.
    """
    names = [name for name in declared_names(target) if plain(name)]
    own = [str(text) for field in _NAMED_BY if (text := now.get(field))]
    if not names:
        return _unnamed(target, chosen, now)
    if not own or _is_content(now) or (chosen.tier is Tier.SILVER and not _is_loose(chosen)):
        return None
    if all(_script(name) != _script(own_name) for name in names for own_name in own):
        return None
    if any(says_the_same(name, own_name) and says_the_same(own_name, name) for name in names for own_name in own):
        return None
    strong = not is_weak(chosen) and not _is_loose(chosen)
    if strong and any(_resembles(name, own_name) for name in names for own_name in own):
        return None
    return Text("locators.warning.declared_other", names=series(f"'{name}'" for name in names[:3]))


def _unnamed(target: Target, chosen: Selector, now: Element) -> Text | None:
    """Return that nothing but structure speaks for the button of a sign-in form: the target is not called like it."""
    name, at_login = _name(now), (now.get("setting") or {}).get("login")
    if not (at_login and name and now.get("role") == "button") or not is_weak(chosen) or _is_telling(target, chosen):
        return None
    called = " ".join(word for word in words(target.name.rpartition(".")[2]).split() if word not in KIND_WORDS)
    if not called or _script(called) != _script(name) or says_the_same(called, name) or _resembles(called, name):
        return None
    return Text("locators.warning.other_login")


def _is_content(element: Element) -> bool:
    """Return whether the text of an element is data."""
    return kind_of(element) in _CHANGING and not is_control(element)


def _other_icon(before: Fingerprint, now: Element, chosen: Selector) -> Text | None:
    """Return that a button without a name shows the icon that another one showed before, or shows now."""
    was, here = (element.get("icons") or Icons() for element in (before, now))
    if not is_weak(chosen) or _name(before) or _name(now) or not (was.get("own") and here.get("own")):
        return None
    if was["own"] == here["own"]:
        return None
    moved = here["own"] in was.get("beside", ()) or was["own"] in here.get("beside", ())
    return Text(f"locators.warning.{'other_icon' if moved else 'new_icon'}")


def _script(text: str) -> bool:
    return bool(_CHINESE.search(text))


def _resembles(one: str, other: str) -> bool:
    return alike(plain(one), plain(other)) >= _ALIKE or same_meaning([one], [other]) > 0


def _other_place(before: Fingerprint, now: Element) -> Text | None:
    """Return that the element is in another tab or dialog than the target was, as far as both are known."""
    tabs = [plain(str(element.get("tab") or "")) for element in (before, now)]
    if all(tabs) and tabs[0] != tabs[1]:
        return Text("locators.warning.other_tab", before=before["tab"], now=now["tab"])
    if before.get("dialog") is None or now.get("dialog") is None:
        return None
    was, is_now = str(before["dialog"]), str(now["dialog"])
    if was and not is_now:
        return None if setting.took_along(before, now) else Text("locators.warning.left_dialog", before=was)
    if not is_now or (was and _alike_dialogs(was, is_now)):
        return None
    return Text("locators.warning.other_dialog", before=was or "-", now=is_now)


def _alike_dialogs(was: str, now: str) -> bool:
    """Return whether two names may be those of one dialog: they share a word, or cannot be compared."""
    if "?" in (was, now) or _script(was) != _script(now):
        return True
    return share_a_word(was, now) and is_destructive(was) == is_destructive(now)


def _among_others(before: Fingerprint, now: Element) -> bool:
    """Return whether what stands beside it says that it is another one of several that look the same, or of no name."""
    old, new = before.get("twins"), now.get("twins")
    name, named = _name(before), _name(now)
    twins = bool(old and new and max(old[1], new[1]) > 1) and plain(name) == plain(named)
    if not twins and (name or named):
        return False
    was, beside = (
        [text for text in (plain(str(text)) for text in element.get("neighbours") or ()) if text]
        for element in (before, now)
    )
    if was and beside:  # the nearest one comes first; headings, which all of them share, come last
        return (was[0] not in beside and beside[0] not in was) or (
            not name and holds_value(before) and was[0] != beside[0]
        )
    return bool(old and new and old[1] > new[1])


def _name(element: Element) -> str:
    """Return what an element is called; a sign such as an arrow only where no word says it."""
    said = [str(element[field]) for field in ("name", "text", "label", "title") if element.get(field)]
    return next((text for text in said if plain(text)), said[0] if said else "")


def twin_of(known: Known | None, others: Iterable[tuple[str, Known | None]]) -> str | None:
    """Return the name of another target that looked just like this one; which of the two is left cannot be decided.

    Args:
        known: What was last seen of the lost target.
        others: Names of other targets of the page that are lost as well, each with what was last seen of it.
    """
    if known is None or not known.fingerprint.get("role"):
        return None
    mine = _look(known)
    return next((name for name, entry in others if entry and entry.page == known.page and _look(entry) == mine), None)


def _look(known: Known) -> tuple[Any, ...]:
    fingerprint = known.fingerprint
    beside = frozenset(labels(fingerprint)) if is_unlabelled(fingerprint) else None  # its label is what tells it apart
    return (*(fingerprint.get(field) for field in ("role", "name", "text", "label", "testid")), beside)


def _same_name(target: Target, before: Fingerprint, now: Element, chosen: Selector) -> bool:
    """Return whether it is still called so; where only structure found it, one word more makes it something else."""
    old, new = _name(before), _name(now)
    if not is_weak(chosen) and not _is_loose(chosen):
        return _resembles(old, new)
    twins, leads_elsewhere = now.get("twins"), bool(before.get("href")) and before.get("href") != now.get("href")
    numbered = bool(twins and twins[1] > 1) or any(_NUMBER.search(name) for name in declared_names(target))
    numbered = numbered or leads_elsewhere
    bare = [_NUMBER.sub(" ", text) for text in (old, new)]
    if not all(map(plain, bare)):  # numbers and signs alone: 16:9 is no 9:16, an arrow no dustbin
        return old.split() == new.split()
    if not numbered:  # a number in the only name of its kind counts something
        old, new = bare
    return says_the_same(old, new) and says_the_same(new, old)


def _turned_round(chosen: Selector, before: Fingerprint, now: Element) -> bool:
    """Return whether the name means the opposite now and the selector does not say so: `/save/` found `Unsave`."""
    word = turned_round(_name(before), _name(now))
    return bool(word) and word not in chosen.selector.lower()


def _is_loose(chosen: Selector) -> bool:
    """Return whether a selector takes a part of a name for the name."""
    return isinstance(chosen.value, Mapping) and chosen.value.get("exact") is False


def _inside_a_word(chosen: Selector, element: Element) -> str:
    """Return the word that a pattern fits only from its middle on: of `Regenerate`, `/generate/i` is a part."""
    name = _name(element)
    found = [fit for pattern in patterns(chosen.value) for fit in pattern.finditer(name)]
    begun = [_BEGUN_WORD.search(name[: fit.start()]) for fit in found if re.match("[A-Za-z]", fit.group())]
    if not begun or len(begun) < len(found) or not all(begun):
        return ""
    return re.split(r"\W", name[begun[0].start() :] if begun[0] else name)[0]


def _declared(target: Target, now: Element) -> bool:
    names = {plain(text) for text in profile_of(target)["texts"]} - {""}
    return any(plain(str(now.get(field) or "")) in names for field in ("name", "text", "label"))


def _other_language(before: Fingerprint, now: Element) -> bool:
    return bool(before.get("language") and now.get("language") and before["language"] != now["language"])


def _proven(before: Fingerprint, now: Element, chosen: Selector) -> bool:
    """Return whether something other than the selector tells that it is the same element."""
    for field, strategy in _IDENTIFYING.items():
        value = str(before.get(field) or "")
        if not value or value != now.get(field) or chosen.strategy == strategy or value in chosen.selector:
            continue
        if field == "html_name" and (before.get("grouped") or before.get("type") == "radio"):
            continue  # all choices of a group have it
        if field in _KEYS and (proves_nothing(value) or (field == "testid" and names_a_kind(value))):
            continue
        if field == "html_name" and (before.get("type") in _GROUPED or before.get("tag") == "a"):
            continue
        return True
    return False
