"""`aigc plugins`: which plug-ins there are, where they come from, and whether they can work."""

import argparse
from collections.abc import Iterable
from typing import Any

from AIGCLibrary.cli.project import add_config, add_language, find_config
from AIGCLibrary.errors import near_matches
from AIGCLibrary.i18n import in_language

NAME = "plugins"
HELP = "List the plug-ins, built-in and installed, with their health"
EXITS = {0: "every plug-in is healthy", 1: "at least one is not"}
_OWN_WORDS = {
    "state": {name: name for name in ("healthy", "unhealthy", "broken", "unknown")},
    "origin": {"built-in": "builtin"},
}
"""Names in the catalogue for the words of states and of sources."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    parser.add_argument("--plugins", metavar="NAMES", help="more to enable: names or module:Class, with commas")
    parser.add_argument("--json", action="store_true", help="print JSON for a machine")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Ask each plug-in for its health.

    Returns:
        0; 1 when one is broken or not healthy.
    """
    from AIGCLibrary.cli.masking import command_redactor
    from AIGCLibrary.cli.terminal import language, print_json
    from AIGCLibrary.config import Settings
    from AIGCLibrary.engine import Engine

    given = {"plugins": args.plugins, "store": "sqlite://"} if args.plugins else {"store": "sqlite://"}
    engine = Engine(Settings.load(find_config(args.config), given), redactor=command_redactor())
    try:
        rows = [_row(engine, state) for state in engine.plugins.states()]
        rows += _unknown(engine.settings.plugins, [row["name"] for row in rows])
    finally:
        engine.close()
    if args.json:
        print_json(rows)
    else:
        _show(rows, language(args.language))
    return int(any(row["health"] != "healthy" for row in rows))


def _unknown(enabled: Iterable[str], known: list[str]) -> list[dict[str, Any]]:
    """Return a row for each plug-in that is enabled by a name nothing has."""
    return [
        {"name": name, "version": None, "capabilities": [], "source": "", "health": "unknown",
         "reason": f"There is no plug-in '{name}'. {near_matches(name, known)}"}
        for name in enabled
        if ":" not in name and name not in known
    ]  # fmt: skip


def _row(engine: Any, state: Any) -> dict[str, Any]:
    health = {"status": "broken", "reason": state.state} if state.broken else engine.plugins.health(state.name)
    return {
        "name": state.name,
        "version": state.version,
        "capabilities": list(state.capabilities),
        "source": state.source,
        "health": health.get("status"),
        "reason": health.get("reason"),
    }


def _named(kind: str, name: object, lang: str) -> str:
    """Return our own word for a state or source in a language; a plug-in's own word as it is."""
    from AIGCLibrary.i18n import Text

    own = _OWN_WORDS[kind].get(str(name))
    return Text(f"recovery.plugins.{own}").render(lang) if own else str(name)


def _show(rows: list[dict[str, Any]], lang: str) -> None:
    from rich.text import Text as Plain

    from AIGCLibrary.cli.terminal import show, table
    from AIGCLibrary.harmless import visible
    from AIGCLibrary.i18n import Text

    def word(name: str) -> str:
        return Text(f"recovery.plugins.{name}").render(lang)

    made = table(*(word(name) for name in ("name", "version", "capabilities", "source", "health")))
    for row in rows:
        health = _named("state", row["health"], lang)
        health += word("colon") + in_language(str(row["reason"]), lang) if row["reason"] else ""
        shown = Plain(visible(health), "green" if row["health"] == "healthy" else "red")
        cells = (
            row["name"],
            row["version"] or "",
            ", ".join(row["capabilities"]),
            _named("origin", row["source"], lang),
        )
        made.add_row(*(str(cell) for cell in cells), shown)
    show(made)
