"""The files in the result of a task, as sources of the pipeline."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from AIGCLibrary.errors import FileError, near_matches
from AIGCLibrary.files.pipeline import ANNOUNCED, name_of
from AIGCLibrary.files.reported import reported_source
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import Store, tables

_NEAR = 1000  # tasks looked through for a name like the one that is not known
_UNDER_WAY = ("queued", "processing")


def task_row(store: Store, task: str) -> dict[str, Any]:
    """Return what the store knows of a task.

    Raises:
    FileError: The task is unknown (AIGC319).
    """
    rows = store.query(select(tables.task).where(tables.task.c.handle == task))
    if not rows:
        handles = [row["handle"] for row in store.query(select(tables.task.c.handle).limit(_NEAR))]
        raise FileError(
            f"Task '{task}' is not known. {near_matches(task, handles)}",
            code="AIGC319",
            hint=Text("files.hint.unknown_task"),
            facts={"task": task},
        )
    return rows[0]


def sources_in(task: str, row: Mapping[str, Any], absolute: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the sources in the result of a task, each with its name and what was announced of it.

    Args:
        task: Handle of the task.
        row: What the store knows of it.
        absolute: Makes an address of a path on the server.

    Raises:
        FileError: The task has no files (AIGC319).
    """
    sources = [
        {
            "source": reported_source(item["url"], absolute),
            "name": item.get("name") or name_of(item["url"]),
            "expected": {key: item[key] for key in ANNOUNCED if item.get(key) is not None},
        }
        for item in (row.get("result") or {}).get("files") or []
        if item.get("url")
    ]
    if not sources:
        raise _without_files(task, row.get("state"))
    return sources


def _without_files(task: str, state: str | None) -> FileError:
    """Report why a task has no files: it is not done, or its result names none."""
    facts = {"task": task, "state": state}
    if state in _UNDER_WAY:
        message = f"Task '{task}' is still '{state}' and has no files yet."
        return FileError(message, code="AIGC319", hint=Text("files.hint.wait_first", task=task), facts=facts)
    hint = Text("files.hint.no_files" if state == "completed" else "files.hint.ended_without_files")
    return FileError(f"Task '{task}' is '{state}' and has no files to process.", code="AIGC319", hint=hint, facts=facts)
