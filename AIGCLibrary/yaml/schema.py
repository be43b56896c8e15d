"""Documents checked against our JSON Schemas, each break in plain words with its line."""

import itertools
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import close_names, near_matches
from AIGCLibrary.yaml.document import YamlDocument
from AIGCLibrary.yaml.places import parents, resolve

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError


@cache
def load_schema(name: str) -> dict[str, Any]:
    """Read one of our JSON Schemas."""
    source = resources.files("AIGCLibrary") / "schemas" / f"{name}.schema.json"
    return dict(json.loads(source.read_text(encoding="utf-8")))


def check(document: YamlDocument, schema: str) -> None:
    """Check a document against one of our JSON Schemas.

    Raises:
        ConfigError: It breaks the schema; the first breaks with their lines.
    """
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(load_schema(schema))
    problems: dict[Problem, None] = {}
    for error in validator.iter_errors(document.data):
        # Each is described when it is needed: a file may have very many, each compared with all known names.
        problems |= dict.fromkeys(itertools.islice(_problems(error, load_schema(schema)), _SHOWN))
        if len(problems) >= _SHOWN:
            break
    if not problems:
        return
    (where, first), *others = itertools.islice(problems, _SHOWN)
    more = "".join(f"\n  line {document.line(place)}{_at(place)}: {text}" for place, text in others)
    raise document.error(where, first + more)


Problem = tuple[tuple[str | int, ...], str]
_SHOWN = 10
"""Breaks of a schema that one error describes."""
_MOST_PLACES = 2
"""A key that more objects take says nothing about which of them was meant."""


def _problems(error: "ValidationError", schema: dict[str, Any]) -> Iterable[Problem]:
    """Describe in plain words what a break of the schema is, and at which place of the file."""
    where = tuple(error.instance_path)
    kind: Any = error.kind
    value = error.instance
    node = _node(schema, list(error.schema_path)[:-1])
    match kind.name:
        case "additionalProperties":
            return (((*where, key), f"unknown key '{key}'. {_meant(key, node, schema)}") for key in kind.unexpected)
        case "propertyNames":
            name = str(kind.error.instance)
            return [((*where, name), f"'{name}' cannot be a name. {_rule(node)}")]
        case "anyOf" | "oneOf":
            return _forms(error, node, schema)
    return [(where, _said(kind, value, node) or _shortened(error.message))]


def _meant(key: str, node: dict[str, Any], schema: dict[str, Any]) -> str:
    """Describe which key of an object was meant: by its other names, as a limit, by its place, else by its letters."""
    known = node.get("properties", {})
    names = {other: own for own, others in node.get("x-other-names", {}).items() for other in others}
    plain = key.lower().replace("-", "_")
    if plain in names:
        return f"It is called '{names[plain]}' here."
    limited = plain.removeprefix("min_").removeprefix("max_")
    limited = names.get(limited, limited)
    if limited != plain and known.get(limited, {}).get("$ref", "").endswith("/demand"):
        return f"It is called '{limited}' here; a limit is part of the value: {_LIMITS}."
    if not close_names(key, known, 0.8) and 0 < len(places := parents(schema, plain)) <= _MOST_PLACES:
        under = _joined([f"'{place}'" for place in places if place])
        return f"It belongs under {under}." if "" not in places else "It belongs at the top of the file."
    return near_matches(key, list(known))


def _at(place: tuple[str | int, ...]) -> str:
    return f" at '{'.'.join(map(str, place))}'" if place else ""


def _said(kind: Any, value: Any, node: dict[str, Any]) -> str:
    said = ""
    match kind.name:
        case "required":
            said = f"the key '{kind.property}' is missing."
        case "type":
            said = f"is {_found(value)}, {_joined([_TYPES.get(name, name) for name in kind.types])} is expected."
        case "enum":
            said = _not_among(value, kind.options)
        case "const":
            shown = f"the text '{value}'" if isinstance(value, str) else _found(value)
            said = f"is {shown}, {_plain(kind.expected_value)} is expected."
        case "pattern":
            said = f"'{_shortened(str(value), '')}' does not have the right form. {_rule(node)}"
        case "not":
            said = f"'{value}' cannot be used here: it is reserved."
        case _:
            said = _sized(kind, value)
    return said


