"""Whether a file holds already what an edit proposes: such advice is none."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from AIGCLibrary.recovery.model import Edit


def stands_already(edit: Edit | None) -> bool:
    """Return whether the file of an edit holds what the edit adds, at the place where it adds it.

    An edit that names no file, or one that cannot be read, is never there already.
    """
    if edit is None or not edit.file:
        return False
    try:
        text = Path(edit.file).read_text(encoding="utf-8")
        if edit.place:
            return _proposed(edit) in _values_at(yaml.safe_load(text), edit.place.split("."))
    except (OSError, ValueError, yaml.YAMLError):
        return False
    if edit.before or not edit.line:
        return False
    lines = text.splitlines()[max(edit.line - 2, 0) : edit.line + 1]
    return any(re.sub(r"\s+", " ", line.strip()) == re.sub(r"\s+", " ", edit.after.strip()) for line in lines)


def _proposed(edit: Edit) -> Any:
    if edit.value is not None:
        return json.loads(edit.value)
    return yaml.safe_load(edit.after.partition(":")[2])


def _values_at(data: Any, path: list[str]) -> list[Any]:
    """Return the value at a path of a document as a list; names of targets are flat or in groups."""
    for index in range(len(path)):
        if not isinstance(data, dict):
            return []
        if (whole := ".".join(path[index:])) in data:
            data = data[whole]
            break
        data = data.get(path[index])
    return data if isinstance(data, list) else [data]
