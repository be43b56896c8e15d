"""YAML files read once, with line numbers and near matches in every error."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.i18n import Text


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
            hint=Text("core.hint.fix_file", file=self.path.name, line=line, schema=self.schema or "YAML 1.1"),
            facts={"file": str(self.path), "line": line, "place": place},
        )


def load_yaml(path: str | Path, schema: str | None = None) -> YamlDocument:
    """Read a YAML file and check it against one of our JSON Schemas.

    Args:
        path: The file; relative paths start at the current directory.
        schema: Name in `AIGCLibrary/schemas`, for example `locators` for `locators.schema.json`.

    Raises:
        ConfigError: The file is missing, is not YAML, repeats a key, or breaks the schema. All breaks
            of the schema are told at once, each with its line.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"File '{path}' does not exist.",
            hint=Text("core.hint.check_path", directory=str(Path.cwd())),
            facts={"file": str(path)},
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"File '{path}' cannot be read: {error}.", facts={"file": str(path)}) from None
    return parse_yaml(text, file, schema)


def parse_yaml(text: str, path: Path, schema: str | None = None) -> YamlDocument:
    """Do what `load_yaml` does for text that is already in memory."""
    name = f"{schema}.schema.json" if schema else None
    empty = YamlDocument(path, {}, {}, name)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        document = YamlDocument(path, {}, {(): line}, name)
        raise document.error((), f"not valid YAML: {error.problem or error.context}.") from None
    except yaml.YAMLError as error:
        raise empty.error((), f"not valid YAML: {error}.") from None
    except RecursionError:
        raise empty.error((), "is nested too deep.") from None
    lines: dict[tuple[str | int, ...], int] = {}
    if root is not None:
        _note_lines(root, (), lines, empty)
    try:
        data = {} if root is None else yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - derives from SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlDocument(path, {}, {(): mark.line + 1 if mark else 1}, name).error((), f"{error.problem}.") from None
    document = YamlDocument(path, data, lines, name)
    if schema:
        _check(document, schema)
    return document


class _PlainLoader(yaml.SafeLoader):
    """Safe loader that leaves dates as text, since a test's data is text until it says otherwise."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _note_lines(
    node: yaml.Node,
    place: tuple[str | int, ...],
    lines: dict[tuple[str | int, ...], int],
    document: YamlDocument,
) -> None:
    if len(place) > 200:
        raise document.error((), "is nested deeper than 200 levels.")
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[object, int] = {}
        for key, value in node.value:
            name, line = key.value, key.start_mark.line + 1
            if name in seen and name != "<<":
                where = YamlDocument(document.path, {}, {(*place, str(name)): line}, document.schema)
                raise where.error((*place, str(name)), f"key '{name}' stands twice, first in line {seen[name]}.")
            seen[name] = line
            lines[(*place, name)] = line
            _note_lines(value, (*place, name), lines, document)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(item, (*place, index), lines, document)


@cache
def load_schema(name: str) -> dict[str, Any]:
    """Read one of our JSON Schemas."""
    source = resources.files("AIGCLibrary") / "schemas" / f"{name}.schema.json"
    return dict(json.loads(source.read_text(encoding="utf-8")))


def _check(document: YamlDocument, schema: str) -> None:
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(load_schema(schema))
    errors = list(validator.iter_errors(document.data))
    if not errors:
        return
    problems = [_problem(error.instance_path, error.message, error.schema_path, schema) for error in errors]
    where, first = problems[0]
    more = "".join(
        f"\n  line {document.line(place)} at '{'.'.join(map(str, place))}': {text}" for place, text in problems[1:10]
    )
    raise document.error(where, first + more)


def _problem(
    place: Iterable[str | int],
    message: str,
    schema_path: Iterable[str | int],
    schema: str,
) -> tuple[tuple[str | int, ...], str]:
    where = tuple(place)
    unexpected = re.findall(r"'([^']+)'", message) if "unexpected" in message else []
    if not unexpected:
        shown = message if len(message) <= 300 else f"{message[:297]}..."
        return where, f"{shown}."
    known = _known_properties(load_schema(schema), list(schema_path))
    if len(unexpected) == 1:
        return (*where, unexpected[0]), f"unknown key '{unexpected[0]}'. {near_matches(unexpected[0], known)}"
    return where, f"unknown keys {', '.join(map(repr, unexpected))}. {near_matches(unexpected[0], known)}"


def _known_properties(schema: dict[str, Any], path: list[str | int]) -> list[str]:
    """Find the properties allowed where an `additionalProperties` of the schema struck."""
    node: Any = schema
    for part in path[:-1]:
        if isinstance(node, dict) and "$ref" in node and part not in node:
            node = _resolve(schema, node["$ref"])
        if part == "$ref" and isinstance(node, dict):
            node = _resolve(schema, node["$ref"])
            continue
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return []
    return list(node.get("properties", {})) if isinstance(node, dict) else []


def _resolve(schema: dict[str, Any], reference: str) -> Any:
    node: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node
