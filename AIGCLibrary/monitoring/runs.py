"""Finds runs in a store, for everything that looks at them from outside."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, select

from AIGCLibrary.errors import MonitoringError, near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import Store, default_url
from AIGCLibrary.store.tables import run


def open_store(url: str | None = None, directory: Path | None = None) -> Store:
    """Open an existing store: the one named, else that of AIGC_STORE, else results/aigc.db.

    Raises:
        MonitoringError: There is none (AIGC502).
    """
    wanted = url or os.environ.get("AIGC_STORE") or default_url(directory or Path.cwd())
    if "://" not in wanted:
        wanted = f"sqlite:///{Path(wanted).as_posix()}"
    parsed = make_url(wanted)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise MonitoringError(
            f"There is no store at '{parsed.database}'.", code="AIGC502", hint=Text("monitoring.hint.no_store")
        )
    store = Store(wanted)
    _ = store.engine
    return store


def all_runs(store: Store, limit: int = 100) -> list[dict[str, Any]]:
    """Give the runs, the latest first."""
    return store.query(select(run).order_by(run.c.started_at.desc()).limit(limit))


def wanted_run(store: Store, run_id: str | None = None) -> str:
    """Give the id of a run: the one named, else the latest.

    Raises:
        MonitoringError: There is no such run (AIGC503).
    """
    known = [row["id"] for row in all_runs(store, 1000)]
    if run_id is None and known:
        return str(known[0])
    if run_id in known:
        return str(run_id)
    what = f"There is no run '{run_id}' in the store." if run_id else "There is no run in the store."
    raise MonitoringError(f"{what} {near_matches(run_id or '', known)}", code="AIGC503")
