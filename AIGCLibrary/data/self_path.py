"""Requests written down before the thing they are for exists: `${self.…}` stays a mark until its answer is known."""

import ast
import re
from collections.abc import Iterable
from typing import Any, Self

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.expression import attribute
from AIGCLibrary.data.record import DataRecord
from AIGCLibrary.data.values import TemplateValue

_MARK = re.compile(r"\{\{self((?:\.[^.\[\]{}]+|\[-?\d+\])+)\}\}")
_STEP = re.compile(r"\.([^.\[\]{}]+)|\[(-?\d+)\]")


class SelfPath(str):
    """A field of the thing, by its path; as text it is the mark that `filled` replaces."""

    _path: str

    def __new__(cls, path: str) -> Self:
        """Make the mark of a path such as `.headers.etag`."""
        text = super().__new__(cls, f"{{{{self{path}}}}}")
        text._path = path
        return text

    def attribute(self, name: str) -> "SelfPath":
        """Return the mark of a field of this field."""
        return SelfPath(f"{self._path}.{name}")

    def __getitem__(self, key: Any) -> "SelfPath":
        """Return the mark of an item of this field."""
        return SelfPath(f"{self._path}[{key}]" if isinstance(key, int) else f"{self._path}.{key}")


class FutureSelf:
    """Stands for `self` before the thing exists; what is known of it already is given as it is.

    Args:
        record: The record with its key, index and item.
    """

    def __init__(self, record: DataRecord) -> None:
        self._record = record

    def attribute(self, name: str) -> Any:
        """Return what is known of the thing, else the mark of the field."""
        return self._record.attribute(name) if name in ("item", "index", "key") else SelfPath(f".{name}")


def can_be_deferred(values: Iterable[TemplateValue]) -> bool:
    """Return whether all `${self.…}` of some values are plain fields, which can be filled in later."""
    return all(
        _is_path(expression.tree)
        for value in values
        for _, expression in value.expressions
        if any(name == "self" for name, _ in expression.names)
    )


def _is_path(tree: ast.AST) -> bool:
    while True:
        match tree:
            case ast.Attribute(value=inner):
                tree = inner
            case ast.Subscript(value=inner, slice=ast.Constant(value=int() | str())):
                tree = inner
            case _:
                return isinstance(tree, ast.Name)


def filled(value: Any, record: DataRecord) -> Any:
    """Put the fields of a thing where their marks are; a text that is one mark takes the field's type.

    Raises:
        ExpressionError: The answer does not have a field.
    """
    if isinstance(value, str):
        whole = _MARK.fullmatch(value)
        if whole:
            return _field(whole[1], record)
        return _MARK.sub(lambda match: str(_field(match[1], record)), value)
    if isinstance(value, dict):
        return {name: filled(item, record) for name, item in value.items()}
    return [filled(item, record) for item in value] if isinstance(value, list | tuple) else value


def _field(path: str, record: DataRecord) -> Any:
    found: Any = record
    for name, index in _STEP.findall(path):
        if name:
            found = attribute(found, name)
            continue
        try:
            found = found[int(index)]
        except (IndexError, TypeError, KeyError):
            raise ExpressionError(f"the answer to '{record.key}' has nothing at 'self{path}'") from None
    if found is None:
        raise ExpressionError(f"the answer to '{record.key}' has nothing at 'self{path}'")
    return found
