"""`aigc data sweep`: shows and removes what earlier runs left behind."""

import argparse
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import ConfigError

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine

OLDER_THAN = "1 h"
"""Age of what is swept when no run is named: younger data may belong to a run on another machine."""


def sweep(args: argparse.Namespace, engine: "Engine", now: float) -> int:
    """Remove what is left; 1 when something could not be removed."""
    from AIGCLibrary.cli.terminal import console, language, show
    from AIGCLibrary.data.sweep import leftovers
    from AIGCLibrary.data.tables import rich_table
    from AIGCLibrary.i18n import Text
    from AIGCLibrary.units import UnitError, parse_duration

    lang = language(args.language)
    out = console()
    try:
        age = parse_duration(args.older_than or (0 if args.run else OLDER_THAN))
    except UnitError as error:
        raise ConfigError(f"--older-than: {error.message}", code="AIGC012") from None
    if args.url:
        engine.data.use(engine.settings.environment or "swept", _place(args))
    sweeper = engine.data.sweeper()
    rows = engine.loop.run(sweeper.find(run_id=args.run, before=now - age, template=args.template))
    running = [row for row, left in zip(rows, leftovers(rows), strict=True) if left.running and not args.force]
    rows = [row for row in rows if row not in running]
    if args.json:
        return _as_json(args, engine, rows, running)
    if running:
        out.print(Text("data.sweep.running", count=len(running)).render(lang))
    if not rows:
        out.print(Text("data.sweep.nothing").render(lang))
        return 0
    if args.dry_run:
        show(rich_table("", *_table(rows, lang)))
        out.print(Text("data.sweep.would", count=len(rows)).render(lang))
        return 0
    report = engine.loop.run(sweeper.remove(rows))
    if report.orphans:
        heads = [Text(f"data.sweep.{name}").render(lang) for name in ("record", "id", "reason", "request")]
        show(
            rich_table(
                "", heads, [[orphan.key, orphan.remote_id, orphan.reason, orphan.request] for orphan in report.orphans]
            )
        )
    done = {"removed": report.removed, "gone": report.gone, "orphans": len(report.orphans), "left": len(report.left)}
    out.print(Text("data.sweep.done", **done).render(lang))
    return int(bool(report.orphans))


def _as_json(args: argparse.Namespace, engine: "Engine", rows: list[Any], running: list[Any]) -> int:
    from dataclasses import asdict

    from AIGCLibrary.cli.terminal import print_json
    from AIGCLibrary.data.sweep import leftovers

    found: dict[str, Any] = {
        "found": [asdict(left) for left in leftovers(rows)],
        "running": [asdict(left) for left in leftovers(running)],
    }
    orphans: list[Any] = []
    if rows and not args.dry_run:
        report = engine.loop.run(engine.data.sweeper().remove(rows))
        orphans = [asdict(orphan) for orphan in report.orphans]
        found |= {"removed": report.removed, "gone": report.gone, "orphans": orphans, "left": len(report.left)}
    print_json(found)
    return int(bool(orphans))


def _place(args: argparse.Namespace) -> dict[str, Any]:
    place: dict[str, Any] = {"base_url": args.url}
    if args.token_variable:
        token = os.environ.get(args.token_variable)
        if token is None:
            raise ConfigError(f"Environment variable '{args.token_variable}' is not set.", code="AIGC012")
        place["auth"] = {"bearer": token}
    return place


def _table(rows: list[dict[str, Any]], lang: str) -> tuple[list[str], list[list[Any]]]:
    from AIGCLibrary.data.sweep import leftovers
    from AIGCLibrary.i18n import Text

    names = ("run", "template", "record", "id", "environment", "made", "state")
    heads = [Text(f"data.sweep.{name}").render(lang) for name in names]
    shown = [
        [
            left.run_id,
            left.template,
            left.key,
            left.remote_id,
            left.environment or left.base_url,
            datetime.fromtimestamp(left.at).strftime("%Y-%m-%d %H:%M:%S"),  # noqa: DTZ006 - local time, for people
            left.state,
        ]
        for left in leftovers(rows)
    ]
    return heads, shown
