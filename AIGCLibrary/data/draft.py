"""Writes a first template from a product's OpenAPI document, so that nobody starts from an empty file."""

import re
from typing import Any

import yaml

from AIGCLibrary.data.openapi import MARKS, NAMES, Document, Resource

_FAKE = {
    "title": "${faker.sentence(nb_words=4)}",
    "name": "${faker.name}",
    "description": "${faker.sentence(nb_words=10)}",
    "email": "${faker.email}",
    "phone": "${faker.phone_number}",
    "company": "${faker.company}",
    "city": "${faker.city}",
    "address": "${faker.address}",
    "url": "${faker.url}",
    "prompt": "${faker.sentence(nb_words=8)}",
    "text": "${faker.text(max_nb_chars=80)}",
    "username": "${faker.user_name}",
}
DEEPEST = 6
"""Levels of nested objects that are filled in."""
_FORMATS = {
    "date-time": "${now()}",
    "date": "${date()}",
    "uuid": "${uuid()}",
    "email": "${faker.email}",
    "uri": "${faker.url}",
    "url": "${faker.url}",
    "ipv4": "${faker.ipv4}",
}


def draft(document: Document, name: str) -> str:
    """Write a template.

    Args:
        document: The OpenAPI document.
        name: Name of the template.

    Returns:
        The text of the file; it is a valid template, to be shortened and filled in.
    """
    resources, others = document.resources()
    nodes = {resource.name: _node(resource, document) for resource in resources}
    data: dict[str, Any] = {
        "version": 1,
        "name": name,
        "description": {"en": f"First draft from the OpenAPI document of {document.title}."},
    }
    if any(resource.keyed for resource in resources):
        data["defaults"] = {"idempotency": True}
        for resource in resources:
            if not resource.keyed:
                nodes[resource.name]["idempotency"] = False
    data |= {"nodes": nodes, "outputs": {f"{one.name}_id": f"${{{one.name}.id}}" for one in resources}}
    head = [
        f"# Draft from {document.title}. Its paths are below '{document.base}', the base_url of your environment.",
        "# Take away what your tests do not need, add for_each where they need several, and look at it with:",
        f"#   aigc data plan {name}",
    ]
    if others:
        head.append(f"# Not included, since nothing removes what they make: {', '.join(sorted(others))}")
    body = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    spaced = re.sub(r"(?m)^(  [a-z_0-9]+:$)", r"\n\1", body).replace("nodes:\n\n", "nodes:\n")
    return "\n".join(head) + "\n" + re.sub(r"(?m)^(nodes|outputs):$", r"\n\1:", spaced)


