"""Schemas of a document: references followed, allOf joined, one branch of oneOf and anyOf chosen, nulls left aside."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from AIGCLibrary.units import is_whole

DEEPEST = 24


class Schemas:
    """Follows the references of one document.

    Args:
        data: The document.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._known: dict[str, dict[str, Any]] = {}
        self.unresolved: set[str] = set()

    def node(self, value: Any, depth: int = 0) -> dict[str, Any]:
        """Return a path item, parameter, body or answer, with its reference followed."""
        if not isinstance(value, Mapping) or depth > DEEPEST:
            return {}
        if isinstance(value.get("$ref"), str):
            target = self.node(self._pointed(value["$ref"]), depth + 1)
            return {**target, **{name: item for name, item in value.items() if name != "$ref"}}
        return dict(value)

    def schema(self, value: Any, depth: int = 0) -> dict[str, Any]:
        """Return a schema as one mapping; the chosen branch's siblings are named in `x-branches`."""
        if not isinstance(value, Mapping) or depth > DEEPEST:
            return {}
        reference = value.get("$ref")
        if isinstance(reference, str):
            if reference not in self._known:
                self._known[reference] = {}  # a schema that is its own part ends here
                self._known[reference] = self.schema(self._pointed(reference), depth + 1)
            beside = {name: item for name, item in value.items() if name != "$ref"}
            return joined(self._known[reference], self.schema(beside, depth + 1)) if beside else self._known[reference]
        schema = {name: item for name, item in value.items() if name not in ("allOf", "oneOf", "anyOf")}
        for part in value.get("allOf") or ():
            schema = joined(self.schema(part, depth + 1), schema)
        for keyword in ("oneOf", "anyOf"):
            if value.get(keyword):
                schema = self._branch(schema, list(value[keyword]), value.get("discriminator"), depth)
        return schema

    def at(self, schema: Mapping[str, Any], path: str) -> dict[str, Any]:
        """Return the schema of a field by its path of names, for example `data.items`; empty for none."""
        found = self.schema(schema)
        for name in path.split("."):
            found = self.schema(properties(found).get(name.strip('"')))
        return found

    def _branch(self, schema: dict[str, Any], branches: list[Any], discriminator: Any, depth: int) -> dict[str, Any]:
        """Join the first branch that is not null; with a discriminator, its value goes along."""
        read = [(branch, self.schema(branch, depth + 1)) for branch in branches]
        real = [(raw, branch) for raw, branch in read if type_of(branch) != "null" and branch.get("enum") != [None]]
        if not real:
            return schema
        raw, first = next(((raw, branch) for raw, branch in real if branch.get("properties")), real[0])
        result = joined(first, schema)
        names = [_name(reference) for reference, _ in real]
        if len(real) > 1 and any(branch.get("properties") for _, branch in real):
            chosen = names[[id(reference) for reference, _ in real].index(id(raw))]
            result = {**result, "x-branches": [chosen, *(name for name in names if name != chosen)]}
        if isinstance(discriminator, Mapping) and discriminator.get("propertyName"):
            field = str(discriminator["propertyName"])
            mapping = discriminator.get("mapping") or {}
            reference = str(raw.get("$ref", "")) if isinstance(raw, Mapping) else ""
            keys = [key for key, to in mapping.items() if to == reference or str(to) == _name(raw)]
            own = (result.get("properties") or {}).get(field, {})
            fixed = "const" in self.schema(own) or len(self.schema(own).get("enum") or ()) == 1
            if not fixed and (keys or reference):
                said = {**self.schema(own), "const": keys[0] if keys else _name(raw)}
                result = joined(result, {"properties": {field: said}, "required": [field]})
        return result

    def _pointed(self, reference: str) -> Any:
        node: Any = self._data
        pointer = reference.partition("#")[2]
        if not pointer.startswith("/"):
            anchored = pointer and self._anchored(pointer)
            if not anchored:
                self.unresolved.add(reference)
            return anchored or {}
        for part in pointer[1:].split("/"):
            node = _step(node, part)
            if node is None:
                self.unresolved.add(reference)
                return {}
        return node

    def _anchored(self, name: str) -> Any:
        parts = (self._data.get("components") or {}).get("schemas") or {}
        known = (part for part in parts.values() if isinstance(part, Mapping))
        return next((schema for schema in known if schema.get("$anchor") == name), parts.get(name))


def _step(node: Any, part: str) -> Any:
    plain = part.replace("~1", "/").replace("~0", "~")
    decoded = unquote(part).replace("~1", "/").replace("~0", "~")
    for name in (plain, decoded):
        if isinstance(node, Mapping) and name in node:
            return node[name]
        if isinstance(node, list) and is_whole(name) and int(name) < len(node):
            return node[int(name)]
    return None


def _name(branch: Any) -> str:
    if not isinstance(branch, Mapping):
        return "?"
    reference = str(branch.get("$ref", ""))
    return reference.rsplit("/", 1)[-1] if reference else str(branch.get("title") or type_of(branch) or "object")


def joined(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return two schemas as one that demands both."""
    result = {**base, **over}
    if "properties" in base and "properties" in over:
        both = {**base["properties"], **over["properties"]}
        for name in set(base["properties"]) & set(over["properties"]):
            if isinstance(both[name], Mapping) and isinstance(base["properties"][name], Mapping):
                both[name] = {**base["properties"][name], **both[name]}
        result["properties"] = both
    required = [*_list(base.get("required")), *_list(over.get("required"))]
    if required:
        result["required"] = list(dict.fromkeys(required))
    return result


def _list(value: Any) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def type_of(schema: Mapping[str, Any]) -> str | None:
    """Return the type of a schema; null aside."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return next((str(type_name) for type_name in kind if type_name != "null"), "null" if kind else None)
    if kind is None and "properties" in schema:
        return "object"
    return str(kind) if kind is not None else None


def properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a schema."""
    found = schema.get("properties")
    return dict(found) if isinstance(found, Mapping) else {}


def required(schema: Mapping[str, Any]) -> list[str]:
    """Return the fields that must be there; OpenAPI 2 documents also write `required: true` at a field itself."""
    return _list(schema.get("required"))
