"""Fields that each environment has of its own: times, versions, ids and links; they are no drift.

Three signs: the name in any spelling, `readOnly` in the node's schema, and being machine-made and different in
everything. What a template sends itself, or lists under `fields`, is always compared.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

FEWEST = 2
"""Smallest number of pairs for which "different in everything" counts as a sign."""
_EPOCH = 1e9
"""Smallest number that may be a time or a large id."""
_EVENTS = "created|create|creation|updated|update|modified|modification|modify|changed|change|inserted|touched|synced"
_EVENTS += "|edit|edited|accessed|seen|used|activity"
_MOMENTS = "at|on|time|times|date|datetime|timestamp|ts|utc|ms|by|by_id|user|user_id"
_OWN = re.compile(
    rf"(?:date|time|gmt|ts|utc)_(?:{_EVENTS})|(?:last_)?(?:{_EVENTS})_(?:{_MOMENTS})|last_(?:{_EVENTS})"
    r"|created|updated|modified|inserted|ctime|mtime|atime|timestamp|gmt_create"
    r"|e_?tag|v|rev|revision|version_id|(?:lock|row|resource|object|entity|data|record)_version|row_ver|opt_?lock|checksum"
    r"|id|uuid|guid|uid|pk|oid|object_id|sys_id|gid"
    r"|links?|self|href|self_?link|self_url|url|uri|resource_uri|html_url|api_url|request_id|trace_id"
)
_ID = re.compile(r".*_(?:id|ids|uuid|uuids|guid|uid)")
_MADE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # UUID
    r"|\d+(?:\.\d+)?"  # numbers, epoch times
    r"|\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?"  # ISO 8601
    r"|(?:https?:/)?/\S+"  # links
    r"|(?=\S*\d)(?=\S*[a-zA-Z])[\w:.=+/-]{6,}"  # tokens, hashes, prefixed ids
    r"|W?/?\"[^\"]*\"",  # ETags
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """Return a name in snake case, without leading underscores: `createdAt`, `Created-At` and `_created_at` are one."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


def is_own(name: str, value: Any = None, node: str = "") -> bool:
    """Return whether the name of a field says that each environment has its own value.

    Args:
        name: The field.
        value: Its value: `version` counts where it is a number, ids of other things where they are machine-made.
        node: Name of its node, whose own id may be named after it.
    """
    word = spelled(name)
    if _OWN.fullmatch(word) or (node and word in (f"{node}_id", f"{node}_uuid")):
        return True
    if word == "version":
        return isinstance(value, int) and not isinstance(value, bool)
    if _ID.fullmatch(word):
        values = value if isinstance(value, list) else [value]
        return all(value is None or is_machine_made(value) for value in values)
    return False


def is_machine_made(value: Any) -> bool:
    """Return whether a value looks like an id, a time, a link or a token rather than like words of people."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (isinstance(value, str) and _MADE.fullmatch(value) is not None)


def without_own(value: Any) -> Any:
    """Return a value without the own fields of the mappings in it."""
    if isinstance(value, Mapping):
        return {name: without_own(item) for name, item in value.items() if not is_own(str(name), item)}
    return [without_own(item) for item in value] if isinstance(value, list) else value


def read_only(schema: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the fields that a JSON Schema calls readOnly."""
    properties = (schema or {}).get("properties") or {}
    return frozenset(
        name for name, rule in properties.items() if isinstance(rule, Mapping) and rule.get("readOnly") is True
    )


def different_in_everything(
    pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], always: Iterable[str]
) -> frozenset[str]:
    """Return the fields that differ in every pair of the same thing, with values that machines make.

    Args:
        pairs: The compared fields of each thing in both environments.
        always: Fields that are always compared.
    """
    if len(pairs) < FEWEST:
        return frozenset()
    names = set(pairs[0][0]) & set(pairs[0][1])
    for first, second in pairs:
        names = {name for name in names if name in first and name in second and first[name] != second[name]}
    return frozenset(name for name in names - set(always) if _own_values(pairs, name))


def _own_values(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], name: str) -> bool:
    for side in (0, 1):
        values = [pair[side][name] for pair in pairs]
        texts = {str(value) for value in values}
        if len(texts) < len(values) or not all(map(_is_unique_mark, values)):
            return False
    return True


def _is_unique_mark(value: Any) -> bool:
    """Return whether a value can be one of its own for each thing; small numbers are prices, lengths and orders."""
    if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()):
        return not isinstance(value, bool) and float(value) >= _EPOCH
    return is_machine_made(value)
