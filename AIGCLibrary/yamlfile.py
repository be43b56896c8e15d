"""YAML files read once, with line numbers and near matches in every error."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.i18n import Text

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A YAML file as plain data that still knows its lines.

    Args:
        path: The file, or a name for text that came from elsewhere.
        data: Its content: dicts, lists, strings, numbers, booleans, None.
        lines: Line number (from 1) by path into the data, for example `("slo", "locator")`.
        schema: Name of the JSON Schema it was checked against, if any.
    """

    path: Path
    data: Any
    lines: dict[tuple[str | int, ...], int]
    schema: str | None = None

    def line(self, where: Sequence[str | int] = ()) -> int:
        """Give the line of a value; of its nearest known parent when the value itself has none."""
        place = tuple(where)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(self, where: Sequence[str | int], problem: str, *, code: str = "AIGC002") -> ConfigError:
        """Build the error that says what is wrong at a place of this file."""
        line = self.line(where)
        place = ".".join(str(part) for part in where)
        at = f" at '{place}'" if place else ""
        return ConfigError(
            f"{self.path}, line {line}{at}: {problem}",
            code=code,
            hint=Text("core.hint.fix_file", file=self.path.name, line=line, schema=self._format()),
            facts={"file": str(self.path), "line": line, "place": place},
        )

    def _format(self) -> str:
        return f"AIGCLibrary/schemas/{self.schema}" if self.schema else "YAML 1.1"