def _sized(kind: Any, value: Any) -> str:
    said = ""
    match kind.name:
        case "minItems" | "minProperties" | "minLength" if not value:
            said = "is empty; a value is expected here."
        case "minItems" | "minProperties" | "minLength":
            said = f"has {len(value)} entries, at least {kind.limit} are expected."
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            said = f"is {_found(value)}, {_BOUNDS[kind.name]} {kind.limit} is expected."
        case "maxItems" | "maxProperties":  # the values stay out: they may be secrets
            said = f"has {len(value)} entries, at most {kind.limit} are allowed here."
    return said


def _not_among(value: Any, options: list[Any]) -> str:
    texts = [option for option in options if isinstance(option, str)]
    if isinstance(value, str):
        return f"'{value}' is not known. {near_matches(value, texts)}"
    quotes = " Put on, off, yes and no in quotes." if isinstance(value, bool) else ""
    return f"is {_found(value)}, {_joined([_plain(option) for option in options])} is expected.{quotes}"


def _forms(error: "ValidationError", node: dict[str, Any], schema: dict[str, Any]) -> list[Problem]:
    """Describe what is wrong with a value that fits none of several forms: by the form that was meant, if known."""
    kind: Any = error.kind
    where = tuple(error.instance_path)
    if isinstance(error.instance, dict) and node is schema.get("$defs", {}).get("demand"):
        return [(where, f"is a mapping; a limit is part of the value: {_LIMITS}.")]
    branches = [branch for branch in kind.context if branch]
    meant = [
        branch
        for branch in branches
        if not any(inner.instance_path == error.instance_path and inner.kind.name in _OTHER_FORM for inner in branch)
    ]
    if len(meant) == 1:
        return [problem for inner in meant[0] for problem in _problems(inner, schema)]
    missing = [inner.kind.property for branch in meant for inner in branch if inner.kind.name == "required"]
    if missing and len(missing) == sum(map(len, meant)):
        return [(where, f"one of the keys {_joined([repr(key) for key in missing])} is missing.")]
    forms = list(dict.fromkeys(form for form_schema in node.get(kind.name, []) for form in _form(form_schema, schema)))
    options = [form.strip("'") for form in forms if form.startswith("'")]
    near = near_matches(error.instance, options) if options and isinstance(error.instance, str) else ""
    if near.startswith("Did you mean"):
        return [(where, f"'{error.instance}' is not known. {near}")]
    about = f" {_sentence(node['description'])}" if "description" in node else ""
    return [(where, f"is {_found(error.instance)}, {_joined(forms)} is expected.{about}")]


_LIMITS = "'>= 5', '<= 5' or '1..5'"
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}
_OTHER_FORM = ("type", "enum", "const")
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


def _form(node: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    while "$ref" in node:
        node = resolve(schema, node["$ref"])
    if "enum" in node:
        return [repr(option) if isinstance(option, str) else _plain(option) for option in node["enum"]]
    for keyword in ("anyOf", "oneOf"):
        if keyword in node:
            return [form for form_schema in node[keyword] for form in _form(form_schema, schema)]
    types = node.get("type", [])
    keys = [*node.get("properties", {})]
    shown = f" ({', '.join(keys[:8])}{' …' if len(keys) > 8 else ''})" if keys else ""
    return [
        f"a mapping{shown}" if type_name == "object" else _TYPES.get(type_name, type_name)
        for type_name in ([types] if isinstance(types, str) else types)
    ]


def _found(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _rule(node: dict[str, Any]) -> str:
    return _sentence(node["description"] if "description" in node else f"Expected: {node.get('pattern', '')}")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "…")) else f"{text}."


def _shortened(text: str, end: str = ".") -> str:
    return (text if len(text) <= 300 else f"{text[:297]}...") + end


def _joined(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _node(schema: dict[str, Any], path: list[str | int]) -> dict[str, Any]:
    """Find the part of the schema that a path of an error leads to."""
    node: Any = schema
    for part in path:
        while isinstance(node, dict) and "$ref" in node and (part == "$ref" or part not in node):
            node = resolve(schema, node["$ref"])
            if part == "$ref":
                break
        if part == "$ref":
            continue
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return {}
    while isinstance(node, dict) and "$ref" in node:
        node = resolve(schema, node["$ref"])
    return node if isinstance(node, dict) else {}
