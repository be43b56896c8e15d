"""Reads a JSON file of a tape; where it cannot be read, says in which line or at which field, and why."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from AIGCLibrary.tape.errors import ONE_SIDE, TapeError
from AIGCLibrary.yaml import load_schema

STORIES = "exchanges"
"""Folder of the files that follow the schema."""
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""Errors of files that are no JSON, or of another shape."""
_Read = TypeVar("_Read")
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
"""What git leaves where two versions of a file could not be merged."""


def read_part(folder: Path, path: Path, made: Callable[[Any], _Read]) -> _Read:
    """Read a JSON file of a tape.

    Args:
        folder: The tape.
        path: The file.
        made: Makes of the JSON what it stands for.

    Raises:
        TapeError: It is no JSON, or of another shape; the file and the place in it are named.
    """
    hint: str | None = None
    try:
        text = path.read_text(encoding="utf-8-sig")
        line = _conflict(text)
        if not line:
            return made(json.loads(text))
        why, hint = f"has an unresolved merge conflict at line {line}", ONE_SIDE
    except UNREADABLE as error:
        why = _why(path, error)
    named = path.relative_to(folder).as_posix()
    raise TapeError(f"The tape '{folder}' cannot be read: '{named}' {why}.", code="AIGC702", hint=hint)


def _conflict(text: str) -> int:
    """Return the line of the first merge conflict; 0 where there is none."""
    found = _CONFLICT.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _why(path: Path, error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return "is no text in UTF-8"
    if isinstance(error, KeyError):
        return f"has no {error}"
    return next(iter(schema_errors(path)), f"has another shape: {error}")


def schema_errors(path: Path) -> list[str]:
    """Return where a file of exchanges does not follow its schema; nothing for files that are no JSON or have none."""
    import jsonschema_rs

    if path.parent.name != STORIES:
        return []
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except UNREADABLE:
        return []
    try:
        found = list(jsonschema_rs.validator_for(load_schema("tape")).iter_errors(value))
    except UnicodeEncodeError:  # half of a character, which a product may send, and the validator does not take
        return []
    places = ((".".join(map(str, error.instance_path)), error.message) for error in found)
    return [f"does not follow the schema of tapes at '{place}': {message}" for place, message in places]
