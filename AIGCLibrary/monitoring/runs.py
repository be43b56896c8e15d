"""Finds runs in a store, for everything that looks at them from outside."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import false, func, make_url, not_, or_, select, true

from AIGCLibrary.errors import MonitoringError, near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import Store, default_url
from AIGCLibrary.store.running import SILENT
from AIGCLibrary.store.tables import rollup, run, test_result

LOG = "log"
"""Label of a run that holds the path of its log.html."""
OUTPUTS = ("output.xml", "output.json")
"""Names that Robot's output file has unless `--output` says otherwise."""


def open_store(
    url: str | None = None, directory: Path | None = None, hint: Text | None = None, output: Path | None = None
) -> Store:
    """Open an existing store: the one named, else that of AIGC_STORE, else results/aigc.db.

    Args:
        url: URL or path.
        directory: Where results/aigc.db is looked for; here when not given.
        hint: What to do when there is none.
        output: The output file whose store was looked for beside it and above, to say so.

    Raises:
        MonitoringError: There is none (AIGC502).
    """
    wanted = url or os.environ.get("AIGC_STORE") or default_url(directory or Path.cwd())
    if "://" not in wanted:
        wanted = f"sqlite:///{Path(wanted).as_posix()}"
    parsed = make_url(wanted)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        looked = f" Nor is there one beside '{output}' or above it (aigc.db, results/aigc.db)." if output else ""
        raise MonitoringError(
            f"There is no store at '{parsed.database}'.{looked}",
            code="AIGC502",
            hint=hint or Text("monitoring.hint.no_store"),
        )
    store = Store(wanted)
    _ = store.engine
    return store


def store_in(place: str) -> str:
    """Return the store that a command line names: its URL, its file, or the folder it is in."""
    path = Path(place)
    return place if "://" in place or (path.suffix and not path.is_dir()) else str(path / "aigc.db")


def output_in(place: str) -> Path | None:
    """Return Robot's output file that a command line names, itself or by a folder without a store; else None."""
    path = Path(place)
    if "://" in place or (path / "aigc.db").is_file():
        return None
    return output_of(path) if path.is_dir() else path if path.suffix in (".xml", ".json") and path.is_file() else None


def output_of(folder: Path) -> Path | None:
    """Return Robot's output file in a folder; None where there is none."""
    return next((file for name in OUTPUTS if (file := folder / name).is_file()), None)


def open_store_of(output: Path, run_id: str | None, hint: Text | None = None) -> Store:
    """Open the store of a run from its output file: the first one that has the run.

    That of AIGC_STORE is asked first, then those beside the file and above it as aigc.db or results/aigc.db, then
    results/aigc.db here: a store lies under the folder robot was started in, whatever --outputdir says.

    Args:
        output: The output file.
        run_id: The run; None where the file names none, so that the first store is taken.
        hint: What to do when there is no store.

    Raises:
        MonitoringError: There is no store (AIGC502), or none has the run (AIGC503).
    """
    above = [folder / name for folder in output.resolve().parents for name in ("aigc.db", "results/aigc.db")]
    files = dict.fromkeys([*above, Path.cwd() / "results" / "aigc.db"])
    there = [os.environ.get("AIGC_STORE"), *(str(file) for file in files if file.is_file())]
    places = [place for place in there if place]
    for place in places:
        store = open_store(place)
        if run_id is None or find_run(store, run_id):
            return store
        store.close()
    if not places:
        return open_store(hint=hint, output=output)
    shown = ", ".join(f"'{make_url(place).render_as_string() if '://' in place else place}'" for place in places)
    raise MonitoringError(f"There is no run '{run_id}' in {shown}.", code="AIGC503", hint=hint)


def all_runs(store: Store, limit: int = 100) -> list[dict[str, Any]]:
    """Return the runs, the latest first."""
    return store.query(select(run).order_by(run.c.started_at.desc()).limit(limit))


def run_title(store: Store, run_id: str, language: str = "en") -> str:
    """Name a run for people: `Suites, 2026-11-23 21:40:07 (run demo-1f2e)`; only its id when no more is known."""
    row = find_run(store, run_id) or {}
    started = row.get("started_at")
    at = f"{datetime.fromtimestamp(started).astimezone():%Y-%m-%d %H:%M:%S}" if started else None
    name = row.get("name")
    known = Text("monitoring.title.known_parts", name=name, at=at) if name and at else name or at
    return Text("monitoring.title.one_run", known=known, id=run_id).render(language) if known else run_id


def find_run(store: Store, run_id: str) -> dict[str, Any] | None:
    """Return the row of a run; None where the store has none of this id."""
    rows = store.query(select(run).where(run.c.id == run_id))
    return rows[0] if rows else None


def wanted_run(store: Store, run_id: str | None = None) -> str:
    """Return the id of a run: the one named, else the latest one that tested or measured anything.

    Raises:
        MonitoringError: The run does not exist (AIGC503).
    """
    if run_id is not None and find_run(store, run_id):
        return run_id
    if run_id is None and (found := latest_run(store)) is not None:
        return found
    known = [row["id"] for row in all_runs(store, 1000)]
    place = make_url(store.url).render_as_string(hide_password=True)
    named = f" '{run_id}'" if run_id else ""
    what = f"There is no run{named} in the store '{place}'."
    raise MonitoringError(f"{what} {near_matches(run_id or '', known)}", code="AIGC503")


def latest_run(store: Store, *, going_at: float | None = None) -> str | None:
    """Return the id of the latest run that tested or measured anything, else of any; None in an empty store.

    Args:
        store: Where the runs are.
        going_at: A run that is going on at this time counts as well, for those who watch it; seconds since 1970.
    """
    seen = func.coalesce(run.c.seen_at, run.c.started_at)
    going = false() if going_at is None else (run.c.status == "RUNNING") & (seen > going_at - SILENT)
    latest = select(run.c.id).order_by(run.c.started_at.desc(), run.c.id.desc()).limit(1)
    for condition in (or_(_TESTED, _MEASURED, going), true()):
        rows = store.query(latest.where(condition))
        if rows:
            return str(rows[0]["id"])
    return None


def untested_since(store: Store, run_id: str) -> str | None:
    """Return the id of the latest run that began after a run and ended before it tested anything; else None."""
    began = select(run.c.started_at).where(run.c.id == run_id).scalar_subquery()
    later = select(run.c.id).where(run.c.started_at > began, run.c.status == "RUNNING", not_(or_(_TESTED, _MEASURED)))
    rows = store.query(later.order_by(run.c.started_at.desc()).limit(1))
    return str(rows[0]["id"]) if rows else None


def is_unfinished(store: Store, run_id: str) -> bool:
    """Return whether a run of suites has no recorded end: it goes on, or its process was killed."""
    row = find_run(store, run_id) or {}
    return bool(row.get("name")) and row.get("status") == "RUNNING" and row.get("finished_at") is None


_TESTED = select(1).where(test_result.c.run_id == run.c.id).exists()
_MEASURED = select(1).where(rollup.c.run_id == run.c.id).exists()
