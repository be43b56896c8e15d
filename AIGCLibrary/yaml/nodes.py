"""Nodes of a YAML text: checked before any value is built, each with its line."""

import re
from typing import Any

import yaml

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml.document import YamlDocument


def construct(text: str, lines: dict[tuple[str | int, ...], int], document: YamlDocument, empty: Any = ...) -> Any:
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
        self._check_tag(node, place, line)
        if id(node) in self._seen:
            self._repeated += 1
            if self._repeated > _REPEATED:
                raise self._error(place[:1], line, f"aliases repeat more than {_REPEATED} values.")
        self._seen.add(id(node))

    def _check_tag(self, node: yaml.Node, place: tuple[str | int, ...], line: int) -> None:
        if node.tag in _TAGS:
            tag = node.tag.rpartition(":")[2]
            raise self._error(
                place, line, f"the tag '!!{tag}' is not supported; write text, a number, a list or a mapping."
            )

    def _mapping(self, node: yaml.MappingNode, place: tuple[str | int, ...]) -> None:
        seen: dict[object, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(place, line, "a key must be a text, not a list or a mapping.")
            self._check_tag(key, place, line)
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
