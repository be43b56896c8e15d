"""Places the nodes of a plan in columns and routes the lines between them, for drawing.

Layered drawing after Sugiyama, Tagawa, Toda (1981): columns by longest path, order by the mean of the
neighbours, long lines through places kept free for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from AIGCLibrary.data.plan import PlannedNode

WIDTH, HEIGHT = 208, 62
COLUMN_GAP, ROW_GAP = 64, 20
MARGIN = 14
SWEEPS = 6


@dataclass(frozen=True, slots=True)
class NodeBox:
    """A node with its place, in pixels."""

    node: PlannedNode
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line from a node to one that needs it, as an SVG path."""

    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything placed; width and height in pixels."""

    width: float
    height: float
    boxes: tuple[NodeBox, ...]
    lines: tuple[Line, ...]


def place(nodes: Sequence[PlannedNode]) -> Picture:
    """Place nodes and lines."""
    levels = {node.name: node.level for node in nodes}
    edges = _reduced(nodes)
    columns: list[list[str]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for node in nodes:
        columns[node.level].append(node.name)
    chains: dict[tuple[str, str], list[str]] = {}
    for source, target in edges:
        chain = [source]
        for level in range(levels[source] + 1, levels[target]):
            lane = f"{source}>{target}>{level}"
            columns[level].append(lane)
            chain.append(lane)
        chains[source, target] = [*chain, target]
    steps = [pair for chain in chains.values() for pair in pairwise(chain)]
    _order(columns, steps)
    middles, height = _middles(columns, set(levels))
    left = {name: MARGIN + number * (WIDTH + COLUMN_GAP) for number, column in enumerate(columns) for name in column}
    boxes = tuple(NodeBox(node, left[node.name], middles[node.name] - HEIGHT / 2) for node in nodes)
    lines = tuple(
        Line(source, target, _path([(left[name], middles[name]) for name in chain]))
        for (source, target), chain in chains.items()
    )
    width = 2 * MARGIN + len(columns) * WIDTH + max(len(columns) - 1, 0) * COLUMN_GAP
    return Picture(width, height, boxes, lines)


def _reduced(nodes: Sequence[PlannedNode]) -> list[tuple[str, str]]:
    """Leave out lines that follow from others: the script of a scene is known through its episode."""
    needs = {node.name: set(node.needs) for node in nodes}

    def behind(name: str) -> set[str]:
        return needs[name] | {far for near in needs[name] for far in behind(near)}

    return [
        (source, node.name)
        for node in nodes
        for source in node.needs
        if not any(source in behind(other) for other in needs[node.name] - {source})
    ]


def _order(columns: list[list[str]], steps: list[tuple[str, str]]) -> None:
    """Sort each column by where its neighbours are, forth and back."""
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours: dict[str, list[str]] = {}
        for source, target in steps:
            near, far = (target, source) if forward else (source, target)
            neighbours.setdefault(near, []).append(far)
        for column in columns if forward else reversed(columns):
            rows = {name: row for other in columns for row, name in enumerate(other)}
            column.sort(key=lambda name: _mean([rows[far] for far in neighbours.get(name, [])], rows[name]))


def _mean(values: list[int], otherwise: float) -> float:
    return sum(values) / len(values) if values else float(otherwise)


def _middles(columns: list[list[str]], real: set[str]) -> tuple[dict[str, float], float]:
    """Assign each name the height of its middle; columns are centred on the highest one."""
    sizes = [[HEIGHT if name in real else 8 for name in column] for column in columns]
    heights = [sum(size) + ROW_GAP * max(len(size) - 1, 0) for size in sizes]
    total = max(heights, default=0)
    middles: dict[str, float] = {}
    for column, size, height in zip(columns, sizes, heights, strict=True):
        y = MARGIN + (total - height) / 2
        for name, own_height in zip(column, size, strict=True):
            middles[name] = y + own_height / 2
            y += own_height + ROW_GAP
    return middles, total + 2 * MARGIN


def _path(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *rest = points
    x += WIDTH
    parts = [f"M{x:g} {y:g}"]
    for number, (left, middle) in enumerate(rest):
        bend = (left - x) / 2
        parts.append(f"C{x + bend:g} {y:g} {left - bend:g} {middle:g} {left:g} {middle:g}")
        x, y = left, middle
        if number + 1 < len(rest):
            x += WIDTH
            parts.append(f"L{x:g} {y:g}")
    return " ".join(parts)
