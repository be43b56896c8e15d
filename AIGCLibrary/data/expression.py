"""Small, safe expressions: literals, names, attributes, arithmetic, comparisons and a fixed set of functions.

An expression is parsed with Python's own grammar and evaluated by walking the tree, so that nothing runs
that is not listed here: no attribute of a Python object, no import, no comprehension, no power.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.data.errors import ExpressionError, UnknownYet
from AIGCLibrary.errors import near_matches

CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "none": None}
LONGEST = 100_000
"""Longest text or list an expression may make."""
LARGEST = 1000
"""Digits of the largest whole number an expression may make; Python writes no more than 4,300."""
_DIGITS_OF_BIT = 0.30103

_BINARY: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_UNARY: Mapping[type, Callable[[Any], Any]] = {ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos}
_PROJECTION = re.compile(r"\[\s*\*\s*\]")


@dataclass(frozen=True, slots=True)
class TemplateExpression:
    """An expression that was read.

    Args:
        source: Its text.
        tree: Its syntax tree.
        names: The names it starts from, each with the first attribute asked of it, or None.
    """

    source: str
    tree: ast.expr
    names: frozenset[tuple[str, str | None]]

    def evaluate(self, scope: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
        """Work the expression out.

        Raises:
            ExpressionError: A name is unknown, or an operation is not possible.
            UnknownYet: It needs an answer that has not come yet.
        """
        try:
            return _Walk(scope, functions).visit(self.tree)
        except (ExpressionError, UnknownYet):
            raise
        except RecursionError:
            raise ExpressionError(f"'${{{self.source[:80]}}}' is nested too deep") from None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise ExpressionError(f"'${{{self.source}}}' cannot be evaluated: {error}") from error


def parse(source: str) -> TemplateExpression:
    """Read an expression.

    Raises:
        ExpressionError: It is not an expression, or uses what is not allowed.

    Example:
        ```python
        parse("episode[0].id").evaluate({"episode": [{"id": "epi_1"}]}, {})  # 'epi_1'
        ```
    """
    text = _PROJECTION.sub("", source).strip()
    if not text:
        raise ExpressionError(f"'${{{source}}}' is empty")
    try:
        tree = ast.parse(text, mode="eval").body
        names: set[tuple[str, str | None]] = set()
        _collect(tree, names, source)
    except ExpressionError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ExpressionError(f"'${{{source}}}' is not an expression: {reason}") from None
    return TemplateExpression(source.strip(), tree, frozenset(names))


_ALLOWED = (
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
)


def _collect(node: ast.AST, names: set[tuple[str, str | None]], source: str) -> None:
    """Check that a tree holds only what is allowed, and note the names it starts from."""
    problem = _problem(node)
    if problem:
        raise ExpressionError(f"'${{{source}}}' {problem}")
    parts: list[ast.AST]
    if isinstance(node, ast.Name):
        if node.id.lower() not in CONSTANTS:
            names.add((node.id, None))
        return
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        names.add((node.value.id, node.attr))
        return
    if isinstance(node, ast.Call):
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node.func, ast.Name):
            names.add((f"{node.func.id}()", None))
        else:
            parts.append(node.func)
    else:
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    for part in parts:
        _collect(part, names, source)


def _problem(node: ast.AST) -> str | None:
    if not isinstance(node, _ALLOWED):
        return f"uses {_what(node)}, which templates do not allow"
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes | complex):
        return "uses a value templates do not know"
    if isinstance(node, ast.BinOp) and type(node.op) not in _BINARY:
        return f"uses the operator {type(node.op).__name__}, which templates do not allow"
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        return f"asks for '{node.attr}', which is private"
    if isinstance(node, ast.Call) and any(keyword.arg is None for keyword in node.keywords):
        return "uses **, which templates do not allow"
    return None


def _what(node: ast.AST) -> str:
    known = {ast.Lambda: "a function", ast.ListComp: "a comprehension", ast.JoinedStr: "an f-string"}
    return known.get(type(node), f"'{type(node).__name__}'")


class _Walk(ast.NodeVisitor):
    """Evaluates a tree."""

    def __init__(self, scope: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> None:
        self._scope = scope
        self._functions = functions

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def visit_Name(self, node: ast.Name) -> Any:
        if node.id in self._scope:
            return self._scope[node.id]
        if node.id.lower() in CONSTANTS:
            return CONSTANTS[node.id.lower()]
        raise ExpressionError(f"there is no '{node.id}' here. {near_matches(node.id, self._scope)}")

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        return attribute(self.visit(node.value), node.attr)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        value = self.visit(node.value)
        if isinstance(node.slice, ast.Slice):
            bounds = [None if part is None else self.visit(part) for part in _bounds(node.slice)]
            return value[slice(*bounds)]
        key = self.visit(node.slice)
        return attribute(value, key) if isinstance(key, str) and not isinstance(value, str) else value[key]

    def visit_List(self, node: ast.List) -> list[Any]:
        return [self.visit(item) for item in node.elts]

    visit_Tuple = visit_List  # type: ignore[assignment]  # noqa: N815

    def visit_Dict(self, node: ast.Dict) -> dict[Any, Any]:
        return {self.visit(key): self.visit(value) for key, value in zip(node.keys, node.values, strict=True) if key}

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Add) and isinstance(left, str) != isinstance(right, str):
            left, right = str(left), str(right)
        _bounded(node.op, left, right)
        return _BINARY[type(node.op)](left, right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return _UNARY[type(node.op)](self.visit(node.operand))

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        value = None
        for part in node.values:
            value = self.visit(part)
            if bool(value) != isinstance(node.op, ast.And):
                break
        return value

    def visit_Compare(self, node: ast.Compare) -> bool:
        left = self.visit(node.left)
        for sign, part in zip(node.ops, node.comparators, strict=True):
            right = self.visit(part)
            if not _COMPARE[type(sign)](left, right):
                return False
            left = right
        return True

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return self.visit(node.body if self.visit(node.test) else node.orelse)

    def visit_Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Name):
            function = self._functions.get(node.func.id)
            if function is None:
                raise ExpressionError(
                    f"there is no function '{node.func.id}'. {near_matches(node.func.id, self._functions)}"
                )
        else:
            function = self.visit(node.func)
            if not isinstance(function, Deferred):
                raise ExpressionError("only functions can be called")
        arguments = [self.visit(argument) for argument in node.args]
        named = {str(keyword.arg): self.visit(keyword.value) for keyword in node.keywords}
        return function(*arguments, **named)


def _bounded(sign: ast.operator, left: Any, right: Any) -> None:
    """Refuse an operation by the size of its result, before it is computed.

    Raises:
        ExpressionError: The text or list would be longer than `LONGEST`, or the number than `LARGEST` digits.
    """
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length() if isinstance(sign, ast.Mult) else 0
        if max(bits, left.bit_length(), right.bit_length()) > LARGEST / _DIGITS_OF_BIT:
            raise ExpressionError(f"a number would have more than {LARGEST:,} digits")
        return
    length = 0
    if isinstance(sign, ast.Add):
        length = _length(left) + _length(right)
    elif isinstance(sign, ast.Mult):
        times = next((side for side in (left, right) if isinstance(side, int)), 1)
        length = max(_length(left), _length(right)) * times
    elif isinstance(sign, ast.Mod) and isinstance(left, str):
        length = _formatted(left, right)
    if length > LONGEST:
        raise ExpressionError(f"a value would be longer than {LONGEST:,}")


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | list) else 0


def _formatted(pattern: str, values: Any) -> int:
    """Estimate the longest text that `%` makes of its widths, precisions and values; `*` takes a width from these."""
    widths = sum(int(number[:9]) for number in re.findall(r"\d+", pattern))
    parts = values.values() if isinstance(values, Mapping) else values if isinstance(values, list) else [values]
    stars = sum(abs(part) for part in parts if isinstance(part, int)) if "*" in pattern else 0
    texts = sum(len(part) if isinstance(part, str) else 32 for part in parts) if isinstance(values, list) else 0
    longest = max((_length(part) for part in parts), default=0) * pattern.count("%")
    return len(pattern) + widths + stars + max(texts, longest)


class Deferred:
    """A value that may be called with arguments, or used as it is, as `faker.name` and `faker.name()`."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return the value for these arguments."""
        return self._call(*arguments, **named)


def settle(value: Any) -> Any:
    """Call what was not called yet."""
    return value() if isinstance(value, Deferred) else value


def attribute(value: Any, name: str) -> Any:
    """Ask a value for an attribute; a list is asked item by item."""
    if hasattr(value, "attribute"):
        return value.attribute(name)
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        raise ExpressionError(f"there is no '{name}' in it. {near_matches(name, [str(key) for key in value])}")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [attribute(item, name) for item in value]
    raise ExpressionError(f"'{name}' cannot be read from {_shown(value)}, which has no attributes")


def _bounds(part: ast.Slice) -> list[ast.expr | None]:
    return [part.lower, part.upper, part.step]


def _shown(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
