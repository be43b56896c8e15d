"""The messages people are sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from AIGCLibrary.i18n import Text


def message(state: str, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, str], language: str) -> tuple[str, str]:
    """Return title and body for alerts of one state.

    Args:
        state: `firing` or `resolved`.
        rows: The alerts.
        facts: What else is reported: run, environment, address of the dashboard.
        language: `en` or `zh`.
    """
    names = ", ".join(str(row["name"]) for row in rows[:3]) + (" …" if len(rows) > 3 else "")
    title = Text(f"monitoring.alert.title_{state}", names=names, n=len(rows)).render(language)
    lines = [f"• {row['name']}: {(row.get('texts') or {}).get(language) or row.get('message')}" for row in rows]
    lines += [f"{Text(f'monitoring.alert.{name}').render(language)}: {value}" for name, value in facts.items() if value]
    return title, "\n".join(lines)
