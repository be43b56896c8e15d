"""Shows a plan: as a picture for the log and for files, and as a tree for the command line."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from AIGCLibrary.data.layout import HEIGHT, WIDTH, place
from AIGCLibrary.data.pages import page
from AIGCLibrary.data.plan import Plan, PlannedNode
from AIGCLibrary.i18n import Text, series
from AIGCLibrary.units import format_duration

if TYPE_CHECKING:
    from rich.tree import Tree


def summary(plan: Plan, language: str = "en") -> str:
    """Return in one sentence what a plan would do."""
    parts = [Text("data.plan.summary", requests=plan.requests, levels=plan.levels, concurrency=plan.concurrency)]
    if plan.seconds is not None and plan.sequential is not None:
        parts.append(
            Text(
                "data.plan.estimate", seconds=format_duration(plan.seconds), sequential=format_duration(plan.sequential)
            )
        )
    else:
        parts.append(Text("data.plan.no_history"))
    return " ".join(part.render(language) for part in parts)


def plan_svg(plan: Plan, language: str = "en", *, standalone: bool = True) -> str:
    """Draw a plan.

    Args:
        plan: The plan.
        language: `en` or `zh`.
        standalone: With colours of its own, for a file; otherwise in the colours of the page around it.

    Returns:
        SVG.
    """
    return page(
        "plan.svg",
        picture=place(plan.nodes),
        title=f"{plan.template}: {summary(plan, language)}",
        id=f"plan-{uuid4().hex[:8]}",
        width=WIDTH,
        height=HEIGHT,
        standalone=standalone,
        filters={"short": _short, "times": times, "duration": lambda node: _duration(node, language)},
    )


def plan_html(plan: Plan, language: str = "en") -> str:
    """Show a plan in the log: its summary and its picture."""
    from markupsafe import Markup

    svg = Markup(plan_svg(plan, language, standalone=False))  # noqa: S704 - made by our own page, which escapes
    return page("plan.html", plan=plan, summary=summary(plan, language), svg=svg)


def plan_tree(plan: Plan, language: str = "en") -> "Tree":
    """Show a plan as a tree of rich: each node below the deepest one it needs."""
    from rich.markup import escape
    from rich.tree import Tree

    tree = Tree(f"[bold]{escape(plan.template)}[/bold] · {escape(summary(plan, language))}")
    branches: dict[str, Any] = {}
    level = {node.name: node.level for node in plan.nodes}
    for node in plan.nodes:
        parents = sorted(node.needs, key=lambda name: level[name])
        above = branches[parents[-1]] if parents else tree
        others = [name for name in parents[:-1] if not _behind(plan, name, parents[-1])]
        also = f" [dim]{Text('data.plan.also', names=series(others)).render(language)}[/dim]" if others else ""
        branches[node.name] = above.add(
            f"[bold]{escape(node.name)}[/bold] {times(node)} [cyan]{escape(node.request)}[/cyan]"
            f" [dim]{escape(_duration(node, language))}[/dim]{also}"
        )
    return tree


def times(node: PlannedNode) -> str:
    """Return how many things a node makes."""
    return "× ?" if node.count is None else ("" if node.count == 1 else f"× {node.count}")


def _duration(node: PlannedNode, language: str) -> str:
    if node.count == 0:
        return Text("data.plan.none").render(language)
    if node.seconds is None:
        return Text("data.plan.unmeasured").render(language)
    return Text("data.plan.each", seconds=format_duration(node.seconds)).render(language)


def _behind(plan: Plan, name: str, later: str) -> bool:
    needs = {node.name: node.needs for node in plan.nodes}
    return any(needed == name or _behind(plan, name, needed) for needed in needs[later])


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
