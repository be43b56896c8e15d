"""Makes up values that a schema accepts: the document's own examples first, else by type, format, limits and name."""

import json
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.data.openapi.content import writable
from AIGCLibrary.data.openapi.schemas import Schemas, properties, required, type_of

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


NOTHING = object()
"""Stands for a field that has nothing that may be sent."""


class Samples:
    """Makes values up.

    Args:
        schemas: Follows the references of the document.
    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def value(self, name: str, raw: Any, depth: int = 0) -> Any:
        """Return a value a field can have: one the document names, else one made up for its type and name.

        Args:
            name: Name of the field.
            raw: Its schema.
            depth: How deep it lies.

        Returns:
            The value; `NOTHING` for an object all of whose fields are readOnly.
        """
        schema = self._schemas.schema(raw)
        for key in ("const", "example", "default", "x-example"):
            if key in schema and schema[key] is not None and _plain(schema[key]):
                return _escaped(schema[key])
        for key in ("enum", "examples"):
            listed = schema.get(key)
            listed = list(listed.values()) if isinstance(listed, Mapping) else listed
            first = (
                next((sample for sample in listed if sample is not None), None) if isinstance(listed, list) else None
            )
            if first is not None and _plain(first):
                return _escaped(first)
        return None if depth > DEEPEST else self._made_up(name, schema, depth)

    def _made_up(self, name: str, schema: dict[str, Any], depth: int) -> Any:
        kind = type_of(schema)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            wanted = int(schema.get("minItems") or 0)
            item = self.value(name, schema.get("items", {}), depth + 1) if wanted else None
            return [] if item is NOTHING else [item] * min(wanted, 20)
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        if kind == "boolean":
            return False
        return _text(name, schema)

    def _object(self, schema: dict[str, Any], depth: int) -> Any:
        fields = properties(schema)
        sent = writable(schema, self._schemas)
        if fields and not properties(sent):
            return NOTHING
        made = {field: self.value(field, properties(sent)[field], depth + 1) for field in required(sent)}
        return {field: value for field, value in made.items() if value is not NOTHING}


def _number(schema: Mapping[str, Any], *, whole: bool) -> int | float:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = schema.get("multipleOf") or (1 if whole else 0.5)
    if above is True or below is True:  # OpenAPI 3.0: a switch beside the limit
        above, below = (low if above is True else None), (high if below is True else None)
    value: float = low if isinstance(low, int | float) else 1
    if isinstance(above, int | float) and not isinstance(above, bool) and value <= above:
        value = above + step
    if isinstance(schema.get("multipleOf"), int | float) and schema["multipleOf"]:
        value = -(-value // step) * step
    if isinstance(high, int | float) and value > high:
        value = high
    if isinstance(below, int | float) and not isinstance(below, bool) and value >= below:
        value = below - step
    return int(value) if whole or float(value).is_integer() else value


def _text(name: str, schema: Mapping[str, Any]) -> str:
    form = _FORMATS.get(str(schema.get("format", "")))
    if form:
        return form
    fitting = next((fake for word, fake in _FAKE.items() if word in name.lower()), "${faker.word}")
    low, high = schema.get("minLength"), schema.get("maxLength")
    if isinstance(high, int) and high < _SHORTEST_FREE:
        return ("abcdefghijkl" * 2)[: max(min(high, 8), low if isinstance(low, int) else 1)]
    if isinstance(low, int) and low > _LONGEST_WORD:
        return "a" * min(low, 10_000)
    return fitting


_SHORTEST_FREE = 60
"""Longest limit of a text under which words of Faker may be too long."""
_LONGEST_WORD = 3


def _plain(value: Any) -> bool:
    """Return whether a value of the document can be written into a template: it is then YAML that can be read again."""
    try:
        return len(json.dumps(value)) < 2000
    except (TypeError, ValueError):
        return False


def _escaped(value: Any) -> Any:
    """Return a value of the document in which `${` is not an expression."""
    if isinstance(value, str):
        return value.replace("${", "\\${")
    if isinstance(value, Mapping):
        return {str(name): _escaped(item) for name, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value
