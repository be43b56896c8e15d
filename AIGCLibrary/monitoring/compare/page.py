"""Writes the page of a comparison: one file, no network, light and dark, English or Chinese."""

import base64
import hashlib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import select

from AIGCLibrary._version import __version__
from AIGCLibrary.i18n import Text, short_language
from AIGCLibrary.monitoring.compare.comparison import Comparison
from AIGCLibrary.monitoring.compare.flaky import FlakyTest
from AIGCLibrary.monitoring.compare.texts import COLUMNS, cells
from AIGCLibrary.monitoring.report.pagecache import environment
from AIGCLibrary.monitoring.runs import run_title
from AIGCLibrary.monitoring.units import shown
from AIGCLibrary.store import Store
from AIGCLibrary.store.chain import within
from AIGCLibrary.store.tables import file_report, picture

MOST_PICTURES = 40
"""Pairs of pictures on the page."""


def write_comparison(
    store: Store, found: Comparison, flaky: Iterable[FlakyTest], target: Path, language: str = "en"
) -> Path:
    """Write the page to a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_comparison(store, found, flaky, language)[0], encoding="utf-8")
    return target


def render_comparison(
    store: Store, found: Comparison, flaky: Iterable[FlakyTest], language: str = "en"
) -> tuple[str, str]:
    """Return the page as HTML, and its content security policy.

    Args:
        store: Where the runs are.
        found: The comparison.
        flaky: Tests that pass and fail in turns.
        language: `en` or `zh`.
    """
    from markupsafe import Markup

    code = short_language(language)
    folder = resources.files("AIGCLibrary.monitoring.report") / "templates"
    style = (folder / "slo.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    template = environment(lambda name: (folder / name).read_text(encoding="utf-8")).get_template("compare.html")
    page = template.render(
        found=found,
        title=run_title(store, found.run_id, language),
        earlier=[run_title(store, run, language) for run in found.than],
        columns=COLUMNS,
        cells=lambda row: cells(row, code),
        flaky=list(flaky),
        pictures=side_by_side(store, found),
        shown=shown,
        t=lambda key, **values: Text(f"compare.{key}", **values).render(code),
        lang="zh-CN" if code == "zh" else "en",
        style=Markup(style),  # noqa: S704 - our own file
        policy=policy,
        version=__version__,
    )
    return page, policy


def side_by_side(store: Store, found: Comparison) -> list[dict[str, Any]]:
    """Return the pictures of files that both runs have, by test and order; those of the latest earlier run."""
    before, now = _pictures(store, found.than[0]), _pictures(store, found.run_id)
    both = [key for key in now if key in before][:MOST_PICTURES]
    return [{"test": key[0], "before": before[key], "now": now[key]} for key in both]


def _pictures(store: Store, run_id: str) -> dict[tuple[str, int], dict[str, str]]:
    c = file_report.c
    rows = store.query(
        select(c.test, c.report, picture.c.jpeg)
        .outerjoin(picture, picture.c.report == c.id)
        .where(within(store, c.run_id, run_id))
        .order_by(c.at, c.id)
    )
    found: dict[tuple[str, int], dict[str, str]] = {}
    seen: dict[str, int] = {}
    for row in rows:
        test = str(row["test"] or "")
        number = seen[test] = seen.get(test, -1) + 1
        if row["jpeg"]:
            found[test, number] = {"name": str((row["report"] or {}).get("name") or ""), "jpeg": row["jpeg"]}
    return found
