"""Checks a tape: its files against their schema and hashes, and that no secret is on it."""

import hashlib
from pathlib import Path

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.folder import FILES, Tape, files_used
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.reading import STORIES, schema_errors
from AIGCLibrary.tape.scan import places_of_secrets


def problems_of(tape: Tape, redactor: Redactor) -> list[str]:
    """Return what is wrong with a tape, one sentence each."""
    found = [] if tape.whole else [f"The recording was cut off at {tape.end_time()}."]
    found += _broken_schema(tape.folder / STORIES)
    found += _broken_files(tape)
    found += [f"A secret is in '{place}'." for place in places_of_secrets(tape.folder, Masks(redactor))]
    return found


def _broken_schema(folder: Path) -> list[str]:
    found = ((path.name, next(iter(schema_errors(path)), "")) for path in sorted(folder.glob("*.json")))
    return [f"'{name}' {error}" for name, error in found if error]


def _broken_files(tape: Tape) -> list[str]:
    used = files_used(tape.stories)
    there = {path.name: path for path in (tape.folder / FILES).glob("*")} if (tape.folder / FILES).is_dir() else {}
    found = [f"File '{name}' is missing." for name in sorted(used - there.keys())]
    found += [f"File '{name}' is not used by any exchange." for name in sorted(there.keys() - used)]
    found += [f"File '{name}' was changed: its SHA-256 is another." for name in sorted(used & there.keys())
              if _hash(there[name]) != name]  # fmt: skip
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