class _Dumper(yaml.SafeDumper):
    """Writes short mappings in one line, as people do."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        short = len(yaml.safe_dump(dict(mapping), default_flow_style=True, width=1000, allow_unicode=True)) < 90
        leaf = all(not isinstance(value, dict) or not value for value in dict(mapping).values())
        node.flow_style = short and leaf
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = True
        return node


_Dumper.add_representer(dict, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items()))
_Dumper.add_representer(list, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data))


def _node(resource: Resource, document: Document) -> dict[str, Any]:
    path = _with_parents(resource.path, resource)
    mark = _mark(resource)
    body = _body(resource, document, mark)
    node: dict[str, Any] = {"create": {"post": path, **({"json": body} if body else {})}}
    identity = _identity(resource, document)
    if identity != "id":
        node["id"] = identity
    items = _items(resource, document)
    if mark and items is not None:
        node["lookup"] = {"get": path, "params": {mark: "${key}"}, "match": f"{items}[0]"}
    item = re.sub(r"\{[^{}]+\}$", "${self.id}", _with_parents(resource.item, resource))
    update = next((method for method in ("patch", "put") if method in resource.methods), None)
    if update:
        node["update"] = {update: item}
    node["delete"] = {"delete": item}
    must = [name for name in resource.answer.get("required", ()) if name in resource.answer.get("properties", {})]
    if must:
        node["schema"] = {"type": "object", "required": must}
    sync = _sync(resource, items, path, mark)
    if sync:
        node["sync"] = sync
    return node


def _with_parents(path: str, resource: Resource) -> str:
    for prefix, parent in sorted(resource.parents.items(), key=lambda pair: -len(pair[0])):
        path = re.sub(rf"^{re.escape(prefix)}/\{{[^{{}}]+\}}", f"{prefix}/${{{parent}.id}}", path)
    return path


def _mark(resource: Resource) -> str | None:
    """Find the field that can carry a unique key and that the list can be filtered by."""
    wanted = [name for name in MARKS if name in resource.properties and name in resource.queries]
    return wanted[0] if wanted else None


def _body(resource: Resource, document: Document, mark: str | None) -> dict[str, Any]:
    chosen = [
        name for name in resource.properties if name in resource.required or name in resource.references or name == mark
    ]
    body: dict[str, Any] = {}
    for name in chosen:
        schema = document.resolve(resource.properties[name])
        if name == mark:
            body[name] = "${key}"
        elif name in resource.references:
            reference = f"${{{resource.references[name]}.id}}"
            value: Any = [reference] if _type(schema) == "array" else reference
            body[name] = value
        else:
            body[name] = _value(name, schema, document)
    return body


def _value(name: str, schema: dict[str, Any], document: Document, depth: int = 0) -> Any:
    """Give a value a field can have: one the document names, else one made up for its type and name."""
    for key in ("const", "example", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if schema.get(key):
            return schema[key][0]
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return _value(name, document.resolve(schema[key][0]), document, depth + 1)
    if depth > DEEPEST:
        return None
    return _made_up(name, schema, document, depth)


def _made_up(name: str, schema: dict[str, Any], document: Document, depth: int) -> Any:
    kind = _type(schema)
    if kind == "object" or "properties" in schema:
        fields = schema.get("properties", {})
        wanted = [one for one in schema.get("required", ()) if one in fields]
        return {one: _value(one, document.resolve(fields[one]), document, depth + 1) for one in wanted}
    if kind == "array":
        item = document.resolve(schema.get("items", {}))
        return [_value(name, item, document, depth + 1)] * schema.get("minItems", 0)
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return False
    fitting = next((fake for word, fake in _FAKE.items() if word in name.lower()), "${faker.word}")
    return _FORMATS.get(schema.get("format", ""), fitting)


def _type(schema: dict[str, Any]) -> str | None:
    kind = schema.get("type")
    return next((one for one in kind if one != "null"), None) if isinstance(kind, list) else kind


def _identity(resource: Resource, document: Document) -> str:
    """Find where the id is in the answer."""
    own = ("id", f"{resource.name}_id", f"{resource.name}Id", "uuid", "_id", "key")
    properties = resource.answer.get("properties", {})
    for name in own:
        if name in properties:
            return name
    for wrapper in ("data", "result", resource.name, "item"):
        inner = document.resolve(properties.get(wrapper, {})).get("properties", {})
        for name in own:
            if name in inner:
                return f"{wrapper}.{name}"
    return "id"


def _items(resource: Resource, document: Document) -> str | None:
    """Find where the list is in its answer; None when it cannot be listed."""
    if resource.listing is None:
        return None
    if _type(resource.listing) == "array":
        return "@"
    properties = resource.listing.get("properties", {})
    arrays = [name for name, schema in properties.items() if _type(document.resolve(schema)) == "array"]
    return arrays[0] if arrays else None


def _sync(resource: Resource, items: str | None, path: str, mark: str | None) -> dict[str, Any] | None:
    known = [name for name in NAMES if name in resource.properties]
    key = next((name for name in known if name in resource.required), known[0] if known else None)
    if items is None or key is None:
        return None
    parents = [
        (name, to) for name, to in resource.references.items() if name in resource.required and name in resource.queries
    ]
    rule: dict[str, Any] = {"list": {"get": path}}
    if parents:
        rule["list"]["params"] = {parents[0][0]: "${parent.id}"}
        rule["parent"] = parents[0][1]
    elif resource.parents:
        nearest = max(resource.parents.items(), key=lambda pair: len(pair[0]))
        rule["list"]["get"] = path.replace(f"${{{nearest[1]}.id}}", "${parent.id}")
        rule["parent"] = nearest[1]
    rule["items"] = items
    if {"limit", "offset"} <= set(resource.queries):
        rule["page_size"] = 100
    rule["key"] = key
    if resource.references:
        rule["references"] = dict(resource.references)
    if mark and mark != key:
        rule["ignore"] = [mark]
    return rule
