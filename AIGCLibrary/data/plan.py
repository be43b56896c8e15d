"""The plan of a template: what would be asked of the product, in which order, how often, and for how long."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from AIGCLibrary.data.expand import Graph
from AIGCLibrary.data.model import Node

HISTORY = 200
"""How many earlier creations of a node count."""


@dataclass(frozen=True, slots=True)
class PlannedNode:
    """One node of a plan.

    Args:
        name: Its name.
        kind: `create`, `find`, `update` or `task`.
        request: Its request as it is in the template, for example `POST /episodes`.
        count: How many things it makes; None when only an answer of the product tells.
        level: Longest way from a start of the graph: 0 is asked first.
        needs: Nodes that must be there first.
        seconds: Median of earlier creations; None without history.
        removed_by: The request that removes one; None when nothing does.
    """

    name: str
    kind: str
    request: str
    count: int | None
    level: int
    needs: tuple[str, ...]
    seconds: float | None
    removed_by: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What preparing a template would do.

    Args:
        template: Its name.
        environment: Name of the environment, or the base URL.
        nodes: The nodes, in the order they can be asked.
        concurrency: Requests under way at once.
        seconds: Estimated seconds; None without history.
        sequential: The same one request after the other.
        measured: How many of the nodes have a history.
    """

    template: str
    environment: str
    nodes: tuple[PlannedNode, ...]
    concurrency: int
    seconds: float | None
    sequential: float | None
    measured: int

    @property
    def requests(self) -> int:
        """Requests to create everything; nodes whose number is unknown count once."""
        return sum(1 if node.count is None else node.count for node in self.nodes)

    @property
    def levels(self) -> int:
        """How many requests follow one another at least."""
        return max((node.level for node in self.nodes), default=-1) + 1

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return {
            "template": self.template,
            "environment": self.environment,
            "requests": self.requests,
            "levels": self.levels,
            "concurrency": self.concurrency,
            "seconds": self.seconds,
            "sequential_seconds": self.sequential,
            "nodes": [
                {
                    "name": node.name,
                    "kind": node.kind,
                    "request": node.request,
                    "count": node.count,
                    "level": node.level,
                    "needs": list(node.needs),
                    "seconds": node.seconds,
                    "removed_by": node.removed_by,
                }
                for node in self.nodes
            ],
        }


def make_plan(graph: Graph, environment: str, concurrency: int, history: Mapping[str, Sequence[float]]) -> Plan:
    """Plan a graph; sends nothing.

    Args:
        graph: The template, laid out.
        environment: Where it would be made.
        concurrency: Requests under way at once.
        history: Seconds of earlier creations, by node, the latest first.
    """
    template = graph.template
    typical = {name: median(times[:HISTORY]) for name, times in history.items() if times}
    nodes = [_planned(graph, name, node, typical.get(name)) for name, node in template.nodes.items()]
    guess = median(typical.values()) if typical else None
    costs = {key: typical.get(instance.node.name, guess) or 0.0 for key, instance in graph.instances.items()}
    return Plan(
        template.title,
        environment,
        tuple(sorted(nodes, key=lambda node: node.level)),
        concurrency,
        None if guess is None else makespan(graph, costs, concurrency),
        None if guess is None else sum(costs.values()),
        len([name for name in template.nodes if name in typical]),
    )


def makespan(graph: Graph, costs: Mapping[str, float], concurrency: int) -> float:
    """Return the seconds a ready queue with so many places needs for a graph.

    Args:
        graph: What depends on what.
        costs: Seconds by key.
        concurrency: Places.
    """
    sorter = graph.sorter()
    sorter.prepare()
    ready: list[str] = []
    running: list[tuple[float, str]] = []
    now = 0.0
    while sorter.is_active():
        ready += sorter.get_ready()
        while ready and len(running) < concurrency:
            key = ready.pop(0)
            heapq.heappush(running, (now + costs[key], key))
        now, key = heapq.heappop(running)
        sorter.done(key)
    return now


def _planned(graph: Graph, name: str, node: Node, seconds: float | None) -> PlannedNode:
    keys = graph.by_node[name]
    dynamic = any(graph.instances[key].dynamic for key in keys)
    # A node that makes nothing this time still has its place in the picture.
    needed = graph.template.edges[name]
    level = max((graph.instances[key].position for key in keys), default=_depth(graph, name))
    return PlannedNode(
        name,
        _kind(node),
        _request(node),
        None if dynamic else len(keys),
        level,
        tuple(sorted(needed)),
        seconds,
        f"{node.delete.method} {node.delete.path.raw}" if node.delete else None,
    )


def _depth(graph: Graph, name: str) -> int:
    return max((_depth(graph, other) + 1 for other in graph.template.edges[name]), default=0)


def _kind(node: Node) -> str:
    if node.task:
        return "task"
    if node.create:
        return "create"
    return "update" if node.update else "find"


def _request(node: Node) -> str:
    call = node.create or (node.lookup.call if node.lookup else None) or node.update
    if call:
        return f"{call.method} {call.path.raw}"
    return f"task {node.task.kind.raw}" if node.task else ""
