"""Writes a first template from a product's OpenAPI document, so that nobody starts from an empty file."""

import re
from typing import Any

import yaml

from AIGCLibrary.data.openapi.content import auth
from AIGCLibrary.data.openapi.document import MARKS, NAMES, Document, Resource
from AIGCLibrary.data.openapi.places import identity_path, items_path
from AIGCLibrary.data.openapi.samples import NOTHING, Samples
from AIGCLibrary.data.openapi.schemas import properties, required, type_of
from AIGCLibrary.data.own_fields import is_own

_ITEM_OF_SCRIPT = "${self.id}"


def draft(document: Document, name: str) -> str:
    """Write a template.

    Args:
        document: The OpenAPI document.
        name: Name of the template.

    Returns:
        The text of the file; it is a valid template, to be shortened and filled in.
    """
    resources, others = document.resources()
    writer = _NodeWriter(document, resources)
    nodes = {resource.name: writer.node(resource) for resource in resources}
    data: dict[str, Any] = {
        "version": 1,
        "name": name,
        "description": {"en": f"First draft from the OpenAPI document of {document.title}."},
    }
    if writer.variables:
        data["vars"] = dict.fromkeys(sorted(writer.variables))
    if any(resource.keyed for resource in resources):
        data["defaults"] = {"idempotency": True}
        for resource in resources:
            if not resource.keyed:
                nodes[resource.name]["idempotency"] = False
    data |= {"nodes": nodes}
    if resources:
        data["outputs"] = {f"{resource.name}_id": f"${{{resource.name}.id}}" for resource in resources}
    body = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    spaced = re.sub(r"(?m)^(  [a-z_0-9]+:$)", r"\n\1", body).replace("nodes:\n\n", "nodes:\n")
    head = _head(document, name, others, writer)
    return "\n".join(head) + "\n" + re.sub(r"(?m)^(nodes|outputs):$", r"\n\1:", spaced)


def _head(document: Document, name: str, others: list[str], writer: "_NodeWriter") -> list[str]:
    """Return the comment on top: what to do with the draft, and what is not in it."""
    head = [
        f"# Draft from {_line(document.title)}. Its paths are below '{document.base}', your environment's base_url.",
        "# Take away what your tests do not need, add for_each where they need several, and look at it with:",
        f"#   aigc data plan {name}",
    ]
    section, left = auth(document.data, document.schemas)
    if section:
        shown = yaml.safe_dump(section, default_flow_style=True, width=1000).strip()
        head.append(f"# Its requests sign in; in environments.yaml: auth: {shown}")
    head += [f"# {left}"] if left else []
    head += [f"# {_line(note)}" for note in writer.notes]
    if others:
        head.append(f"# Not included, since nothing removes what they make: {', '.join(sorted(others))}")
    missing = sorted(document.schemas.unresolved)
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        head.append(f"# The document refers to what it does not have: {_line(', '.join(missing[:5]))}{more}")
    return head


def _line(text: str) -> str:
    return " ".join(text.split())


_Writer: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml where it is there: drafts of big documents have thousands of mappings."""


def _is_short(mapping: dict[str, Any]) -> bool:
    """Return whether a mapping holds no other one, and has room in one line."""
    if any(isinstance(value, dict) and value for value in mapping.values()):
        return False
    written = yaml.dump(mapping, Dumper=_Writer, default_flow_style=True, width=1000, allow_unicode=True)
    return len(written) < 90


class _Dumper(_Writer):  # type: ignore[misc]  # one of two classes, which type checkers cannot know
    """Writes short mappings in one line, as people do."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node: yaml.MappingNode = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _is_short(dict(mapping))
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        node: yaml.SequenceNode = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = True
        return node


_Dumper.add_representer(dict, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items()))
_Dumper.add_representer(list, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data))


