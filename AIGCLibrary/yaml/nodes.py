"""Nodes of a YAML text: checked before any value is built, each with its line."""

import re
from typing import Any

import yaml

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml.document import YamlDocument
from AIGCLibrary.yaml.loaders import composed


def construct(text: str, lines: dict[tuple[str | int, ...], int], document: YamlDocument, empty: Any = ...) -> Any:
    """Parse and check the nodes before any value is built: what is built of aliases can be endless.

    Args:
        text: The YAML.
        lines: Receives the line of each place.
        document: What errors name.
        empty: Value of a text without a document; an empty mapping by default.
    """
    loader, root = composed(text)
    try:
        if root is None:
            return {} if empty is ... else empty
        _LineNotes(lines, document).note(root, ())
        return loader.construct_document(root)
    finally:
        loader.dispose()


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
                raise self._error((*place, str(name)), line, f"key '{name}' occurs twice, first in line {seen[name]}.")
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
