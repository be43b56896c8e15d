"""Values of a template with `${…}` in them: read once, worked out for each record."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.expression import TemplateExpression, parse, settle

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TemplateValue:
    """A text, number, list or mapping with expressions inside.

    Args:
        raw: As it is in the file.
        compiled: The same shape; texts with `${…}` are replaced by their parts.
        expressions: All expressions in it, each with its place below this value.
    """

    raw: Any
    compiled: Any
    expressions: tuple[tuple[Place, TemplateExpression], ...]

    @property
    def names(self) -> set[tuple[str, str | None]]:
        """The names the expressions start from, each with the first attribute asked of it."""
        return {name for _, expression in self.expressions for name in expression.names}

    def render(self, scope: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
        """Work the value out: a text that is one `${…}` keeps the type of its value.

        Raises:
            ExpressionError: See `Expression.evaluate`.
        """
        return _render(self.compiled, scope, functions)


@dataclass(frozen=True, slots=True)
class _Text:
    parts: tuple[str | TemplateExpression, ...]


def compile_value(raw: Any) -> TemplateValue:
    """Read a value.

    Raises:
        PlacedError: An expression in it cannot be read.
    """
    expressions: list[tuple[Place, TemplateExpression]] = []
    return TemplateValue(raw, _compile(raw, (), expressions), tuple(expressions))


class PlacedError(ExpressionError):
    """An expression error that knows where in its value it stands."""

    def __init__(self, problem: str, place: Place) -> None:
        super().__init__(problem)
        self.place = place


def _compile(raw: Any, place: Place, found: list[tuple[Place, TemplateExpression]]) -> Any:
    if isinstance(raw, str) and "${" in raw:
        try:
            parts = tuple(_parts(raw))
        except ExpressionError as error:
            raise PlacedError(str(error), place) from None
        found += [(place, part) for part in parts if isinstance(part, TemplateExpression)]
        return _Text(parts)
    if isinstance(raw, Mapping):
        return {key: _compile(item, (*place, str(key)), found) for key, item in raw.items()}
    if isinstance(raw, list):
        return [_compile(item, (*place, index), found) for index, item in enumerate(raw)]
    return raw


def _parts(text: str) -> Iterator[str | TemplateExpression]:
    plain: list[str] = []
    position = 0
    while position < len(text):
        if text.startswith("\\${", position):
            plain.append("${")
            position += 3
        elif text.startswith("${", position):
            end = _closing(text, position + 2)
            if plain:
                yield "".join(plain)
                plain = []
            yield parse(text[position + 2 : end])
            position = end + 1
        else:
            plain.append(text[position])
            position += 1
    if plain:
        yield "".join(plain)


def _closing(text: str, start: int) -> int:
    depth, quote = 1, ""
    for index in range(start, len(text)):
        char = text[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return index
    raise ExpressionError(f"'{text[start - 2 :]}' has no closing brace")


def _render(compiled: Any, scope: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    if isinstance(compiled, _Text):
        values = [part if isinstance(part, str) else settle(part.evaluate(scope, functions)) for part in compiled.parts]
        if len(values) == 1 and not isinstance(compiled.parts[0], str):
            return values[0]
        return "".join("" if value is None else str(value) for value in values)
    if isinstance(compiled, Mapping):
        return {key: _render(item, scope, functions) for key, item in compiled.items()}
    if isinstance(compiled, list):
        return [_render(item, scope, functions) for item in compiled]
    return compiled
