"""Works expressions out with stand-ins for everything that is not known yet, to find those that can never work."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from AIGCLibrary.data.errors import ExpressionError, UnknownYet
from AIGCLibrary.data.functions import NAMES as FUNCTIONS
from AIGCLibrary.data.model import Node
from AIGCLibrary.data.record import ANSWER_NAMES, OWN_NAMES
from AIGCLibrary.data.values import Place, TemplateValue
from AIGCLibrary.errors import near_matches


class Anything:
    """Stands for a value of any type: every operation on it works, and yields another."""

    def attribute(self, _name: str) -> "Anything":
        """Return a field of it."""
        return self

    def _self(self, *_: Any, **__: Any) -> "Anything":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _self
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __neg__ = __pos__ = __getitem__ = __call__ = _self

    def __iter__(self) -> Iterator["Anything"]:
        yield self

    def __contains__(self, _: object) -> bool:
        return True

    def _true(self, _: object) -> bool:
        return True

    __lt__ = __le__ = __gt__ = __ge__ = _true

    def __str__(self) -> str:
        return "anything"


_ANYTHING = Anything()


class _Thing:
    """Stands for `self`: a thing that was made by a node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def attribute(self, name: str) -> Any:
        node = self._node
        if name == "id":
            return "id"
        if name in ("item", "index") and node.for_each is None:
            return None
        if name == "result" and node.task is None:
            raise ExpressionError(f"'{node.name}' has no 'result', since it has no task")
        schema = node.schema or {}
        known = schema.get("properties")
        if (
            isinstance(known, Mapping)
            and schema.get("additionalProperties") is False
            and name not in (*known, *OWN_NAMES, *ANSWER_NAMES)
        ):
            raise ExpressionError(f"the schema of '{node.name}' has no '{name}'. {near_matches(name, list(known))}")
        return _ANYTHING


def first_problem(node: Node, value: TemplateValue, names: Iterable[str]) -> tuple[Place, str] | None:
    """Return the place and the problem of the first expression that cannot work whatever the product answers.

    Args:
        node: The node that the value belongs to.
        value: The value.
        names: Names that mean something in it.
    """
    scope: dict[str, Any] = {**dict.fromkeys(names, _ANYTHING), "self": _Thing(node)}
    if node.for_each is None:
        scope["item"] = None
    functions: Mapping[str, Callable[..., Any]] = dict.fromkeys(FUNCTIONS, _ANYTHING)
    for place, expression in value.expressions:
        try:
            expression.evaluate(scope, functions)
        except UnknownYet:
            continue
        except ExpressionError as error:
            return place, f"'${{{expression.source}}}' can never be worked out: {error}."
    return None
