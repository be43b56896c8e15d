"""Which tiers of the targets of a page work today, asked in one call for each frame."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from AIGCLibrary.driver import BrowserDriver
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators.model import Target, Tier

UNIQUE, AMBIGUOUS, MISSING, CONFLICT, NONE = "unique", "ambiguous", "missing", "conflict", "-"
_COLOURS = {UNIQUE: "#1a7f37", AMBIGUOUS: "#9a6700", MISSING: "#cf222e", CONFLICT: "#cf222e", NONE: "#888"}


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
                {"name": target.name, "selectors": [{"selector": selector.selector} for selector in target.selectors]}
                for target in group
            ],
        }
        answer = driver.ask("health", request)
        rows = answer if isinstance(answer, list) else [_nothing(target) for target in group]
        found |= {target.name: _judge(target, row) for target, row in zip(group, rows, strict=True)}
    return [found[target.name] for target in wanted]


def heads(language: str) -> list[str]:
    """Return the headings of the table."""
    return [Text(f"locators.column.{name}").render(language) for name in ("target", *Tier, "found_by")]


def cells(row: TargetHealth, language: str) -> list[str]:
    """Return a row of the table in words."""
    states = [Text(f"locators.health.{'none' if state == NONE else state}") for state in row.tiers.values()]
    winner = Text(f"locators.tier.{row.winner or 'lost'}")
    return [row.target, *(state.render(language) for state in states), winner.render(language)]


def summary(rows: Sequence[TargetHealth], language: str) -> str:
    """Describe how many are healthy."""
    if not rows:
        return Text("locators.health.no_page").render(language)
    healthy = sum(row.healthy for row in rows)
    return Text("locators.health.summary", healthy=healthy, all=len(rows)).render(language)


def as_html(rows: Sequence[TargetHealth], language: str = "en") -> str:
    """Show the table in the log; targets that are not found by their best tier stand out."""
    head = "".join(f"<th style='text-align:left'>{escape(text)}</th>" for text in heads(language))
    body = "".join(_html_row(row, language) for row in rows)
    table = f"<table border='1' cellpadding='4' style='border-collapse:collapse'><tr>{head}</tr>{body}</table>"
    return f"{table}<p>{escape(summary(rows, language))}</p>"


def _html_row(row: TargetHealth, language: str) -> str:
    target, *states, winner = (escape(text) for text in cells(row, language))
    coloured = "".join(
        f"<td style='color:{_COLOURS[state]}'>{text}</td>"
        for state, text in zip(row.tiers.values(), states, strict=True)
    )
    weight = "normal" if row.healthy else "bold"
    return f"<tr><td style='font-weight:{weight}'>{target}</td>{coloured}<td>{winner}</td></tr>"


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
