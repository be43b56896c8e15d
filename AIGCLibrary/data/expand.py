"""Lays a template out as a graph of single things: `for_each` unrolled, each thing with what it needs.

A thing that iterates over another node's things needs only its own one, so that the first video starts when
its scene is there and not when all scenes are.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from AIGCLibrary.data.errors import ExpressionError, TemplateError, UnknownYet
from AIGCLibrary.data.model import Node, Template
from AIGCLibrary.data.record import DataRecord, Ref, references
from AIGCLibrary.data.values import TemplateValue
from AIGCLibrary.units import is_whole


@dataclass(frozen=True, slots=True)
class Instance:
    """One thing to make.

    Args:
        node: What it is.
        key: Unique within the preparation.
        index: Number among its node's things; None without `for_each`.
        item: What `for_each` gave for it.
        needs: Keys of the instances that must be there first.
        position: Longest way from a start of the graph.
        dynamic: How many there are is known only when its needs were made; it stands for all of them.
    """

    node: Node
    key: str
    index: int | None = None
    item: Any = None
    needs: frozenset[str] = frozenset()
    position: int = 0
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """All things to make, by key, in an order in which they could be made one after the other."""

    template: Template
    instances: Mapping[str, Instance]
    by_node: Mapping[str, tuple[str, ...]]

    def sorter(self) -> "TopologicalSorter[str]":
        """Return a ready queue over the instances."""
        return TopologicalSorter({key: instance.needs for key, instance in self.instances.items()})


@dataclass(slots=True)
class _Layout:
    template: Template
    scope: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]
    instances: dict[str, Instance] = field(default_factory=dict)
    by_node: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        try:
            items = self._items(node)
        except UnknownYet:
            everything = self._all(self.template.edges[node.name])
            self._put(node, [Instance(node, node.name, needs=everything, dynamic=True)])
            return
        if items is None:
            self._put(node, [Instance(node, node.name, needs=self._all(self.template.edges[node.name]))])
            return
        others = self._others(node)
        made = [
            Instance(node, f"{node.name}[{index}]", index, item, others | references(item))
            for index, item in enumerate(items)
        ]
        self._put(node, made)

    def _items(self, node: Node) -> list[Any] | None:
        if node.for_each is None:
            return None
        known = {name: self._stand_in(name) for name in self.by_node}
        try:
            value = node.for_each.render({**self.scope, **known}, self.functions)
            return as_items(value)
        except ExpressionError as error:
            raise TemplateError(
                f"{self.template.source}: for_each of node '{node.name}': {error}.", code="AIGC409"
            ) from None

    def _stand_in(self, name: str) -> Any:
        keys = self.by_node[name]
        instance = self.instances.get(keys[0]) if keys else None
        if instance is not None and instance.dynamic:
            return _Unknown(name)
        refs = [Ref(key, self.instances[key].index, self.instances[key].item) for key in keys]
        return refs[0] if self.template.nodes[name].for_each is None else refs

    def _others(self, node: Node) -> frozenset[str]:
        """Needs of every instance: nodes named anywhere but in `for_each`, whose items say what they need."""
        named: set[str] = set(node.needs)
        for place, value in node.values():
            if place[0] != "for_each":
                named |= node_names(value, self.template.nodes)
        return self._all(frozenset(named - {node.name}))

    def _all(self, names: frozenset[str]) -> frozenset[str]:
        return frozenset(key for name in names for key in self.by_node[name])

    def _put(self, node: Node, made: list[Instance]) -> None:
        for instance in made:
            position = max((self.instances[key].position + 1 for key in instance.needs), default=0)
            self.instances[instance.key] = Instance(
                instance.node, instance.key, instance.index, instance.item, instance.needs, position, instance.dynamic
            )
        self.by_node[node.name] = tuple(instance.key for instance in made)


class _Unknown:
    """Stands for a list whose length is not known yet."""

    def __init__(self, name: str) -> None:
        self._name = name

    def attribute(self, name: str) -> Any:
        raise UnknownYet(f"'{self._name}' is not made yet ('{name}' was asked)")

    def __iter__(self) -> Any:
        raise UnknownYet(f"how many '{self._name}' there will be is not known yet")

    def __len__(self) -> int:
        raise UnknownYet(f"how many '{self._name}' there will be is not known yet")

    def __getitem__(self, key: object) -> Any:
        raise UnknownYet(f"'{self._name}' is not made yet")


def expand(template: Template, scope: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Graph:
    """Lay a template out.

    Args:
        template: The template.
        scope: Variables and built-in names for `for_each`.
        functions: Functions for `for_each`.

    Raises:
        TemplateError: A `for_each` cannot be evaluated.
    """
    layout = _Layout(template, scope, functions)
    order = TopologicalSorter({name: template.edges[name] for name in template.nodes}).static_order()
    for name in order:
        layout.add(template.nodes[name])
    return Graph(template, layout.instances, layout.by_node)


def as_items(value: Any) -> list[Any]:
    """Turn what `for_each` gave into a list: a number counts, a mapping of lists gives every combination.

    Raises:
        ExpressionError: It can be neither.
    """
    if isinstance(value, _Unknown):
        raise UnknownYet(str(value))
    if isinstance(value, bool) or value is None:
        raise ExpressionError(f"'{value}' is not a list, number or mapping")
    if isinstance(value, int | float):
        return list(range(int(value)))
    if isinstance(value, str):
        if not is_whole(value.strip()):
            raise ExpressionError(f"'{value}' is not a list, number or mapping")
        return list(range(int(value)))
    if isinstance(value, dict):
        lists = [as_items(part) for part in value.values()]
        return [dict(zip(value, combination, strict=True)) for combination in itertools.product(*lists)]
    if isinstance(value, Ref | DataRecord):
        return [value]
    return list(value)


def node_names(value: TemplateValue, nodes: Mapping[str, Node]) -> set[str]:
    """Return the nodes a value refers to."""
    return {name for name, _ in value.names if name in nodes}
