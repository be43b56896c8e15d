"""Whether what a lookup found is what it looked for: products that ignore a filter answer with other things."""

from collections.abc import Mapping
from typing import Any

from AIGCLibrary.data.request import ApiRequest

_SHORT = 3
"""Characters up to which texts must be equal: a number such as 1 is part of many others."""


def contradicts(found: Any, lookup: ApiRequest) -> bool:
    """Return whether a found thing has another value in a field that the lookup filtered by.

    Letter case and surrounding text do not count, since filters are often case-insensitive and partial.
    """
    return any(not _agree(found[name], value) for name, value in _shared(found, lookup))


def confirms(found: Any, lookup: ApiRequest) -> bool:
    """Return whether a found thing shows that it is the one the lookup asked for.

    It is when a field that was filtered by holds the value; where it lacks the field, when it holds the value
    anywhere. A lookup without a filter, such as one by path, asks for one thing only.
    """
    wanted = [str(value) for value in (lookup.params or {}).values() if isinstance(value, str) and value]
    if not wanted or not isinstance(found, Mapping):
        return True
    shared = _shared(found, lookup)
    if shared:
        return all(_agree(found[name], value) for name, value in shared)
    text = str(found).casefold()
    return any(value.casefold() in text for value in wanted)


def _shared(found: Any, lookup: ApiRequest) -> list[tuple[str, Any]]:
    """Return the parameters of a lookup that name a plain field of the found thing."""
    if not isinstance(found, Mapping):
        return []
    params = lookup.params or {}
    return [(name, value) for name, value in params.items() if isinstance(found.get(name), str | int)]


def _agree(own: Any, value: Any) -> bool:
    first, second = str(own).strip().casefold(), str(value).strip().casefold()
    return first == second or (min(len(first), len(second)) > _SHORT and (first in second or second in first))
