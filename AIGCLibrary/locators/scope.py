"""Targets inside of targets, and the n-th of several: how the selectors of both are joined."""

from collections.abc import Callable
from dataclasses import replace

from AIGCLibrary.locators.errors import UnknownTargetError
from AIGCLibrary.locators.model import Selector, Target, Tier

_MOST = 12
"""Joined selectors of a target; each is one more that the page is asked for."""
_ORDER = list(Tier)


def within(target: Target, get: Callable[[str], Target], seen: tuple[str, ...] = ()) -> Target:
    """Return a target with the selectors of the target it is in before its own, and with its place among several.

    A joined selector is as good as the weaker one of the two tiers.

    Args:
        target: As its file has it.
        get: Returns another target by name.
        seen: The targets it was reached from.

    Raises:
        UnknownTargetError: It is in itself, or no target has the name of the other.
    """
    if not target.scope:
        return _counted(target)
    if target.name in seen:
        chain = " in ".join(f"'{name}'" for name in (*seen, target.name))
        raise UnknownTargetError(f"Target {chain}: a target cannot be in itself. See 'scope' in {target.file.name}.")
    outer = within(get(target.scope), get, (*seen, target.name))
    joined = [
        replace(
            selector,
            tier=max(selector.tier, around.tier, key=_ORDER.index),
            selector=f"{around.selector} >> {selector.selector}",
        )
        for selector in target.selectors
        for around in outer.selectors
    ]
    joined.sort(key=lambda selector: _ORDER.index(selector.tier))
    return _counted(
        replace(
            target,
            selectors=tuple(joined[:_MOST]),
            frame=target.frame or outer.frame,
            parameters=tuple(dict.fromkeys((*outer.parameters, *target.parameters))),
        )
    )


def _counted(target: Target) -> Target:
    if target.ordinal is None:
        return target
    place = target.ordinal - 1 if target.ordinal > 0 else target.ordinal
    return replace(target, selectors=tuple(_nth(selector, place) for selector in target.selectors))


def _nth(selector: Selector, place: int) -> Selector:
    return replace(selector, selector=f"{selector.selector} >> visible=true >> nth={place}")
