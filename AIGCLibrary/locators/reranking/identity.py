"""The dangerous upgrade: a selector still matches one element, but it is another one than before."""

from collections.abc import Iterable, Mapping
from typing import Any

from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.diagnosis import described
from AIGCLibrary.locators.features import alike, kind_of
from AIGCLibrary.locators.kinds import compatible
from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Selector, Target
from AIGCLibrary.locators.profile import profile_of
from AIGCLibrary.locators.words import plain, same_meaning

_IDENTIFYING = {"testid": "testid", "id": "id", "html_name": "attribute", "href": "css", "label": "label",
                "placeholder": "placeholder", "title": "title", "alt": "alt"}  # fmt: skip
"""Fields that tell who an element is, each with the strategy whose own evidence it is."""
_CHANGING = ("text", "heading", "picture", "item")
"""Kinds whose text is content, which changes by itself: a status, a counter, a row."""
_ALIKE = 0.5


def doubt(target: Target, chosen: Selector, known: Known | None, now: Mapping[str, Any] | None) -> Text | None:
    """Say why the element found may be another one than was known.

    A name that the file declares is the target's own, whatever it was called before; and on a page that speaks another
    language now, another name says nothing.

    Args:
        target: What was looked for.
        chosen: The selector that found the element; what it says itself proves nothing.
        known: What was last seen on this page.
        now: Fingerprint of the element found; None when it is unchanged.

    Returns:
        The warning; None when there is no doubt.
    """
    if known is None or not now or not known.fingerprint.get("tag"):
        return None
    before = known.fingerprint
    if not compatible(before, now):
        reason = Text("locators.warning.other_kind", before=before.get("role"), now=now.get("role"))
    elif (
        kind_of(before) in _CHANGING
        or _same_name(before, now)
        or _shares_identity(before, now, chosen)
        or _declared(target, now)
        or _other_language(before, now)
    ):
        return None
    else:
        reason = Text("locators.warning.only_selector")
    return Text(
        "locators.warning.another",
        target=target.name,
        tier=Text(f"locators.tier.{chosen.tier}"),
        selector=chosen.selector,
        before=described(before),
        now=described(now),
        reason=reason,
    )


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


def _same_name(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    old, new = str(before.get("name") or before.get("text") or ""), str(now.get("name") or now.get("text") or "")
    return alike(plain(old), plain(new)) >= _ALIKE or same_meaning([old], [new]) > 0


def _declared(target: Target, now: Mapping[str, Any]) -> bool:
    names = {plain(text) for text in profile_of(target)["texts"]} - {""}
    return any(plain(str(now.get(field) or "")) in names for field in ("name", "text", "label"))


def _other_language(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return bool(before.get("language") and now.get("language") and before["language"] != now["language"])


def _shares_identity(before: Mapping[str, Any], now: Mapping[str, Any], chosen: Selector) -> bool:
    return any(
        before.get(field) and before[field] == now.get(field) and chosen.strategy != strategy
        for field, strategy in _IDENTIFYING.items()
    )
