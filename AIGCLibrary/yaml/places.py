"""Which object of a file takes a key that was written into another one."""

from collections.abc import Iterator, Mapping
from typing import Any


def parents(schema: Mapping[str, Any], key: str) -> list[str]:
    """Return the keys whose objects take a key, sorted; "" is the top of the file.

    None where objects with a name of the user's own take it as well: then nothing says which of them was meant.

    Example:
        >>> parents(load_schema("rules"), "silent")
        ['quality']
    """
    found = {parent for parent, name in _keys(schema, schema, "", set()) if name == key}
    return sorted(parent for parent in found if parent is not None) if None not in found else []


def _keys(
    schema: Mapping[str, Any], node: Any, parent: str | None, seen: set[tuple[int, str | None]]
) -> Iterator[tuple[str | None, str]]:
    """Yield each key of a part of the schema with the key of the object that takes it; None for any key of the user."""
    if isinstance(node, list):
        for part in node:
            yield from _keys(schema, part, parent, seen)
    if not isinstance(node, Mapping) or (id(node), parent) in seen:
        return
    seen.add((id(node), parent))
    if "$ref" in node:
        yield from _keys(schema, resolve(schema, node["$ref"]), parent, seen)
    for name, value in node.get("properties", {}).items():
        yield parent, name
        yield from _keys(schema, value, name, seen)
    for form in ("oneOf", "anyOf", "allOf", "then", "items"):
        yield from _keys(schema, node.get(form), parent, seen)
    yield from _keys(schema, node.get("additionalProperties"), None, seen)


def resolve(schema: Mapping[str, Any], reference: str) -> Any:
    """Return the part of a schema that a `$ref` names."""
    node: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node
