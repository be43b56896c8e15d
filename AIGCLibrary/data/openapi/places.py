"""Where the id and the list are in an answer, as its schema says, in JMESPath."""

from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.data.listing import USUAL
from AIGCLibrary.data.openapi.schemas import Schemas, properties, type_of
from AIGCLibrary.data.own_fields import spelled

_SCALAR = ("string", "integer", "number", None)
_WRAPPERS = ("data", "result", "item", "attributes", "payload", "response", "metadata", "resource", "object", "body")
_USUAL_IDS = ("id", "uuid", "guid", "_id", "uid", "sid", "gid", "identifier", "key", "slug", "token", "code", "name")


def identity_path(answer: Mapping[str, Any], name: str, parameter: str, schemas: Schemas) -> str | None:
    """Return where the id of a thing is in the answer to its creation.

    Args:
        answer: Schema of the answer.
        name: Name of the resource.
        parameter: Parameter of the path that removes it, which the id goes into.
        schemas: Follows references.

    Returns:
        A JMESPath; None where the schema shows none.
    """
    if type_of(answer) == "array":
        inner = identity_path(schemas.schema(answer.get("items")), name, parameter, schemas)
        return f"[0].{inner}" if inner else None
    levels = [("", answer), *_below(answer, name, schemas)]
    for wanted in _wanted(name, parameter):
        for prefix, schema in levels:
            found = _field(schema, wanted, schemas)
            if found:
                return prefix + _quoted(found)
    return None


def _wanted(name: str, parameter: str) -> Iterator[str]:
    """Yield names of the id, the likeliest first: that of the path's parameter, the usual ones, those with its name."""
    word = spelled(parameter)
    if word not in ("id", "name"):
        yield word
    last = word.rpartition("_")[2]
    yield from ("id", "uuid") if last in ("id", "uuid") or word in ("id", name) else ((last,) if last != word else ())
    yield word
    yield from (f"{name}_id", f"{name.rpartition('_')[2]}_id", "id")
    yield from _USUAL_IDS


def _below(answer: Mapping[str, Any], name: str, schemas: Schemas) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the schemas below wrappers: those named as such or as the resource first, then an only object."""
    fields = properties(answer)
    short = name.rpartition("_")[2]
    known = [field for field in fields if field in _WRAPPERS or spelled(field) in (name, short)]
    objects = [field for field in fields if field not in known and type_of(schemas.schema(fields[field])) == "object"]
    for field in [*known, *(objects if len(objects) == 1 else [])]:
        inner = schemas.schema(fields[field])
        prefix = f"{_quoted(field)}."
        if type_of(inner) == "array":
            inner, prefix = schemas.schema(inner.get("items")), f"{_quoted(field)}[0]."
        if properties(inner):
            yield prefix, inner


def _field(schema: Mapping[str, Any], wanted: str, schemas: Schemas) -> str | None:
    plain = wanted.strip("_")
    for name, raw in properties(schema).items():
        if spelled(name) == plain and type_of(schemas.schema(raw)) in _SCALAR:
            return name
    return None


def _quoted(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else f'"{name}"'


def items_path(listing: Mapping[str, Any] | None, schemas: Schemas) -> str | None:
    """Return where the list is in its answer; None when it cannot be listed."""
    if listing is None:
        return None
    if type_of(listing) == "array":
        return "@"
    fields = {name: schemas.schema(raw) for name, raw in properties(listing).items()}
    arrays = [name for name, schema in fields.items() if type_of(schema) == "array"]
    arrays.sort(key=lambda name: (_is_of_objects(fields[name], schemas), name in USUAL), reverse=True)
    if arrays:
        return _quoted(arrays[0])
    for name, schema in fields.items():
        inner = [field for field, raw in properties(schema).items() if type_of(schemas.schema(raw)) == "array"]
        if inner and (name in USUAL or name in _WRAPPERS or name == "_embedded"):
            return f"{_quoted(name)}.{_quoted(inner[0])}"
    return None


def _is_of_objects(schema: Mapping[str, Any], schemas: Schemas) -> bool:
    return type_of(schemas.schema(schema.get("items"))) == "object"