def load_yaml(path: str | Path, schema: str | None = None) -> YamlDocument:
    """Read a YAML file and check it against one of our JSON Schemas.

    Args:
        path: The file; relative paths start at the current directory.
        schema: Name in `AIGCLibrary/schemas`, for example `locators` for `locators.schema.json`.

    Raises:
        ConfigError: The file is missing, is not YAML, repeats a key, or breaks the schema. All breaks
            of the schema are reported at once, each with its line.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise missing_file(file) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"File '{path}', line {line}: is not UTF-8 text.",
            hint=Text("core.hint.save_utf8", file=file.name),
            facts={"file": str(path), "line": line},
        ) from None
    except OSError as error:
        raise ConfigError(f"File '{path}' cannot be read: {error}.", facts={"file": str(path)}) from None
    return parse_yaml(text, file, schema)


def missing_file(path: Path) -> ConfigError:
    """Build the error for a file or folder that is not there, with the names beside it that come near."""
    hint = "check_absolute" if path.is_absolute() else "check_path"
    return ConfigError(
        f"File '{path}' does not exist.{_near(path)}",
        hint=Text(f"core.hint.{hint}", directory=str(Path.cwd())),
        facts={"file": str(path)},
    )


def _near(path: Path) -> str:
    beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = near_matches(path.name, beside)
    return f" {hint}" if hint.startswith("Did") else ""  # what else lies in the folder is of no help


def parse_yaml(text: str, path: Path, schema: str | None = None) -> YamlDocument:
    """Do what `load_yaml` does for text that is already in memory."""
    name = f"{schema}.schema.json" if schema else None
    empty = YamlDocument(path, {}, {}, name)
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        data = _construct(text, lines, empty)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document = YamlDocument(path, {}, {(): mark.line + 1 if mark else 1}, name)
        problem = f"{error.problem or error.context}."
        constructed = isinstance(error, yaml.constructor.ConstructorError)
        raise document.error((), problem if constructed else f"not valid YAML: {problem}") from None
    except yaml.YAMLError as error:
        raise empty.error((), f"not valid YAML: {error}.") from None
    except RecursionError:
        raise empty.error((), "is nested too deep.") from None
    document = YamlDocument(path, data, lines, name)
    if schema:
        check(document, schema)
    return document


def parse_value(text: str, name: str) -> Any:
    """Read one value that stands outside of a file, such as that of a command's `name=value`, as a file's are read.

    Raises:
        ConfigError: It is not YAML; a text with marks of YAML in it needs quotes.
    """
    try:
        return _construct(text, {}, YamlDocument(Path(name), {}, {}), empty=None)
    except (yaml.YAMLError, RecursionError, ConfigError) as error:
        problem = getattr(error, "problem", None) or getattr(error, "message", None) or error
        raise ConfigError(
            f"The value of '{name}' is not valid YAML: {problem}.", hint=Text("core.hint.quote")
        ) from None


def _construct(text: str, lines: dict[tuple[str | int, ...], int], document: YamlDocument, empty: Any = ...) -> Any:
    """Parse and check the nodes before any value is built: what is built of aliases can be endless.

    Args:
        text: The YAML.
        lines: Receives the line of each place.
        document: What errors name.
        empty: Value of a text without a document; an empty mapping by default.
    """
    loader = _PlainLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return {} if empty is ... else empty
        _LineNotes(lines, document).note(root, ())
        return loader.construct_document(root)
    finally:
        loader.dispose()


class _PlainLoader(yaml.SafeLoader):
    """Safe loader that leaves dates as text, and keys as they are written.

    A test's data is text until it says otherwise. Keys are names in all our formats and in JSON, so `no:` is the
    key "no" of a product's API and not the truth value YAML 1.1 sees in it.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Construct a value; what Python cannot make of a text is an error of the file, with its line."""
        kind = node.tag.rpartition(":")[2]
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        shown = text if len(text) <= 40 else f"{text[:37]}..."
        refusal = yaml.constructor.ConstructorError(
            problem=f"'{shown}' is not a valid {kind}", problem_mark=node.start_mark
        )
        if kind == "int" and len(text) > _DIGITS:
            raise refusal
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, IndexError, OverflowError, AttributeError, TypeError):
            raise refusal from None

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Take merged mappings in (`<<`), then make every key a text."""
        super().flatten_mapping(node)
        for key, _ in node.value:
            if key.tag in _GUESSED:
                key.tag = "tag:yaml.org,2002:str"


_GUESSED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float", "null", "value"))


_DIGITS = 1000
"""Characters of a whole number."""
_REPEATED = 100_000
"""Values that aliases may repeat in one file; a few nested aliases can stand for billions."""
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("binary", "set", "omap", "pairs", "timestamp"))
"""Tags whose values are neither text, number, truth value, list nor mapping."""
_HALF = re.compile("[\ud800-\udfff]")


class _LineNotes:
    """Notes the line of each place, and refuses what cannot become plain data.

    Args:
        lines: Receives the line of each place.
        document: What errors name.
    """

    def __init__(self, lines: dict[tuple[str | int, ...], int], document: YamlDocument) -> None:
        self._lines = lines
        self._document = document
        self._seen: set[int] = set()
        self._repeated = 0

    def note(self, node: yaml.Node, place: tuple[str | int, ...]) -> None:
        """Note a node and all below it."""
        if len(place) > 200:
            raise self._document.error((), "is nested deeper than 200 levels.")
        line = node.start_mark.line + 1
        self._lines.setdefault(place, line)
        self._check(node, place, line)
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, place)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.note(item, (*place, index))
        else:
            self._join_halves(node, place, line)

    def _check(self, node: yaml.Node, place: tuple[str | int, ...], line: int) -> None:
        if node.tag in _TAGS:
            tag = node.tag.rpartition(":")[2]
            raise self._error(
                place, line, f"the tag '!!{tag}' is not supported; write text, a number, a list or a mapping."
            )
        if id(node) in self._seen:
            self._repeated += 1
            if self._repeated > _REPEATED:
                raise self._error(place[:1], line, f"aliases repeat more than {_REPEATED} values.")
        self._seen.add(id(node))

    def _mapping(self, node: yaml.MappingNode, place: tuple[str | int, ...]) -> None:
        seen: dict[object, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(place, line, "a key must be a text, not a list or a mapping.")
            self._join_halves(key, place, line)
            name = key.value
            if name in seen and name != "<<":
                raise self._error((*place, str(name)), line, f"key '{name}' stands twice, first in line {seen[name]}.")
            seen[name] = line
            self._lines[(*place, name)] = line
            self.note(value, (*place, name))

    def _join_halves(self, node: yaml.Node, place: tuple[str | int, ...], line: int) -> None:
        """Join the two escapes of one character, as JSON writes them."""
        if not _HALF.search(node.value):
            return
        try:
            node.value = node.value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self._error(place, line, "holds half of a character (a lone surrogate).") from None

    def _error(self, place: tuple[str | int, ...], line: int, problem: str) -> ConfigError:
        document = self._document
        return YamlDocument(document.path, {}, {place: line}, document.schema).error(place, problem)


@cache
def load_schema(name: str) -> dict[str, Any]:
    """Read one of our JSON Schemas."""
    source = resources.files("AIGCLibrary") / "schemas" / f"{name}.schema.json"
    return dict(json.loads(source.read_text(encoding="utf-8")))


def check(document: YamlDocument, schema: str) -> None:
    """Check a document against one of our JSON Schemas.

    Raises:
        ConfigError: It breaks the schema; all breaks with their lines.
    """
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(load_schema(schema))
    errors = list(validator.iter_errors(document.data))
    if not errors:
        return
    problems = list(dict.fromkeys(problem for error in errors for problem in _problems(error, load_schema(schema))))
    where, first = problems[0]
    more = "".join(
        f"\n  line {document.line(place)} at '{'.'.join(map(str, place))}': {text}" for place, text in problems[1:10]
    )
    raise document.error(where, first + more)


Problem = tuple[tuple[str | int, ...], str]


def _problems(error: "ValidationError", schema: dict[str, Any]) -> list[Problem]:
    """Say in plain words what a break of the schema is, and at which place of the file."""
    where = tuple(error.instance_path)
    kind: Any = error.kind
    value = error.instance
    node = _node(schema, list(error.schema_path)[:-1])
    match kind.name:
        case "additionalProperties":
            known = list(node.get("properties", {}))
            return [((*where, key), f"unknown key '{key}'. {near_matches(key, known)}") for key in kind.unexpected]
        case "propertyNames":
            name = str(kind.error.instance)
            return [((*where, name), f"'{name}' cannot be a name. {_rule(node)}")]
        case "anyOf" | "oneOf":
            return _forms(error, node, schema)
    return [(where, _said(kind, value, node) or _shortened(error.message))]


def _said(kind: Any, value: Any, node: dict[str, Any]) -> str:
    said = ""
    match kind.name:
        case "required":
            said = f"the key '{kind.property}' is missing."
        case "type":
            said = f"is {_found(value)}, {_joined([_TYPES.get(one, one) for one in kind.types])} is expected."
        case "enum":
            said = _not_among(value, kind.options)
        case "const":
            shown = f"the text '{value}'" if isinstance(value, str) else _found(value)
            said = f"is {shown}, {_plain(kind.expected_value)} is expected."
        case "pattern":
            said = f"'{_shortened(str(value), '')}' does not have the right form. {_rule(node)}"
        case "minItems" | "minProperties" | "minLength" if not value:
            said = "is empty; something is expected here."
        case "maxItems" | "maxProperties":  # the values stay out: they may be secrets
            said = f"has {len(value)} entries, at most {kind.limit} may stand here."
        case "not":
            said = f"'{value}' cannot stand here: it has a meaning of its own."
    return said


def _not_among(value: Any, options: list[Any]) -> str:
    texts = [option for option in options if isinstance(option, str)]
    if isinstance(value, str):
        return f"'{value}' is not known. {near_matches(value, texts)}"
    quotes = " Put on, off, yes and no in quotes." if isinstance(value, bool) else ""
    return f"is {_found(value)}, {_joined([_plain(option) for option in options])} is expected.{quotes}"


def _forms(error: "ValidationError", node: dict[str, Any], schema: dict[str, Any]) -> list[Problem]:
    """Say what is wrong with a value that fits none of several forms: by the form that was meant, if it is known."""
    kind: Any = error.kind
    where = tuple(error.instance_path)
    branches = [branch for branch in kind.context if branch]
    meant = [
        branch
        for branch in branches
        if not any(one.instance_path == error.instance_path and one.kind.name in _OTHER_FORM for one in branch)
    ]
    if len(meant) == 1:
        return [problem for one in meant[0] for problem in _problems(one, schema)]
    missing = [one.kind.property for branch in meant for one in branch if one.kind.name == "required"]
    if missing and len(missing) == sum(map(len, meant)):
        return [(where, f"the key {_joined([repr(key) for key in missing])} is missing.")]
    forms = list(dict.fromkeys(form for one in node.get(kind.name, []) for form in _form(one, schema)))
    options = [form.strip("'") for form in forms if form.startswith("'")]
    near = near_matches(error.instance, options) if options and isinstance(error.instance, str) else ""
    if near.startswith("Did you mean"):
        return [(where, f"'{error.instance}' is not known. {near}")]
    about = f" {_sentence(node['description'])}" if "description" in node else ""
    return [(where, f"is {_found(error.instance)}, {_joined(forms)} is expected.{about}")]


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
        node = _resolve(schema, node["$ref"])
    if "enum" in node:
        return [repr(option) if isinstance(option, str) else _plain(option) for option in node["enum"]]
    for keyword in ("anyOf", "oneOf"):
        if keyword in node:
            return [form for one in node[keyword] for form in _form(one, schema)]
    types = node.get("type", [])
    keys = [*node.get("properties", {})]
    shown = f" with {', '.join(keys[:8])}{' …' if len(keys) > 8 else ''}" if keys else ""
    return [
        f"a mapping{shown}" if one == "object" else _TYPES.get(one, one)
        for one in ([types] if isinstance(types, str) else types)
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
            node = _resolve(schema, node["$ref"])
            if part == "$ref":
                break
        if part == "$ref":
            continue
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return {}
    while isinstance(node, dict) and "$ref" in node:
        node = _resolve(schema, node["$ref"])
    return node if isinstance(node, dict) else {}


def _resolve(schema: dict[str, Any], reference: str) -> Any:
    node: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node