class _NodeWriter:
    """Writes nodes, and notes what people should know of them.

    Args:
        document: The document.
        resources: All resources that become nodes.
    """

    def __init__(self, document: Document, resources: list[Resource]) -> None:
        self._document = document
        self._samples = Samples(document.schemas)
        self._names = {resource.name for resource in resources}
        self.variables: set[str] = set()
        self.notes: list[str] = []

    def node(self, resource: Resource) -> dict[str, Any]:
        """Write the node of a resource."""
        path = self._filled(resource.path, resource)
        mark = _mark(resource)
        node: dict[str, Any] = {"create": self._create(resource, path, mark)}
        identity = identity_path(resource.answer, resource.name, resource.parameter, self._document.schemas)
        identity = identity or self._identity_elsewhere(resource)
        if identity and identity != "id":
            node["id"] = identity
        items = items_path(resource.listing, self._document.schemas)
        collection = self._filled(resource.collection, resource)
        if mark and items is not None:
            demanded = self._demanded(resource.collection, "get")
            node["lookup"] = {
                "get": collection,
                **demanded,
                "params": {**demanded.get("params", {}), mark: "${key}"},
                "match": "[0]" if items == "@" else f"{items}[0]",
            }
        slash = "/" if resource.item.endswith("/") else ""
        start = re.sub(r"\{[^{}]+\}/?$", "", resource.item)
        item = f"{self._filled(start, resource)}{_ITEM_OF_SCRIPT}{slash}"
        update = next((method for method in ("patch", "put") if method in resource.methods), None)
        if update:
            node["update"] = {update: item, **self._demanded(resource.item, update)}
        node["delete"] = {"delete": item, **self._demanded(resource.item, "delete")}
        must = [field for field in required(resource.answer) if field in properties(resource.answer)]
        must = [
            field
            for field in must
            if not self._document.schemas.schema(properties(resource.answer)[field]).get("writeOnly")
        ]
        if must and type_of(resource.answer) == "object" and not resource.answer.get("x-branches"):
            node["schema"] = {"type": "object", "required": must}
        sync = self._sync(resource, items, collection, mark)
        if sync:
            node["sync"] = sync
        return node

    def _identity_elsewhere(self, resource: Resource) -> str | None:
        """Return where the id is in a thing that is read by itself or in its list: an operation's answer has none."""
        read = self._document.paths.get(resource.item, {}).get("get")
        answers = [self._document.operations.answer(read)] if isinstance(read, dict) else []
        items = items_path(resource.listing, self._document.schemas)
        if resource.listing and items is not None:
            listed = resource.listing if items == "@" else self._document.schemas.at(resource.listing, items)
            answers.append(self._document.schemas.schema(listed.get("items")))
        found = (identity_path(answer, resource.name, resource.parameter, self._document.schemas) for answer in answers)
        return next((found_place for found_place in found if found_place), None)

    def _create(self, resource: Resource, path: str, mark: str | None) -> dict[str, Any]:
        create: dict[str, Any] = {"post": path}
        body = self._body(resource, mark)
        kind = resource.body.kind
        if body and kind in ("json", "form", "multipart"):
            create[kind] = body
        elif kind == "raw":
            self.notes.append(f"{resource.name}: takes {resource.body.media}; give it with body and headers")
        branches = resource.body.schema.get("x-branches")
        if branches:
            self.notes.append(f"{resource.name}: is {branches[0]} here; other forms: {', '.join(branches[1:])}")
        return {**create, **self._demanded(resource.path, "post")}

    def _demanded(self, path: str, method: str) -> dict[str, Any]:
        """Return the query and headers that an operation demands, such as tenants and versions.

        What the document gives no value for becomes a variable, so that all requests of a thing send the same.
        """
        item = self._document.paths.get(path, {})
        parameters = self._document.operations.parameters(item, item.get(method) or {})
        found: dict[str, Any] = {}
        for place, key in (("query", "params"), ("header", "headers")):
            values = {
                str(parameter["name"]): self._demand(parameter)
                for parameter in parameters
                if parameter.get("in") == place
                and parameter.get("required") is True
                and str(parameter["name"]).lower() not in _OF_CLIENT
            }
            if values:
                found[key] = values
        return found

    def _demand(self, parameter: dict[str, Any]) -> Any:
        name = str(parameter["name"])
        schema = self._document.schemas.schema(parameter.get("schema", parameter))
        said: dict[str, Any] = {key: parameter[key] for key in ("example", "examples") if key in parameter}
        if "examples" in said and isinstance(said["examples"], dict):
            first = self._document.schemas.node(next(iter(said.pop("examples").values()), None))
            said |= {"example": first["value"]} if "value" in first else {}
        known = {**schema, **said}
        if known.keys() & {"const", "example", "examples", "default", "enum"} or "format" in known:
            return self._samples.value(name, known)
        return f"${{{self._variable(name)}}}"

    def _variable(self, name: str) -> str:
        """Return a variable for what the document gives no value for."""
        plain = re.sub(r"\W+", "_", name).strip("_").lower() or "part"
        if plain in self._names or not _is_variable(plain):
            plain = f"{plain}_in_request"
        self.variables.add(plain)
        return plain

    def _filled(self, path: str, resource: Resource) -> str:
        """Return a path with its parameters as expressions: of the parent it lies below, else as a variable."""
        for prefix, parent in sorted(resource.parents.items(), key=lambda pair: -len(pair[0])):
            path = re.sub(rf"^{re.escape(prefix)}/\{{[^{{}}]+\}}", f"{prefix}/${{{parent}.id}}", path)

        def variable(found: "re.Match[str]") -> str:
            name = re.sub(r"\W+", "_", found[1]).strip("_") or "part"
            if name in self._names or not _is_variable(name):
                name = f"{name}_in_path"
            self.variables.add(name)
            return f"${{{name}}}"

        return re.sub(r"(?<!\$)\{([^{}]+)\}", variable, path)

    def _body(self, resource: Resource, mark: str | None) -> Any:
        """Return what is sent: the required fields, references and the mark, each with a value."""
        if type_of(resource.body.schema) not in ("object", None):
            value = self._samples.value(resource.name, resource.body.schema)
            return None if value is NOTHING else value
        example = resource.body.example if isinstance(resource.body.example, dict) else {}
        body: dict[str, Any] = {}
        for name, raw in resource.properties.items():
            if not (name in resource.required or name in resource.references or name == mark):
                continue
            schema = self._document.schemas.schema(raw)
            if name == mark:
                body[name] = "${key}"
            elif name in resource.references:
                reference = f"${{{resource.references[name]}.id}}"
                body[name] = [reference] if type_of(schema) == "array" else reference
            elif resource.body.kind == "multipart" and _is_file(schema):
                body[name] = {"picture": {"width": 320, "height": 180}}
            elif name in example and not {"const", "example", "default", "enum"} & set(schema):
                body[name] = self._samples.value(name, {"example": example[name]})
            else:
                body[name] = self._samples.value(name, raw)
        return {name: value for name, value in body.items() if value is not NOTHING}

    def _sync(self, resource: Resource, items: str | None, path: str, mark: str | None) -> dict[str, Any] | None:
        known = [name for name in NAMES if name in resource.properties]
        key = next((name for name in known if name in resource.required), known[0] if known else None)
        if items is None or key is None:
            return None
        parents = [
            (name, to)
            for name, to in resource.references.items()
            if name in resource.required and name in resource.queries
        ]
        rule: dict[str, Any] = {"list": {"get": path, **self._demanded(resource.collection, "get")}}
        if parents:
            rule["list"]["params"] = {**rule["list"].get("params", {}), parents[0][0]: "${parent.id}"}
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
        fields = properties(resource.answer)
        made = [field for field in fields if self._document.schemas.schema(fields[field]).get("readOnly") is True]
        ignore = [field for field in made if not is_own(field) and field != key]
        ignore += [mark] if mark and mark != key else []
        if ignore:
            rule["ignore"] = ignore
        return rule


_OF_CLIENT = ("authorization", "content-type", "accept", "idempotency-key", "user-agent", "cookie", "host")
"""Headers that the client or the environment sends."""


def _is_variable(name: str) -> bool:
    from AIGCLibrary.data.openapi.document import singular

    return not name[0].isdigit() and not singular(f"{name}s").endswith("_entry") and name.isidentifier()


def _is_file(schema: dict[str, Any]) -> bool:
    return schema.get("format") in ("binary", "byte") or "contentMediaType" in schema


def _mark(resource: Resource) -> str | None:
    """Find the field that can carry a unique key and that the list can be filtered by."""
    wanted = [name for name in MARKS if name in resource.properties and name in resource.queries]
    roomy = [name for name in wanted if _room(resource.properties[name]) >= _LONGEST_KEY]
    return roomy[0] if roomy else None


_LONGEST_KEY = 48
"""Characters of a unique key."""


def _room(schema: Any) -> int:
    longest = schema.get("maxLength") if isinstance(schema, dict) else None
    return longest if isinstance(longest, int) else _LONGEST_KEY
