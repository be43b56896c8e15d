"""Finds the list in an answer, whatever wraps it, and the plain fields of its items (JSON:API, HAL, GraphQL edges)."""

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath

USUAL = (
    "items",
    "data",
    "results",
    "records",
    "list",
    "rows",
    "content",
    "value",
    "values",
    "entries",
    "objects",
    "nodes",
)
"""Names under which lists usually are, the most usual first."""
DEFAULT_ITEMS = "items"


def items_in(body: Any, path: str) -> list[Any] | None:
    """Return the list in an answer.

    Args:
        body: The answer.
        path: JMESPath to it; when nothing is there, the usual places are looked at.

    Returns:
        The items; None when the answer holds no list.
    """
    found = jmespath.search(path, body) if isinstance(body, dict | list) else None
    if isinstance(found, list):
        return _unwrapped(found)
    if path not in (DEFAULT_ITEMS, "@"):
        return [] if found is None and _is_empty(body, path) else None
    if isinstance(body, list):
        return _unwrapped(body)
    found = next((_unwrapped(listed) for listed in _lists(body)), None)
    return _only_list(body) if found is None and path == DEFAULT_ITEMS else found


def _only_list(body: Any) -> list[Any] | None:
    """Return the only list of things in a body, whatever its name (`{"scripts": […]}`), or in what it wraps."""
    for holder in (body, *(body.get(name) for name in ("data", "result", "response") if isinstance(body, Mapping))):
        if not isinstance(holder, Mapping):
            continue
        lists = [member for member in holder.values() if isinstance(member, list)]
        of_things = [members for members in lists if members and all(isinstance(item, Mapping) for item in members)]
        for found in (of_things, lists):
            if len(found) == 1:
                return _unwrapped(found[0])
    return None


def _is_empty(body: Any, path: str) -> bool:
    """Return whether a list is null or left out where its holder is there: products leave empty lists out."""
    holder = path.rpartition(".")[0]
    return isinstance(jmespath.search(holder, body) if holder else body, Mapping)


def _lists(body: Any, depth: int = 0) -> Iterator[list[Any]]:
    if not isinstance(body, Mapping) or depth > 2:
        return
    if isinstance(body.get("_embedded"), Mapping):  # HAL
        yield from (member for member in body["_embedded"].values() if isinstance(member, list))
    if isinstance(body.get("edges"), list):  # GraphQL connections
        yield body["edges"]
    yield from (body[name] for name in USUAL if isinstance(body.get(name), list))
    for name in (*USUAL, "result", "response", "payload"):
        yield from _lists(body.get(name), depth + 1)


def _unwrapped(items: list[Any]) -> list[Any]:
    edges = items and all(isinstance(item, Mapping) and isinstance(item.get("node"), Mapping) for item in items)
    return [item["node"] for item in items] if edges else items


def is_json_api(item: Mapping[str, Any]) -> bool:
    """Return whether a thing is a resource object of JSON:API (jsonapi.org, §5.2)."""
    return "type" in item and "id" in item and isinstance(item.get("attributes"), Mapping)


def plain_fields(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a thing; those of a JSON:API resource are its attributes and the ids it relates to."""
    if not is_json_api(item):
        return dict(item)
    fields: dict[str, Any] = {"id": item["id"], **item["attributes"]}
    for name, relation in (item.get("relationships") or {}).items():
        data = relation.get("data") if isinstance(relation, Mapping) else None
        if isinstance(data, list):
            fields.setdefault(name, [linked.get("id") for linked in data if isinstance(linked, Mapping)])
        elif isinstance(data, Mapping):
            fields.setdefault(name, data.get("id"))
    return fields


def json_api_body(item: Mapping[str, Any], fields: Mapping[str, Any], *, with_id: bool) -> dict[str, Any]:
    """Return fields as the document that JSON:API takes for a creation or a change; relations keep their types."""
    attributes = {name: value for name, value in fields.items() if name in item["attributes"]}
    relations: dict[str, Any] = {}
    for name, relation in (item.get("relationships") or {}).items():
        data = relation.get("data") if isinstance(relation, Mapping) else None
        if name not in fields or data is None:
            continue
        value = fields[name]
        first = data[0] if isinstance(data, list) and data else data
        kind = first.get("type") if isinstance(first, Mapping) else name
        if isinstance(value, list):
            relations[name] = {"data": [{"type": kind, "id": str(linked_id)} for linked_id in value]}
        else:
            relations[name] = {"data": None if value is None else {"type": kind, "id": str(value)}}
    data = {"type": item["type"], "attributes": attributes}
    return {
        "data": data | ({"relationships": relations} if relations else {}) | ({"id": item["id"]} if with_id else {})
    }
