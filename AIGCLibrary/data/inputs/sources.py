"""Finds the fields to try: in the request bodies of a template, or in those of an OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.inputs.cases import InputField
from AIGCLibrary.data.model import Node, Template
from AIGCLibrary.data.names import Situation
from AIGCLibrary.data.openapi.document import Document
from AIGCLibrary.data.openapi.schemas import properties, required, type_of
from AIGCLibrary.data.values import compile_value

_DEEPEST = 4
"""Levels of nested mappings that are looked into."""
_TYPES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (Mapping, "object"))
_PASSING = ("key", "run", "tag")
"""Names that mark what a run makes: a field with one of them has to stay as it is."""


def fields_of_template(template: Template, situation: Situation) -> Iterator[InputField]:
    """Yield the fields that the creations of a template send.

    Their types are those of the values it sends; limits come from the `schema` of a node where it has the field.

    Args:
        template: The template.
        situation: Its variables, for values that are expressions.
    """
    for node in template.nodes.values():
        body = body_of(node)
        if isinstance(body, Mapping):
            answer = node.schema or {}
            yield from _sent(node.name, body, answer, template, situation, 0)


def body_of(node: Node) -> Any:
    """Return the body of a node's creation as it is in the file; None where there is none."""
    if node.create is None:
        return None
    value = node.create.json or node.create.content
    return None if value is None else value.raw


def _sent(
    place: str, body: Mapping[str, Any], answer: Mapping[str, Any], template: Template, situation: Situation, depth: int
) -> Iterator[InputField]:
    for name, raw in body.items():
        field = f"{place}.{name}"
        limits = properties(answer).get(str(name), {})
        if isinstance(raw, Mapping) and raw and depth < _DEEPEST and not _is_file(raw):
            yield from _sent(field, raw, limits, template, situation, depth + 1)
            continue
        if isinstance(raw, Mapping) and _is_file(raw):
            yield InputField(field, {"type": "file"}, promised=False)
            continue
        names = {found for found, _ in compile_value(raw).names}
        if names & set(_PASSING):
            continue
        if names & {*template.nodes, "item"}:
            yield InputField(field, {"type": "string"}, promised=False, refers=True)
            continue
        schema = _shown(raw, situation, field)
        if schema:
            yield InputField(field, {**schema, **limits}, promised=bool(limits))


def _is_file(raw: Mapping[str, Any]) -> bool:
    return bool({"picture", "film", "bytes", "path", "text"} & set(raw)) and len(raw) <= 3


def _shown(raw: Any, situation: Situation, field: str) -> dict[str, Any]:
    """Return the type that a value shows; empty for none."""
    try:
        value = compile_value(raw).render(situation.names(field, {"index": 0}), situation.functions(field))
    except ExpressionError:
        return {}
    kind = next((name for python_type, name in _TYPES if isinstance(value, python_type)), None)
    return {"type": kind, "example": value} if kind else {}


def fields_of_document(document: Document) -> Iterator[InputField]:
    """Yield the fields that the creations of an OpenAPI document take, with what their schemas say."""
    for resource in document.resources()[0]:
        schema = resource.body.schema
        if type_of(schema) in ("object", None):
            references = dict(resource.references)
            yield from _taken(resource.name, schema, references, document, 0)


def _taken(
    place: str, schema: Mapping[str, Any], references: Mapping[str, str], document: Document, depth: int
) -> Iterator[InputField]:
    needed = required(schema)
    for name, raw in properties(schema).items():
        schema = document.schemas.schema(raw)
        if schema.get("readOnly") is True:
            continue
        field = f"{place}.{name}"
        if type_of(schema) == "object" and properties(schema):
            if name in needed and depth < _DEEPEST:
                yield from _taken(field, schema, {}, document, depth + 1)
            continue
        binary = schema.get("format") == "binary"
        items = document.schemas.schema(schema.get("items")) if "items" in schema else None
        known = {**schema, **({"items": items} if items else {}), **({"type": "file"} if binary else {})}
        yield InputField(field, known, required=name in needed, refers=name in references)
