"""Checks a template before anything is sent: unknown names, cycles, unused variables; derives its edges."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from AIGCLibrary.data.functions import NAMES as FUNCTIONS
from AIGCLibrary.data.model import BUILT_IN_NAMES, RESERVED_NAMES, Node, Template
from AIGCLibrary.data.probe import first_problem
from AIGCLibrary.data.reader import Merged, NodeReader, unknown_names
from AIGCLibrary.data.self_path import can_be_deferred
from AIGCLibrary.data.values import Place, TemplateValue
from AIGCLibrary.errors import near_matches


def build(merged: Merged, name: str) -> Template:
    """Make the template of merged data.

    Raises:
        TemplateError: Something in it cannot be right; the message has the file and the line.
    """
    data = merged.data
    reader = NodeReader(merged)
    nodes = reader.nodes()
    outputs = {key: reader.value(value, ("outputs", key)) for key, value in data.get("outputs", {}).items()}
    variables: dict[str, Any] = data.get("vars", {})
    checker = _Checker(merged, nodes, variables)
    values = checker.variables(reader)
    edges = checker.edges()
    checker.outputs(outputs)
    if not data.get("abstract"):
        if not nodes:
            raise merged.error((), "the template has no nodes.")
        checker.unused()
    described = data.get("description", "")
    return Template(
        name=data.get("name", name),
        description=described if isinstance(described, Mapping) else {"en": described},
        variables=values,
        required=frozenset(key for key, value in variables.items() if value is None),
        defaults=reader.defaults(),
        nodes=nodes,
        outputs=outputs,
        edges=edges,
        source=str(merged.layers[0].document.path),
        abstract=data.get("abstract", False),
        variant=merged.variant,
        variants=tuple(data.get("variants") or {}),
    )


AFTERWARDS = ("delete", "update", "poll")
"""Parts of a node that are worked out when its thing is there: only they know `self`."""


class _Checker:
    def __init__(self, merged: Merged, nodes: Mapping[str, Node], variables: Mapping[str, Any]) -> None:
        self._merged = merged
        self._nodes = nodes
        self._variables = variables
        self._used: set[str] = set()
        for name in variables:
            self._reserved(name, ("vars", name), "variable")
        for name in nodes:
            self._reserved(name, ("nodes", name), "node")
            if name in variables:
                raise merged.error(("nodes", name), f"'{name}' is a variable and a node; rename one of them.")

    def variables(self, reader: NodeReader) -> dict[str, TemplateValue]:
        """Read the variables, which may build on built-in names and on each other; in an order that works."""
        values = {name: reader.value(raw, ("vars", name)) for name, raw in self._variables.items()}
        needs: dict[str, set[str]] = {}
        for variable, value in values.items():
            needs[variable] = set()
            for place, expression in value.expressions:
                for name, part in expression.names:
                    problem = "a variable cannot use nodes." if name in self._nodes else None
                    problem = problem or self._problem(name, part, has_self=False)
                    if problem:
                        where: Place = ("vars", variable, *place)
                        raise self._merged.error(where, f"'${{{expression.source}}}': {problem}", "AIGC406")
                    used = str(part) if name == "vars" else name
                    self._used.add(used)
                    needs[variable] |= {used} & set(values)
        self._cycles(needs, "vars", "variables")
        return {name: values[name] for name in TopologicalSorter(needs).static_order()}

    def edges(self) -> dict[str, frozenset[str]]:
        edges: dict[str, frozenset[str]] = {}
        for name, node in self._nodes.items():
            where: Place = ("nodes", name)
            needed = set(node.needs)
            problem = unknown_names(node.needs, self._nodes)
            if problem:
                raise self._merged.error((*where, "needs"), problem, "AIGC406")
            for place, value in node.values():
                needed |= self._references(value, (*where, *place), has_self=place[0] in AFTERWARDS)
                if place[0] in AFTERWARDS:
                    self._works(node, place, value, where)
            if node.sync:
                named = (node.sync.parent,) if node.sync.parent else ()
                problem = unknown_names((*named, *node.sync.references.values()), self._nodes)
                if problem:
                    raise self._merged.error((*where, "sync"), problem, "AIGC406")
                for place, value in node.sync.listing.values():
                    self._references(value, (*where, "sync", "list", *place), has_self=False)
            needed.discard(name)
            edges[name] = frozenset(needed)
            self._itself(node, where)
        self._cycles(edges, "nodes", "nodes")
        return edges

    def outputs(self, outputs: Mapping[str, TemplateValue]) -> None:
        for name, value in outputs.items():
            self._references(value, ("outputs", name), has_self=False)

    def unused(self) -> None:
        changes = (self._merged.data.get("variants") or {}).get(self._merged.variant) or {}
        # A variant may leave out the nodes that use a variable of its template; its own have to be used.
        for name in self._variables if self._merged.variant is None else changes.get("vars") or ():
            if name not in self._used:
                raise self._merged.error(("vars", name), f"variable '{name}' is never used.", "AIGC407")

    def _references(self, value: TemplateValue, where: Place, *, has_self: bool) -> set[str]:
        """Check the names of a value; return the nodes among them."""
        needed = set()
        for place, expression in value.expressions:
            for name, part in expression.names:
                problem = self._problem(name, part, has_self=has_self)
                if problem:
                    raise self._merged.error((*where, *place), f"'${{{expression.source}}}': {problem}", "AIGC406")
                if name in self._nodes:
                    needed.add(name)
                elif name in self._variables:
                    self._used.add(name)
                elif name == "vars":
                    self._used |= {part} if part else set(self._variables)
        return needed

    def _problem(self, name: str, part: str | None, *, has_self: bool) -> str | None:
        if name.endswith("()"):
            known = name[:-2] in FUNCTIONS
            return None if known else f"there is no function '{name[:-2]}'. {near_matches(name[:-2], FUNCTIONS)}"
        if name == "vars" and part and part not in self._variables:
            return f"there is no variable '{part}'. {near_matches(part, self._variables)}"
        if name == "self" and not has_self:
            return "'self' exists only in delete, update and poll, after the creation."
        if name in BUILT_IN_NAMES or name in self._nodes or name in self._variables:
            return None
        known_names = {*self._nodes, *self._variables, *BUILT_IN_NAMES}
        return f"there is no node or variable '{name}'. {near_matches(name, known_names)}"

    def _works(self, node: Node, part: Place, value: TemplateValue, where: Place) -> None:
        """Refuse what cannot be evaluated whatever the product answers; nobody sees it before the removal."""
        problem = first_problem(node, value, {*self._nodes, *self._variables, *BUILT_IN_NAMES})
        if problem:
            place, text = problem
            raise self._merged.error((*where, *part, *place), text, "AIGC409")
        if part[0] == "poll" and not can_be_deferred([value]):
            raise self._merged.error(
                (*where, *part), "can use fields of 'self' only as they are, for example ${self.id}.", "AIGC409"
            )

    def _itself(self, node: Node, where: Place) -> None:
        for place, value in node.values():
            if place[0] not in AFTERWARDS and any(name == node.name for name, _ in value.names):
                raise self._merged.error((*where, *place), f"node '{node.name}' refers to itself.", "AIGC405")

    def _cycles(self, needs: Mapping[str, Iterable[str]], section: str, what: str) -> None:
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            problem = f"{what} need each other in a circle: {' → '.join(circle)}."
            raise self._merged.error((section, circle[0]), problem, "AIGC405") from None

    def _reserved(self, name: str, where: Place, what: str) -> None:
        if name in RESERVED_NAMES:
            reserved = ", ".join(sorted(RESERVED_NAMES))
            raise self._merged.error(where, f"'{name}' cannot name a {what}: these names are reserved: {reserved}.")
