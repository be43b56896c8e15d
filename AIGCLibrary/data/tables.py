"""Drift and synchronisation as tables: for the log as HTML, for the command line with rich."""

import json
from typing import TYPE_CHECKING, Any

from AIGCLibrary.data.compare import Drift
from AIGCLibrary.data.pages import page
from AIGCLibrary.data.sync_plan import Step, SyncResult
from AIGCLibrary.i18n import Text

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = 200
"""Rows shown in the log; the keyword gives all."""

Rows = list[list[Any]]


def drift_rows(drift: Drift, language: str = "en") -> tuple[list[str], Rows]:
    """Return heads and rows of a drift table."""
    heads = [_text(f"data.drift.{name}", language) for name in ("node", "key", "kind", "field")]
    rows = [
        [difference.node, difference.key, difference.kind, difference.field, difference.first, difference.second]
        for difference in drift.differences
    ]
    return [*heads, drift.first, drift.second], rows


def sync_rows(result: SyncResult, language: str = "en") -> tuple[list[str], Rows]:
    """Return heads and rows of a synchronisation; what is the same is only counted."""
    names = ("node", "key", "step", "field", "old", "new", "reason")
    heads = [_text(f"data.drift.{name}", language) for name in names]
    rows: Rows = []
    for action in result.actions:
        if action.step is Step.SKIP and action.reason == "the same":
            continue
        start, changes = [action.node, action.key, str(action.step)], action.changes
        rows += [[*start, change.field, change.old, change.new, action.reason] for change in changes]
        rows += [] if changes else [[*start, None, None, None, action.reason]]
    return heads, rows


def drift_summary(drift: Drift, language: str = "en") -> str:
    """Return in one sentence how two environments differ."""
    return _text("data.drift.summary", language, count=len(drift.differences), compared=drift.compared)


def sync_summary(result: SyncResult, language: str = "en") -> str:
    """Return in one sentence what a synchronisation does or did."""
    key = "data.drift.planned" if result.dry_run else "data.drift.done"
    return _text(key, language, **result.counts)


def drift_html(drift: Drift, language: str = "en") -> str:
    """Show a drift in the log."""
    heads, rows = drift_rows(drift, language)
    title = f"{drift.template}: {drift.first} ↔ {drift.second}"
    return _html(title, drift_summary(drift, language), heads, rows, language)


def sync_html(result: SyncResult, language: str = "en") -> str:
    """Show a synchronisation in the log."""
    heads, rows = sync_rows(result, language)
    title = f"{result.template}: {result.source} → {result.target}"
    return _html(title, sync_summary(result, language), heads, rows, language)


def rich_table(title: str, heads: list[str], rows: Rows) -> "Table":
    """Show rows on the command line."""
    from rich.table import Table
    from rich.text import Text as Plain

    table = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Plain("—" if value is None else written(value)) for value in row))
    return table


def written(value: Any) -> str:
    """Write a value for people."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _html(title: str, summary: str, heads: list[str], rows: Rows, language: str) -> str:
    more = _text("data.drift.more", language, count=len(rows) - SHOWN) if len(rows) > SHOWN else None
    values = {"title": title, "summary": summary, "heads": heads, "rows": rows[:SHOWN], "more": more}
    return page("drift.html", filters={"written": written}, **values)


def _text(key: str, language: str, **values: object) -> str:
    return Text(key, **values).render(language)
