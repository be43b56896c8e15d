"""Which tiers of the targets of a page work today, asked in one call for each frame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from AIGCLibrary.locators.driver import BrowserDriver
from AIGCLibrary.locators.model import Target, Tier

UNIQUE, AMBIGUOUS, MISSING, CONFLICT, NONE = "unique", "ambiguous", "missing", "conflict", "-"


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """The state of one target on the page.

    Args:
        target: Its name.
        page: The page it belongs to.
        tiers: For each tier `unique`, `ambiguous`, `missing`, `conflict` (it means another element than the tier that
            won), or `-` where the file has none.
        winner: The tier that finds it.
        element: Number of the element.
    """

    target: str
    page: str
    tiers: Mapping[Tier, str]
    winner: Tier | None
    element: int | None = None

    @property
    def healthy(self) -> bool:
        """True when it is found, by the best tier it has, without contradiction."""
        best = next((tier for tier in Tier if self.tiers[tier] != NONE), None)
        return self.winner is not None and self.winner == best and CONFLICT not in self.tiers.values()


def check(driver: BrowserDriver, targets: Iterable[Target]) -> list[TargetHealth]:
    """Judge all selectors of all targets on the page as it is."""
    wanted = list(targets)
    by_frame: dict[tuple[str, ...], list[Target]] = {}
    for target in wanted:
        by_frame.setdefault(target.frame, []).append(target)
    found: dict[str, TargetHealth] = {}
    for frame, group in by_frame.items():
        request = {
            "frame": list(frame),
            "targets": [
                {"name": one.name, "selectors": [{"selector": selector.selector} for selector in one.selectors]}
                for one in group
            ],
        }
        answer = driver.ask("health", request)
        rows = answer if isinstance(answer, list) else [_nothing(one) for one in group]
        found |= {one.name: _judge(one, row) for one, row in zip(group, rows, strict=True)}
    return [found[target.name] for target in wanted]


def as_html(rows: Iterable[TargetHealth]) -> str:
    """Show the table in the log."""
    marks = {UNIQUE: "✓", AMBIGUOUS: "several", MISSING: "✗", CONFLICT: "another element", NONE: ""}
    head = "".join(f"<th>{escape(text)}</th>" for text in ("target", *(tier.value for tier in Tier), "found by"))
    body = "".join(
        f"<tr><td>{escape(row.target)}</td>"
        + "".join(f"<td>{marks[row.tiers[tier]]}</td>" for tier in Tier)
        + f"<td>{row.winner or 'nothing'}</td></tr>"
        for row in rows
    )
    return f"<table border='1' cellpadding='4' style='border-collapse:collapse'><tr>{head}</tr>{body}</table>"


def _judge(target: Target, row: Mapping[str, Any]) -> TargetHealth:
    states: dict[Tier, str] = dict.fromkeys(Tier, NONE)
    order = (UNIQUE, CONFLICT, AMBIGUOUS, MISSING)
    for index, (selector, said) in enumerate(zip(target.selectors, row["selectors"], strict=True)):
        if index in row["conflicts"]:
            state = CONFLICT
        elif said["visible"] == 1:
            state = UNIQUE
        else:
            state = AMBIGUOUS if said["visible"] > 1 else MISSING
        before = states[selector.tier]
        states[selector.tier] = state if before == NONE else min(before, state, key=order.index)
    winner = row["winner"]
    element = row["selectors"][winner]["ids"][0] if winner is not None else None
    tier = target.selectors[winner].tier if winner is not None else None
    return TargetHealth(target.name, target.page, states, tier, element)


def _nothing(target: Target) -> dict[str, Any]:
    empty = {"count": 0, "visible": 0, "ids": []}
    return {"winner": None, "conflicts": [], "selectors": [empty for _ in target.selectors]}
